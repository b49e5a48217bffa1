// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.junit.jupiter.api.Test;

class BetaRanksTest {
  @Test
  void equalArmsAreEquallyLikelyAtEveryRank() {
    double[][] p = BetaRanks.probabilities(new double[] {2, 2, 2, 2}, new double[] {9, 9, 9, 9}, 3);
    for (double[] arm : p) {
      for (double rank : arm) {
        assertThat(rank).isCloseTo(.25, within(1e-12));
      }
    }
  }

  @Test
  void twoArmsEqualTheClosedForm() {
    // P(X > Y) for Beta(2,1) and Beta(1,1) is E[X] = 2/3.
    double[][] p = BetaRanks.probabilities(new double[] {2, 1}, new double[] {1, 1}, 2);
    assertThat(p[0][0]).isCloseTo(2.0 / 3, within(1e-4));
    assertThat(p[0][1]).isCloseTo(1.0 / 3, within(1e-4));
  }

  @Test
  void integrationAgreesWithSampling() {
    double[] alpha = {47, 8, 62, 3, 518, 1};
    double[] beta = {12198, 3566, 15993, 2367, 111326, 40};
    double[][] p = BetaRanks.probabilities(alpha, beta, 3);
    BetaDistribution[] posteriors =
        IntStream.range(0, alpha.length)
            .mapToObj(a -> BetaDistribution.of(alpha[a], beta[a]))
            .toArray(BetaDistribution[]::new);
    int draws = 40_000;
    double[][] counted = new double[alpha.length][3];
    SplittableRandom random = new SplittableRandom(1);
    for (int draw = 0; draw < draws; draw++) {
      double[] theta = new double[alpha.length];
      for (int a = 0; a < theta.length; a++) {
        theta[a] = posteriors[a].inverseCumulativeProbability(random.nextDouble());
      }
      int[] order =
          IntStream.range(0, theta.length)
              .boxed()
              .sorted(Comparator.comparingDouble(a -> -theta[a]))
              .mapToInt(a -> a)
              .toArray();
      for (int k = 0; k < 3; k++) {
        counted[order[k]][k] += 1.0 / draws;
      }
    }
    for (int a = 0; a < alpha.length; a++) {
      for (int k = 0; k < 3; k++) {
        assertThat(p[a][k]).isCloseTo(counted[a][k], within(.01));
      }
    }
  }
}
