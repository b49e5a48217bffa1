// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.TreeOptions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpliftLearnerTest {
  private static final TreeOptions OPTIONS =
      TreeOptions.BOOSTING.withRounds(80).withLeaves(8).withMinLeafRows(100).withThreads(1);

  /// Treatment adds .3 where `keen` is positive and takes .1 away elsewhere; `rich` moves the
  /// outcome but not the effect.
  private static Trial trial(int seed, int size, double treatedShare) {
    Random random = new Random(seed);
    Examples.Builder people = Examples.of("keen", "rich");
    boolean[] treated = new boolean[size];
    for (int i = 0; i < size; i++) {
      double keen = random.nextGaussian();
      double rich = random.nextGaussian();
      treated[i] = random.nextDouble() < treatedShare;
      double p = .3 + .2 * Math.tanh(rich) + (treated[i] ? effect(keen) : 0);
      people.add(random.nextDouble() < p ? 1 : 0, new double[] {keen, rich});
    }
    return new Trial(people.build(), treated);
  }

  private static double effect(double keen) {
    return keen > 0 ? .3 : -.1;
  }

  @ParameterizedTest
  @EnumSource(UpliftLearner.class)
  void findsWhomTheTreatmentMoves(UpliftLearner learner) {
    UpliftModel model = learner.train(trial(1, 20_000, .5), OPTIONS);
    double error = 0;
    int points = 0;
    for (double keen = -1.5; keen <= 1.5; keen += .25) {
      for (double rich = -1; rich <= 1; rich += .5) {
        if (keen != 0) {
          error += Math.abs(model.uplift(new double[] {keen, rich}) - effect(keen));
          points++;
        }
      }
    }
    assertThat(error / points).isLessThan(.1);
    Trial test = trial(2, 20_000, .5);
    UpliftCurve curve = new UpliftCurve(model.uplift(test.people()), test);
    double[] outcomeOnly = new double[test.size()];
    for (int i = 0; i < outcomeOnly.length; i++) {
      outcomeOnly[i] = test.people().value(i, 1);
    }
    assertThat(curve.qiniCoefficient()).isGreaterThan(.035);
    assertThat(new UpliftCurve(outcomeOnly, test).qiniCoefficient()).isBetween(-.01, .01);
    assertThat(curve.upliftAt(.3)).isGreaterThan(curve.averageEffect() + .1);
  }

  @Test
  void theCrossedLearnerHoldsWhenFewWereTreated() {
    Trial test = trial(4, 20_000, .5);
    UpliftModel model = UpliftLearner.X.train(trial(3, 20_000, .1), OPTIONS);
    assertThat(new UpliftCurve(model.uplift(test.people()), test).qiniCoefficient())
        .isGreaterThan(.03);
  }
}
