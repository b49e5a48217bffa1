// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.TreeOptions;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResponseModelTest {
  private static final TreeOptions OPTIONS =
      TreeOptions.BOOSTING.withRounds(150).withLeaves(8).withMinLeafRows(50).withThreads(1);

  /// Deep offers went to people who buy less, so that history shows a fall where there is a rise.
  private static Examples history(int seed, int rows) {
    Random random = new Random(seed);
    Examples.Builder builder = Examples.of("orders", "noise", ResponseModel.DEPTH);
    for (int i = 0; i < rows; i++) {
      double orders = random.nextInt(6);
      double hidden = random.nextDouble();
      double depth = random.nextDouble() < .3 ? 0 : Math.round((1 - hidden) * 5) / 10.0;
      double p = .02 + .03 * orders + .2 * depth * (orders > 2 ? 1.5 : .5) + .25 * hidden;
      builder.add(
          random.nextDouble() < p ? 1 : 0, new double[] {orders, random.nextDouble(), depth});
    }
    return builder.build();
  }

  @Test
  void theProbabilityNeverFallsAsTheDepthRises() {
    ResponseModel model = ResponseModel.train(history(1, 8_000), history(2, 4_000), OPTIONS);
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      double[] row = ResponseModel.row(random.nextInt(6), random.nextDouble());
      double before = 0;
      for (double depth = 0; depth <= .6; depth += .02) {
        double now = model.probability(row, depth);
        assertThat(now).isGreaterThanOrEqualTo(before);
        before = now;
      }
      assertThat(model.uplift(row, .3)).isGreaterThanOrEqualTo(0);
    }
  }

  @Test
  void probabilitiesAreRightOnAverage() {
    ResponseModel model = ResponseModel.train(history(1, 8_000), history(2, 4_000), OPTIONS);
    Examples fresh = history(3, 8_000);
    assertThat(ClassifierMetrics.calibrationError(model.predict(fresh), fresh.labels(), 10))
        .isLessThan(.03);
  }

  @Test
  void whatWasSavedAnswersTheSame() {
    ResponseModel model = ResponseModel.train(history(1, 2_000), history(2, 1_000), OPTIONS);
    double[] row = ResponseModel.row(3, .5);
    assertThat(ResponseModel.parse(model.text()).probability(row, .2))
        .isCloseTo(model.probability(row, .2), within(0.0));
    assertThatThrownBy(() -> ResponseModel.parse("x")).hasMessageContaining("response model");
    assertThatThrownBy(
            () -> ResponseModel.train(Examples.of("a").build(), Examples.of("a").build(), OPTIONS))
        .hasMessageContaining("depth");
  }
}
