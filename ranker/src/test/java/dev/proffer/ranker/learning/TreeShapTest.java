// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.ml.lightgbm.PredictionType;
import io.github.metarank.lightgbm4j.LGBMBooster;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeShapTest {
  private static Examples examples(int seed, int rows) {
    Random random = new Random(seed);
    Examples.Builder builder = Examples.of("a", "b", "city", "c").categorical("city");
    for (int i = 0; i < rows; i++) {
      double a = random.nextInt(7) == 0 ? Double.NaN : random.nextGaussian();
      double b = random.nextGaussian();
      int city = random.nextInt(20);
      double c = random.nextDouble();
      double log = (Double.isNaN(a) ? 1 : a) * b + (city % 4 == 0 ? 1 : -1) + 0.3 * c;
      builder.add(
          random.nextDouble() < 1 / (1 + Math.exp(-log)) ? 1 : 0, new double[] {a, b, city, c});
    }
    return builder.build();
  }

  @Test
  void givesTheShapleyValuesThatTheLibraryGives() throws Exception {
    TreeModel model =
        TreeTrainer.train(
            examples(1, 5_000), TreeOptions.BOOSTING.withRounds(40).withLeaves(20).withThreads(1));
    Examples fresh = examples(2, 300);
    TreeShap shap = new TreeShap(model);
    double[] library;
    try (LGBMBooster booster = LGBMBooster.loadModelFromString(model.text())) {
      library =
          booster.predictForMat(
              fresh.flatValues(),
              fresh.rows(),
              fresh.columns(),
              true,
              PredictionType.C_API_PREDICT_CONTRIB,
              "num_threads=1");
    }
    int width = fresh.columns() + 1;
    for (int row = 0; row < fresh.rows(); row++) {
      double[] own = shap.contributions(fresh.row(row));
      assertThat(own)
          .containsExactly(
              Arrays.copyOfRange(library, row * width, row * width + fresh.columns()),
              within(1e-6));
      assertThat(shap.expected()).isCloseTo(library[row * width + fresh.columns()], within(1e-6));
    }
  }

  @Test
  void contributionsOfAForestSumToItsScore() {
    TreeModel model =
        TreeTrainer.train(examples(3, 3_000), TreeOptions.FOREST.withRounds(20).withThreads(1));
    TreeShap shap = new TreeShap(model);
    Examples fresh = examples(4, 200);
    for (int row = 0; row < fresh.rows(); row++) {
      double[] values = fresh.row(row);
      assertThat(shap.expected() + Arrays.stream(shap.contributions(values)).sum())
          .isCloseTo(model.raw(values), within(1e-9));
    }
  }
}
