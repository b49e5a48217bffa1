// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.proto.promotion.v1.ListOffersResponse;
import dev.proffer.proto.promotion.v1.Offer;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroundingCheckTest {
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
  private static final long END = Instant.parse("2026-11-27T20:00:00Z").toEpochMilli();
  private static final Formats FORMATS = new Formats(ZoneOffset.UTC);

  private static final Gazetteer NAMES =
      Gazetteer.builder()
          .add(MentionType.ITEM, "k1", "Damask Chef Knife")
          .add(MentionType.PROMOTION, "p1", "Knife Week")
          .add(MentionType.PROMOTION, "p2", "Summer Party")
          .build();

  private static Evidence evidence() {
    Evidence evidence = new Evidence(FORMATS, NOW);
    evidence.reply(
        ListOffersResponse.newBuilder()
            .addOffers(
                Offer.newBuilder()
                    .setPromotionId("p1")
                    .putNames("en", "Knife Week")
                    .putSummaries("en", "20% off all knives")
                    .putSummaries("zh", "全部刀具八折")
                    .setCode("KNIFE20")
                    .setSavingMinorUnits(1990)
                    .setCurrency("USD")
                    .setEndsAtUnixMs(END))
            .build());
    return evidence;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Knife Week: 20% off all knives, use KNIFE20, saves $19.90",
        "全部刀具八折，省$19.9",
        "Nothing to claim here.",
        "Knife Week ends Nov 27, 20:00."
      })
  void acceptsWhatAReplySays(String message) {
    assertThat(GroundingCheck.ungrounded(message, evidence(), NAMES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Knife Week: 30% off",
        "It saves $25",
        "全部刀具七折",
        "Use code FREE100",
        "It ends Nov 28, 20:00.",
        "11月28日20:00结束",
        "Try Summer Party instead",
        "The Damask Chef Knife is on offer",
        "only 3 left",
        "省30元"
      })
  void findsWhatNoReplySays(String message) {
    assertThat(GroundingCheck.ungrounded(message, evidence(), NAMES)).isNotEmpty();
  }

  @Test
  void countsOnlyWhatIsShown() {
    Evidence evidence = evidence();
    evidence.count(2);

    assertThat(GroundingCheck.ungrounded("Here are 2 offers", evidence, NAMES)).isEmpty();
    assertThat(GroundingCheck.ungrounded("Here are 9 offers", evidence, NAMES))
        .containsExactly("9");
  }

  @Test
  void writesMoneyAndDatesInEachLanguage() {
    assertThat(FORMATS.money(29900, "CNY", Language.CHINESE)).isEqualTo("¥299");
    assertThat(FORMATS.money(1990, "USD", Language.ENGLISH)).isEqualTo("$19.90");
    assertThat(FORMATS.money(500, "JPY", Language.ENGLISH)).isEqualTo("¥500");
    assertThat(FORMATS.moment(END, NOW, Language.ENGLISH)).isEqualTo("Nov 27, 20:00");
    assertThat(FORMATS.moment(END, NOW, Language.CHINESE)).isEqualTo("11月27日20:00");
  }
}
