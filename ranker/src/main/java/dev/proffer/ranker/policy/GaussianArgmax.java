// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;

/// The probability that each of several independent normal variables is the largest: what Thompson
/// sampling does, as numbers instead of draws.
///
/// `P(a is largest) = ∫ f_a(t) ∏_{b≠a} F_b(t) dt` over 64 cells between the largest `m - 5 s` and
/// the largest `m + 5 s`; the normal distribution comes from a table with linear interpolation. The
/// error against exact integration is below .01 of a probability. Because the choice is then drawn
/// from these very numbers, the logged propensity has no error at all.
///
/// Scratch space is reused: one instance per thread.
final class GaussianArgmax {
  private static final int CELLS = 64;
  private static final double REACH = 5;
  private static final int STEPS = 128;
  private static final double TABLE_END = 6;
  private static final double[] TABLE = table();

  private double[] below = new double[0];
  private double[] above = new double[0];

  /// Writes the probabilities of the first `count` variables.
  void probabilities(double[] mean, double[] deviation, int count, double[] into) {
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int a = 0; a < count; a++) {
      low = Math.max(low, mean[a] - REACH * deviation[a]);
      high = Math.max(high, mean[a] + REACH * deviation[a]);
    }
    Arrays.fill(into, 0, count, 0);
    if (!(high > low)) {
      // Nobody is uncertain: the largest mean wins, and equal ones share.
      int best = 0;
      for (int a = 0; a < count; a++) {
        best += mean[a] >= high ? 1 : 0;
      }
      for (int a = 0; a < count; a++) {
        into[a] = mean[a] >= high ? 1.0 / best : 0;
      }
      return;
    }
    if (below.length < count) {
      below = new double[count];
      above = new double[count];
    }
    double step = (high - low) / CELLS;
    for (int a = 0; a < count; a++) {
      below[a] = distribution(low, mean[a], deviation[a]);
    }
    double total = 0;
    for (int cell = 0; cell < CELLS; cell++) {
      double edge = low + (cell + 1) * step;
      double product = 1;
      for (int a = 0; a < count; a++) {
        double f = distribution(edge, mean[a], deviation[a]);
        above[a] = f;
        product *= .5 * (below[a] + f);
      }
      if (product > 0) {
        for (int a = 0; a < count; a++) {
          double mass = above[a] - below[a];
          if (mass > 0) {
            double p = mass * product / (.5 * (below[a] + above[a]));
            into[a] += p;
            total += p;
          }
        }
      }
      double[] swap = below;
      below = above;
      above = swap;
    }
    for (int a = 0; a < count; a++) {
      into[a] /= total;
    }
  }

  private static double distribution(double t, double mean, double deviation) {
    if (deviation <= 0) {
      return t >= mean ? 1 : 0;
    }
    double z = (t - mean) / deviation;
    if (z <= -TABLE_END) {
      return 0;
    }
    if (z >= TABLE_END) {
      return 1;
    }
    double at = (z + TABLE_END) * STEPS;
    int i = (int) at;
    return TABLE[i] + (at - i) * (TABLE[i + 1] - TABLE[i]);
  }

  private static double[] table() {
    NormalDistribution normal = NormalDistribution.of(0, 1);
    double[] table = new double[(int) (2 * TABLE_END * STEPS) + 2];
    for (int i = 0; i < table.length; i++) {
      table[i] = normal.cumulativeProbability((double) i / STEPS - TABLE_END);
    }
    return table;
  }
}
