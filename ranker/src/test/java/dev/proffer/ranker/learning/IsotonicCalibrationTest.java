// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class IsotonicCalibrationTest {
  @Test
  void poolsNeighboursThatAreOutOfOrder() {
    // By hand: 0 | 1, 0, 1/2 pooled to 1/2 | 1.
    IsotonicCalibration calibration =
        IsotonicCalibration.fit(new double[] {1, 2, 3, 4, 4, 5}, new double[] {0, 1, 0, 1, 0, 1});
    assertThat(calibration.apply(1)).isZero();
    assertThat(calibration.apply(5)).isOne();
    // The pool's middle score is (2 + 3 + 4 + 4) / 4.
    assertThat(calibration.apply(3.25)).isEqualTo(.5);
    assertThat(calibration.apply(0)).isZero();
    assertThat(calibration.apply(9)).isOne();
    assertThat(calibration.apply((1 + 3.25) / 2)).isCloseTo(.25, within(1e-12));
  }

  @Test
  void weightsCountLikeRepeatedRows() {
    IsotonicCalibration weighted =
        IsotonicCalibration.fit(
            new double[] {1, 2, 3}, new double[] {1, 0, 1}, new double[] {3, 1, 0});
    assertThat(weighted.apply(2)).isCloseTo(.75, within(1e-12));
  }

  @Test
  void makesOverconfidentProbabilitiesRightAndNeverChangesTheOrder() {
    Random random = new Random(2);
    int rows = 20_000;
    double[] scores = new double[rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      double log = random.nextGaussian();
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-log)) ? 1 : 0;
      scores[i] = 1 / (1 + Math.exp(-3 * log));
    }
    IsotonicCalibration calibration = IsotonicCalibration.fit(scores, labels);
    assertThat(ClassifierMetrics.calibrationError(scores, labels, 20)).isGreaterThan(.1);
    assertThat(ClassifierMetrics.calibrationError(calibration.apply(scores), labels, 20))
        .isLessThan(.02);
    double before = -1;
    for (double score = 0; score <= 1; score += .001) {
      assertThat(calibration.apply(score)).isGreaterThanOrEqualTo(before);
      before = calibration.apply(score);
    }
  }

  @Test
  void whatWasSavedAppliesTheSame() {
    IsotonicCalibration calibration =
        IsotonicCalibration.fit(new double[] {.1, .2, .7}, new double[] {0, 0, 1});
    assertThat(IsotonicCalibration.parse(calibration.text()).apply(.33))
        .isEqualTo(calibration.apply(.33));
  }

  @Test
  void stepsOfFewRowsDoNotSayWhatOnlyManyCould() {
    double[] scores = {0.1, 0.2, 0.8, 0.9};
    double[] labels = {0, 0, 1, 1};
    double[] few = {1, 1, 1, 1};
    double[] many = {1e6, 1e6, 1e6, 1e6};
    IsotonicCalibration careful = IsotonicCalibration.fit(scores, labels, few, 2);
    // Two rows and two of the mean, which is a half.
    assertThat(careful.apply(0)).isEqualTo(0.25, within(1e-9));
    assertThat(careful.apply(1)).isEqualTo(0.75, within(1e-9));
    IsotonicCalibration sure = IsotonicCalibration.fit(scores, labels, many, 2);
    assertThat(sure.apply(0)).isEqualTo(0, within(1e-5));
    assertThat(sure.apply(1)).isEqualTo(1, within(1e-5));
    // A small step that moves past its neighbour is pooled with it.
    double[] uneven = {1_000, 1, 1_000, 1};
    IsotonicCalibration pooled =
        IsotonicCalibration.fit(scores, new double[] {0.4, 0.41, 0.42, 0.43}, uneven, 50);
    double before = 0;
    for (double score = 0; score <= 1; score += 0.01) {
      assertThat(pooled.apply(score)).isGreaterThanOrEqualTo(before);
      before = pooled.apply(score);
    }
  }
}
