// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhraseSpellingTest {
  private static final PhraseSpelling SPELLING =
      new PhraseSpelling(
          Collections.nCopies(
                  3, List.of("where is my parcel", "cancel the order", "怎么退货", "有优惠券吗", "两件包邮"))
              .stream()
              .flatMap(List::stream)
              .toList());

  @ParameterizedTest
  @CsvSource({
    "wherw is my parcel, where is my parcel",
    "where is my pacel, where is my parcel",
    "where is my parcell, where is my parcel",
    "acncel teh orderr, cancel teh order",
    "怎么腿货, 怎么退货",
    "有有优惠券吗, 有优惠券吗",
    "有优会券吗, 有优惠券吗"
  })
  void putsTypingErrorsRight(String typed, String meant) {
    assertThat(SPELLING.correct(typed, _ -> false)).isEqualTo(meant);
  }

  @ParameterizedTest
  @CsvSource({
    "where is my parcel",
    "charcoal grill",
    "wherk",
    "blorp orderr",
    "wheels",
    "is",
    "order2",
    "腿",
    "双肩包",
    "天气怎么样",
    "''"
  })
  void leavesTheRestAlone(String text) {
    assertThat(SPELLING.correct(text, _ -> false)).isEqualTo(text);
  }

  @Test
  void leavesWordsThatAnEncoderKnowsAlone() {
    assertThat(SPELLING.correct("what is a wherw", "wherw"::equals)).isEqualTo("what is a wherw");
    assertThat(SPELLING.correct("what is a wherw", _ -> false)).isEqualTo("what is a where");
  }
}
