// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.runtime.failure.ProfferException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class TurnLimitTest {
  private static final class HandClock extends Clock {
    private long millis = 1_000_000;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }
  }

  private final HandClock clock = new HandClock();
  private final TurnLimit limit = new TurnLimit(20, clock);

  private void turn(String user) {
    limit.count(ChatRequest.newBuilder().setUserId(user).build(), "c1");
  }

  @Test
  void refusesAFloodAndNobodyElse() {
    for (int i = 0; i < 10; i++) {
      turn("ann");
    }

    assertThatThrownBy(() -> turn("ann"))
        .isInstanceOf(ProfferException.class)
        .hasMessageContaining("20 turns a minute");
    assertThatCode(() -> turn("bob")).doesNotThrowAnyException();
  }

  @Test
  void letsOneMoreInWhenItsTimeHasCome() {
    for (int i = 0; i < 10; i++) {
      turn("ann");
    }
    clock.millis += 3_000;

    assertThatCode(() -> turn("ann")).doesNotThrowAnyException();
    assertThatThrownBy(() -> turn("ann")).isInstanceOf(ProfferException.class);
  }

  @Test
  void countsStrangersByVisit() {
    for (int i = 0; i < 10; i++) {
      limit.count(ChatRequest.newBuilder().setSessionId("s1").build(), "c" + i);
    }

    assertThatThrownBy(
            () -> limit.count(ChatRequest.newBuilder().setSessionId("s1").build(), "c99"))
        .isInstanceOf(ProfferException.class);
    assertThatCode(() -> limit.count(ChatRequest.newBuilder().setSessionId("s2").build(), "c1"))
        .doesNotThrowAnyException();
  }
}
