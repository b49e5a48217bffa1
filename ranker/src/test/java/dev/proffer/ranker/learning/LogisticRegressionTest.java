// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
  private static Examples examples(int rows) {
    Random random = new Random(1);
    Examples.Builder builder = Examples.of("metres", "kilo", "constant");
    for (int i = 0; i < rows; i++) {
      double metres = 1_000 * random.nextGaussian() + 5_000;
      double kilo = random.nextGaussian() / 100;
      double log = .002 * (metres - 5_000) - 150 * kilo + .5;
      builder.add(
          random.nextDouble() < 1 / (1 + Math.exp(-log)) ? 1 : 0, new double[] {metres, kilo, 7});
    }
    return builder.build();
  }

  @Test
  void findsTheCoefficientsThatMadeTheData() {
    LogisticRegression model = LogisticRegression.train(examples(20_000), .01);
    assertThat(model.weights()[0]).isCloseTo(.002, within(.0001));
    assertThat(model.weights()[1]).isCloseTo(-150, within(8.0));
    assertThat(model.predict(new double[] {5_000, 0, 7}))
        .isCloseTo(1 / (1 + Math.exp(-.5)), within(.015));
  }

  @Test
  void aMissingValueCountsAsTheMean() {
    LogisticRegression model = LogisticRegression.train(examples(2_000), 1);
    assertThat(model.predict(new double[] {Double.NaN, 0, 7}))
        .isCloseTo(model.predict(new double[] {5_000, 0, 7}), within(.03));
  }

  @Test
  void whatWasSavedPredictsTheSameToTheBit() {
    Examples examples = examples(500);
    LogisticRegression model = LogisticRegression.train(examples, 1);
    assertThat(LogisticRegression.parse(model.text()).predict(examples))
        .isEqualTo(model.predict(examples));
    assertThatThrownBy(() -> LogisticRegression.parse("nonsense"))
        .isInstanceOf(LearningException.class);
  }

  @Test
  void needsBothLabels() {
    assertThatThrownBy(
            () -> LogisticRegression.train(Examples.of("x").add(1, new double[] {1}).build(), 1))
        .hasMessageContaining("both labels");
  }
}
