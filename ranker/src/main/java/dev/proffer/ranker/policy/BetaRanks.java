// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/// The exact behaviour of Bernoulli Thompson sampling with given Beta posteriors: the probability
/// that an arm's draw is the k-th largest.
///
/// `P(arm a has rank k) = ∫ f_a(t) P(k-1 of the others exceed t) dt`, where the number of others
/// above `t` is Poisson-binomial. The integral is taken over cells whose edges are quantiles of all
/// posteriors together; inside a cell the others are taken at their mean. With the default cells
/// the error is below 1e-3 of a probability, and the probabilities of one rank add up to 1.
public final class BetaRanks {
  private static final int CELLS_PER_ARM = 96;

  private BetaRanks() {}

  /// Probabilities by arm and rank.
  public static double[][] probabilities(double[] alpha, double[] beta, int ranks) {
    int arms = alpha.length;
    if (arms == 0 || arms != beta.length) {
      throw new IllegalArgumentException(
          "arms: as many alphas as betas are needed, and at least 1");
    }
    if (ranks < 1 || ranks > arms) {
      throw new IllegalArgumentException("ranks: " + ranks + " (expected: 1 to " + arms + ")");
    }
    BetaDistribution[] posteriors = new BetaDistribution[arms];
    for (int a = 0; a < arms; a++) {
      posteriors[a] = BetaDistribution.of(alpha[a], beta[a]);
    }
    double[] edges = edges(posteriors);
    int cells = edges.length - 1;
    double[][] mass = new double[arms][cells];
    double[][] above = new double[arms][cells];
    for (int a = 0; a < arms; a++) {
      double before = 0;
      for (int c = 0; c < cells; c++) {
        double after = c == cells - 1 ? 1 : posteriors[a].cumulativeProbability(edges[c + 1]);
        mass[a][c] = after - before;
        above[a][c] = 1 - (before + after) / 2;
        before = after;
      }
    }
    double[][] probabilities = new double[arms][ranks];
    double[] exceed = new double[ranks];
    for (int c = 0; c < cells; c++) {
      for (int a = 0; a < arms; a++) {
        if (mass[a][c] < 1e-14) {
          continue;
        }
        Arrays.fill(exceed, 0);
        exceed[0] = 1;
        for (int b = 0; b < arms; b++) {
          if (b == a) {
            continue;
          }
          double p = above[b][c];
          for (int k = ranks - 1; k > 0; k--) {
            exceed[k] = exceed[k] * (1 - p) + exceed[k - 1] * p;
          }
          exceed[0] *= 1 - p;
        }
        for (int k = 0; k < ranks; k++) {
          probabilities[a][k] += mass[a][c] * exceed[k];
        }
      }
    }
    // Ties inside a cell leave a residue of a few 1e-4 at most; a rank is always taken by one arm.
    for (int k = 0; k < ranks; k++) {
      double total = 0;
      for (double[] arm : probabilities) {
        total += arm[k];
      }
      for (double[] arm : probabilities) {
        arm[k] /= total;
      }
    }
    return probabilities;
  }

  private static double[] edges(BetaDistribution[] posteriors) {
    double[] z = new double[CELLS_PER_ARM + 1];
    NormalDistribution normal = NormalDistribution.of(0, 1);
    for (int i = 0; i <= CELLS_PER_ARM; i++) {
      // Quantiles from 1e-6 to 1 - 1e-6, dense where the mass is.
      z[i] = normal.inverseCumulativeProbability(1e-6 + (1 - 2e-6) * i / CELLS_PER_ARM);
    }
    double[] edges = new double[posteriors.length * z.length + 2];
    int at = 0;
    edges[at++] = 0;
    for (BetaDistribution posterior : posteriors) {
      double mean = posterior.getMean();
      double deviation = Math.sqrt(posterior.getVariance());
      for (double step : z) {
        edges[at++] = Math.clamp(mean + step * deviation, 0, 1);
      }
    }
    edges[at] = 1;
    return Arrays.stream(edges).sorted().distinct().toArray();
  }
}
