// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.ml.lightgbm.PredictionType;
import dev.proffer.ranker.learning.TreeOptions.Objective;
import io.github.metarank.lightgbm4j.LGBMBooster;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TreeModelTest {
  private static final TreeOptions SMALL =
      TreeOptions.BOOSTING.withRounds(60).withLeaves(15).withThreads(1);

  /// Missing values, zeros and a categorical column all matter to the label.
  static Examples examples(int seed, int rows, Objective objective) {
    Random random = new Random(seed);
    Examples.Builder builder =
        Examples.of("amount", "visits", "mostly zero", "city", "noise").categorical("city");
    for (int i = 0; i < rows; i++) {
      double amount = random.nextInt(8) == 0 ? Double.NaN : random.nextGaussian();
      double visits = random.nextInt(6);
      double zero = random.nextInt(4) == 0 ? random.nextGaussian() : 0;
      int city = random.nextInt(70);
      double log =
          (Double.isNaN(amount) ? 1.5 : amount)
              + (city % 3 == 0 ? 1.2 : -.4)
              + (zero == 0 ? -.5 : zero)
              + .2 * visits
              - 1;
      double label =
          switch (objective) {
            case PROBABILITY -> random.nextDouble() < 1 / (1 + Math.exp(-log)) ? 1 : 0;
            case MEAN -> log + random.nextGaussian();
            case COUNT -> Math.floor(Math.exp(log / 2) * random.nextDouble() * 2);
            case ORDER -> Math.clamp(Math.round(log + random.nextGaussian()), 0, 3);
          };
      builder.add(
          label,
          .5 + random.nextDouble(),
          new double[] {amount, visits, zero, city, random.nextDouble()});
    }
    return builder.build();
  }

  static double[] library(TreeModel model, Examples examples) throws Exception {
    try (LGBMBooster booster = LGBMBooster.loadModelFromString(model.text())) {
      return booster.predictForMat(
          examples.flatValues(),
          examples.rows(),
          examples.columns(),
          true,
          PredictionType.C_API_PREDICT_NORMAL,
          "num_threads=1");
    }
  }

  @ParameterizedTest
  @EnumSource(value = Objective.class, mode = EnumSource.Mode.EXCLUDE, names = "ORDER")
  void theWalkerPredictsWhatTheLibraryPredicts(Objective objective) throws Exception {
    TreeModel model =
        TreeTrainer.train(examples(1, 4_000, objective), SMALL.withObjective(objective));
    Examples fresh = examples(2, 2_000, objective);
    double[] expected = library(model, fresh);
    assertThat(model.predict(fresh)).containsExactly(expected, within(1e-6));
    assertThat(Arrays.stream(expected).distinct().count()).isGreaterThan(500);
  }

  @Test
  void aForestPredictsWhatTheLibraryPredicts() throws Exception {
    TreeModel model =
        TreeTrainer.train(
            examples(1, 4_000, Objective.PROBABILITY),
            TreeOptions.FOREST.withRounds(50).withThreads(1));
    Examples fresh = examples(2, 2_000, Objective.PROBABILITY);
    assertThat(model.predict(fresh)).containsExactly(library(model, fresh), within(1e-6));
    assertThat(ClassifierMetrics.auc(model.predict(fresh), fresh.labels())).isGreaterThan(.75);
  }

  @Test
  void unseenCategoriesAndStrangeNumbersArePredictedLikeTheLibrary() throws Exception {
    TreeModel model = TreeTrainer.train(examples(1, 4_000, Objective.PROBABILITY), SMALL);
    Examples.Builder odd = Examples.of("a", "b", "c", "d", "e");
    double[] numbers = {Double.NaN, 0, -0.0, 1e-36, -1, 1e12, 69, 70, 31.9, 32, 4_000};
    for (double first : numbers) {
      for (double second : numbers) {
        odd.add(0, new double[] {first, second, first, second, 0});
      }
    }
    Examples examples = odd.build();
    assertThat(model.predict(examples)).containsExactly(library(model, examples), within(1e-6));
  }

  @Test
  void theSameSeedGivesTheSameModelAndAnotherSeedAnother() {
    Examples examples = examples(1, 2_000, Objective.PROBABILITY);
    TreeOptions sampled = SMALL.withSampling(.6, .7);
    String once = TreeTrainer.train(examples, sampled.withSeed(5)).text();
    assertThat(TreeTrainer.train(examples, sampled.withSeed(5)).text()).isEqualTo(once);
    assertThat(trees(TreeTrainer.train(examples, sampled.withSeed(5).withThreads(2)).text()))
        .isEqualTo(trees(once));
    assertThat(trees(TreeTrainer.train(examples, sampled.withSeed(6)).text()))
        .isNotEqualTo(trees(once));
  }

  private static String trees(String text) {
    return text.substring(text.indexOf("Tree=0"), text.indexOf("end of trees"));
  }

  @Test
  void aMonotonePredictionNeverFalls() {
    Random random = new Random(3);
    Examples.Builder builder = Examples.of("depth", "other");
    for (int i = 0; i < 3_000; i++) {
      double depth = random.nextInt(10) / 10.0;
      double other = random.nextGaussian();
      // The truth falls at the end, so only the constraint keeps the order.
      double p = .2 + .5 * depth - (depth > .7 ? .4 : 0) + .05 * Math.sin(other * 3);
      builder.add(random.nextDouble() < p ? 1 : 0, new double[] {depth, other});
    }
    Examples examples = builder.build();
    TreeModel free = TreeTrainer.train(examples, SMALL);
    TreeModel monotone = TreeTrainer.train(examples, SMALL.withMonotone(Map.of("depth", 1)));
    assertThat(falls(free)).isPositive();
    assertThat(falls(monotone)).isZero();
  }

  private static int falls(TreeModel model) {
    int falls = 0;
    for (double other = -2; other <= 2; other += .05) {
      for (int depth = 1; depth < 10; depth++) {
        double before = model.predict(new double[] {(depth - 1) / 10.0, other});
        falls += model.predict(new double[] {depth / 10.0, other}) < before ? 1 : 0;
      }
    }
    return falls;
  }

  @Test
  void trainingStopsWhenTheValidationLossNoLongerFalls() {
    Examples train = examples(1, 600, Objective.PROBABILITY);
    Examples validation = examples(2, 2_000, Objective.PROBABILITY);
    Examples test = examples(3, 4_000, Objective.PROBABILITY);
    TreeOptions greedy = SMALL.withRounds(600).withLearningRate(.3).withMinLeafRows(2);
    TreeModel stopped = TreeTrainer.train(train, validation, greedy);
    TreeModel full = TreeTrainer.train(train, greedy);
    assertThat(stopped.trees()).isLessThan(100);
    assertThat(ClassifierMetrics.logLoss(stopped.predict(test), test.labels()))
        .isLessThan(ClassifierMetrics.logLoss(full.predict(test), test.labels()));
  }

  @Test
  void importanceNamesTheColumnsThatMatter() {
    double[] importance =
        TreeTrainer.train(examples(1, 4_000, Objective.PROBABILITY), SMALL).importance();
    assertThat(importance[0]).isGreaterThan(.3);
    assertThat(importance[4]).isLessThan(.15);
    assertThat(importance[0] + importance[1] + importance[2] + importance[3] + importance[4])
        .isCloseTo(1, within(1e-9));
  }

  @Test
  void examplesOfOneLabelGiveThatLabel() {
    Examples.Builder builder = Examples.of("x");
    for (int i = 0; i < 100; i++) {
      builder.add(0, new double[] {i});
    }
    TreeModel model = TreeTrainer.train(builder.build(), SMALL);
    assertThat(model.predict(new double[] {5})).isLessThan(1e-6);
  }

  @Test
  void brokenModelsAreRefusedWithWhatIsWrong() {
    String text =
        TreeTrainer.train(examples(1, 500, Objective.PROBABILITY), SMALL.withRounds(2)).text();
    assertThatThrownBy(() -> TreeModel.parse("")).hasMessageContaining("end of trees");
    assertThatThrownBy(() -> TreeModel.parse(text.substring(0, text.length() / 2)))
        .isInstanceOf(LearningException.class);
    assertThatThrownBy(() -> TreeModel.parse(text.replaceFirst("left_child=\\S+", "left_child=0")))
        .hasMessageContaining("node 0");
    assertThatThrownBy(
            () -> TreeModel.parse(text.replaceFirst("leaf_value=\\S+", "leaf_value=abc")))
        .hasMessageContaining("abc");
    assertThatThrownBy(() -> TreeModel.parse(text.replace("objective=binary", "objective=l9")))
        .hasMessageContaining("l9");
    assertThatThrownBy(() -> TreeModel.parse(text).predict(new double[2]))
        .hasMessageContaining("expected: 5");
  }

  @Test
  void labelsAndOptionsThatMakeNoSenseAreNamed() {
    Examples examples = Examples.of("x").add(2, new double[] {1}).build();
    assertThatThrownBy(() -> TreeTrainer.train(examples, SMALL))
        .hasMessageContaining("label of row 0");
    assertThatThrownBy(() -> TreeTrainer.train(Examples.of("x").build(), SMALL))
        .hasMessageContaining("no examples");
    assertThatThrownBy(() ->
            TreeTrainer.train(
                examples.withLabels(new double[] {1}), SMALL.withMonotone(Map.of("y", 1))))
        .hasMessageContaining("'y'");
    assertThatThrownBy(() -> SMALL.withLearningRate(0)).hasMessageContaining("learningRate");
    assertThatThrownBy(() -> Examples.of("x").add(0, new double[] {1, 2}))
        .hasMessageContaining("expected: 1");
  }
}
