// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.LearningException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HeadsTest {
  private static final DeepMachine.Options SMALL =
      new DeepMachine.Options(4, new int[] {6, 5}, 0, 0.01, 1e-6, 64, 30, 30, 7, 2);

  /// Whether the person's kind fits the item's kind: nothing that one field alone could say.
  /// Whoever knew the kinds would reach an AUC of .857.
  private static FieldRows pairs(int seed, int rows) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] numbers = new int[rows * 3];
    double[] labels = new double[rows];
    for (int row = 0; row < rows; row++) {
      int person = random.nextInt(20);
      int item = random.nextInt(20);
      numbers[row * 3] = person;
      numbers[row * 3 + 1] = 20 + item;
      numbers[row * 3 + 2] = 40 + random.nextInt(3);
      boolean fits = person % 4 == item % 4;
      labels[row] = random.nextDouble() < (fits ? 0.9 : 0.1) ? 1 : 0;
    }
    return new FieldRows(3, 43, numbers, labels);
  }

  private static double auc(Head head, FieldRows rows) {
    return ClassifierMetrics.auc(head.predict(rows), rows.labels());
  }

  @Test
  void theGradientIsThatOfFiniteDifferences() {
    DeepMachine machine = new DeepMachine(3, 43, SMALL);
    SplittableRandom random = new SplittableRandom(5);
    float[] parameters = machine.parameters();
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += (float) (0.3 * random.nextGaussian());
    }
    int[] row = {3, 27, 41};
    for (double label : new double[] {0, 1}) {
      float[] gradient = new float[parameters.length];
      double loss = machine.loss(row, 0, label, gradient);
      assertThat(loss).isPositive();
      int checked = 0;
      for (int i = 0; i < parameters.length; i++) {
        float before = parameters[i];
        float step = 1e-2f;
        parameters[i] = before + step;
        double above = machine.loss(row, 0, label, new float[parameters.length]);
        parameters[i] = before - step;
        double below = machine.loss(row, 0, label, new float[parameters.length]);
        parameters[i] = before;
        double numeric = (above - below) / (2 * step);
        assertThat((double) gradient[i]).as("parameter %d", i).isEqualTo(numeric, within(2e-3));
        checked += numeric != 0 ? 1 : 0;
      }
      assertThat(checked).isGreaterThan(40);
    }
  }

  @Test
  void machinesFindWhatOnlyPairsOfFieldsSayAndRegressionCannot() {
    FieldRows train = pairs(1, 6_000);
    FieldRows validation = pairs(2, 2_000);
    FieldRows test = pairs(3, 2_000);
    DeepMachine.Options factors =
        new DeepMachine.Options(4, new int[0], 0, 0.01, 1e-6, 64, 30, 30, 7, 2);
    assertThat(auc(FtrlRegression.train(train, 0.1, 0.1, 1, 3), test)).isLessThan(0.6);
    assertThat(
            auc(
                DeepMachine.train(
                    train, validation, factors, p -> ClassifierMetrics.auc(p, validation.labels())),
                test))
        .isGreaterThan(0.83);
    assertThat(
            auc(
                DeepMachine.train(
                    train, validation, SMALL, p -> ClassifierMetrics.auc(p, validation.labels())),
                test))
        .isGreaterThan(0.83);
  }

  @Test
  void theSameSeedGivesTheSameMachine() {
    FieldRows train = pairs(1, 1_000);
    DeepMachine.Options brief =
        new DeepMachine.Options(4, new int[] {6}, 0.2, 0.01, 1e-6, 64, 3, 3, 7, 2);
    double[] first =
        DeepMachine.train(train, train, brief, p -> -ClassifierMetrics.logLoss(p, train.labels()))
            .predict(train);
    double[] second =
        DeepMachine.train(train, train, brief, p -> -ClassifierMetrics.logLoss(p, train.labels()))
            .predict(train);
    assertThat(second).containsExactly(first);
  }

  @Test
  void regressionFindsWeightsAndLeavesWhatSaysNothingAtZero() {
    SplittableRandom random = new SplittableRandom(1);
    FtrlRegression model = new FtrlRegression(2, 12, 0.1, 1, 5, 1);
    for (int i = 0; i < 20_000; i++) {
      int telling = random.nextInt(2);
      int idle = 2 + random.nextInt(10);
      model.learn(
          new int[] {telling, idle}, 0, random.nextDouble() < (telling == 0 ? 0.8 : 0.2) ? 1 : 0);
    }
    assertThat(Head.probability(model.logOdds(new int[] {0, 2}, 0))).isEqualTo(0.8, within(0.05));
    assertThat(Head.probability(model.logOdds(new int[] {1, 2}, 0))).isEqualTo(0.2, within(0.05));
    int zeros = 0;
    for (int i = 2; i < 12; i++) {
      zeros += model.weight(i) == 0 ? 1 : 0;
    }
    assertThat(zeros).isGreaterThan(4);
  }

  @Test
  void rowsOfOneLabelTeachNothingAndAreRefused() {
    FieldRows same = new FieldRows(1, 2, new int[] {0, 1}, new double[] {1, 1});
    assertThatThrownBy(() -> FtrlRegression.train(same, 0.1, 0, 0, 1))
        .isInstanceOf(LearningException.class)
        .hasMessageContaining("both labels");
    assertThatThrownBy(() -> DeepMachine.train(same, same, SMALL, _ -> 0))
        .isInstanceOf(LearningException.class)
        .hasMessageContaining("both labels");
    assertThatThrownBy(() -> new FieldRows(1, 2, new int[] {5}, new double[] {1}))
        .hasMessageContaining("feature 5 (expected: 0 to 1)");
  }
}
