// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/// Whether the split came out as planned. A mismatch means that units were lost or added in one arm
/// after assignment, and then no comparison of the arms can be trusted.
public final class SampleRatio {
  /// Below this the verdict is refused.
  public static final double P_VALUE_MIN = .001;

  private SampleRatio() {}

  /// The p-value of Pearson's chi-squared test of these counts against these weights.
  public static double pValue(long[] units, double[] weights) {
    if (units.length < 2 || units.length != weights.length) {
      throw new IllegalArgumentException("arms: at least 2 are needed, with a weight each");
    }
    double total = 0;
    double weightTotal = 0;
    for (int i = 0; i < units.length; i++) {
      if (!(weights[i] > 0)) {
        throw new IllegalArgumentException(
            "arm " + i + ", weight: " + weights[i] + " (expected: above 0)");
      }
      total += units[i];
      weightTotal += weights[i];
    }
    if (total == 0) {
      return 1;
    }
    double statistic = 0;
    for (int i = 0; i < units.length; i++) {
      double expected = total * weights[i] / weightTotal;
      statistic += (units[i] - expected) * (units[i] - expected) / expected;
    }
    return ChiSquaredDistribution.of(units.length - 1).survivalProbability(statistic);
  }
}
