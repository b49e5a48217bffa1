// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ClassifierMetricsTest {
  private static final double[] SCORES = {.1, .4, .35, .8, .4};
  private static final double[] LABELS = {0, 0, 1, 1, 1};

  @Test
  void theAreaUnderTheCurveCountsPairsAndHalfOfTies() {
    // Pairs of a 1 and a 0: (.35,.1) yes, (.35,.4) no, (.8,.1) yes, (.8,.4) yes, (.4,.1) yes,
    // (.4,.4) half.
    assertThat(ClassifierMetrics.auc(SCORES, LABELS)).isCloseTo(4.5 / 6, within(1e-12));
  }

  @Test
  void theAreaEqualsTheShareOfPairsOnRandomScores() {
    Random random = new Random(4);
    double[] scores = random.doubles(300).map(x -> Math.round(x * 20)).toArray();
    double[] labels = random.ints(300, 0, 2).asDoubleStream().toArray();
    double won = 0;
    double pairs = 0;
    for (int i = 0; i < 300; i++) {
      for (int j = 0; j < 300; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          pairs++;
          won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? .5 : 0;
        }
      }
    }
    assertThat(ClassifierMetrics.auc(scores, labels)).isCloseTo(won / pairs, within(1e-12));
  }

  @Test
  void lossesAreThoseComputedByHand() {
    double[] predictions = {.5, .9};
    double[] labels = {1, 0};
    assertThat(ClassifierMetrics.logLoss(predictions, labels))
        .isCloseTo((Math.log(2) + Math.log(10)) / 2, within(1e-12));
    assertThat(ClassifierMetrics.brier(predictions, labels))
        .isCloseTo((.25 + .81) / 2, within(1e-12));
    assertThat(ClassifierMetrics.logLoss(new double[] {0}, new double[] {1})).isFinite();
  }

  @Test
  void averagePrecisionSharesThePrecisionOfTies() {
    // .8: 1 of 1. .4, .4: 2 of 3 for its one hit. .35: 3 of 4.
    assertThat(ClassifierMetrics.averagePrecision(SCORES, LABELS))
        .isCloseTo((1 + 2.0 / 3 + 3.0 / 4) / 3, within(1e-12));
  }

  @Test
  void theCalibrationErrorIsTheMeanGapOfTheGroups() {
    double[] predictions = {.1, .1, .8, .8};
    double[] labels = {0, 1, 1, 1};
    // Groups: .1 against .5, and .8 against 1.
    assertThat(ClassifierMetrics.calibrationError(predictions, labels, 2))
        .isCloseTo((.4 + .2) / 2, within(1e-12));
  }
}
