// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeskHoursTest {
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

  @Test
  void opensInTheTimeZoneOfTheShop() {
    DeskHours hours = DeskHours.parse(List.of("mon-fri 09:00-18:00", "sat 10:00-12:00"), SHANGHAI);

    assertThat(hours.isOpen(Instant.parse("2026-11-23T01:00:00Z"))).isTrue();
    assertThat(hours.isOpen(Instant.parse("2026-11-23T00:59:59Z"))).isFalse();
    assertThat(hours.isOpen(Instant.parse("2026-11-23T10:00:00Z"))).isFalse();
    assertThat(hours.isOpen(Instant.parse("2026-11-28T03:00:00Z"))).isTrue();
    assertThat(hours.isOpen(Instant.parse("2026-11-29T03:00:00Z"))).isFalse();
  }

  @Test
  void knowsWhenItOpensNext() {
    DeskHours hours = DeskHours.parse(List.of("mon-fri 09:00-18:00"), SHANGHAI);

    assertThat(hours.nextOpening(Instant.parse("2026-11-20T12:00:00Z")))
        .hasValue(Instant.parse("2026-11-23T01:00:00Z").toEpochMilli());
    assertThat(DeskHours.parse(List.of("never"), SHANGHAI).nextOpening(Instant.EPOCH)).isEmpty();
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThatThrownBy(() -> DeskHours.parse(List.of("mon-fri 18:00-09:00"), SHANGHAI))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chatbot.desk-hours");
    assertThatThrownBy(() -> DeskHours.parse(List.of("monday"), SHANGHAI))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
