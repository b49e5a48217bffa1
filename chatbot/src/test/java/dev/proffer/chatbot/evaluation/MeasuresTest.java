// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What the evaluation commands measure with.
class MeasuresTest {
  @Test
  void theCalibrationErrorIsTheMeanDistanceBetweenSaidAndTrue() {
    Reliability honest = new Reliability();
    Reliability boastful = new Reliability();
    for (int i = 0; i < 100; i++) {
      honest.add(0.75, i % 4 != 0);
      boastful.add(0.95, i % 4 != 0);
    }

    assertThat(honest.expectedError()).isCloseTo(0, within(1e-9));
    assertThat(boastful.expectedError()).isCloseTo(0.2, within(1e-9));
    assertThat(honest.brier()).isCloseTo(0.1875, within(1e-9));
    assertThat(new Reliability().expectedError()).isZero();
  }

  @Test
  void thePictureShowsWhatWasTakenForWhat() {
    ConfusionPicture picture = new ConfusionPicture();
    for (int i = 0; i < 9; i++) {
      picture.add("refund", "refund");
    }
    picture.add("refund", "return <it>");

    assertThat(picture.svg("a & b"))
        .contains("refund taken for refund: 9 of 10")
        .contains("refund taken for return &lt;it&gt;: 1 of 10")
        .contains("a &amp; b")
        .endsWith("</svg>\n");
  }

  @Test
  void thePictureOfManyLabelsKeepsThoseWithMistakes() {
    ConfusionPicture picture = new ConfusionPicture();
    for (int i = 0; i < 150; i++) {
      picture.add("label " + i, "label " + i);
    }
    picture.add("label 149", "label 148");

    assertThat(picture.drawn()).hasSize(40).contains("label 148", "label 149");
  }

  @Test
  void typingErrorsChangeLettersAndLeaveFiguresAlone() {
    TypingErrors typist = new TypingErrors(new Random(1));
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      String english = typist.with("deals under 200", 1);
      String chinese = typist.with("满300减40的优惠券", 1);
      assertThat(english).contains("200");
      assertThat(english.length()).isBetween(14, 16);
      assertThat(chinese).contains("300").contains("40");
      seen.add(english);
      seen.add(chinese);
    }
    assertThat(seen).hasSizeGreaterThan(30);
    assertThat(typist.with("deals", 0)).isEqualTo("deals");
    assertThat(typist.with("300", 2)).isEqualTo("300");
    assertThat(new TypingErrors(new Random(5)).with("any deals on shoes", 2))
        .isEqualTo(new TypingErrors(new Random(5)).with("any deals on shoes", 2));
  }
}
