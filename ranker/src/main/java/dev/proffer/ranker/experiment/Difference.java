// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/// The difference of the means of two arms, variant minus control, with a test and an interval that
/// are right when looked at once, at a time fixed before.
///
/// @param value the difference of the means
/// @param standardError its standard error, without assuming equal variances
/// @param low the lower end of the fixed-horizon interval
/// @param high the upper end
/// @param pValue the two-sided p-value of no difference
public record Difference(
    double value, double standardError, double low, double high, double pValue) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /// Welch's test: unequal variances, degrees of freedom by Welch & Satterthwaite.
  public static Difference welch(Sample control, Sample variant, double confidence) {
    requireUnits(control, variant);
    double value = variant.mean() - control.mean();
    double c = control.meanVariance();
    double v = variant.meanVariance();
    double error = Math.sqrt(c + v);
    if (error == 0) {
      return new Difference(value, 0, value, value, value == 0 ? 1 : 0);
    }
    double freedom =
        (c + v) * (c + v) / (c * c / (control.units() - 1) + v * v / (variant.units() - 1));
    TDistribution t = TDistribution.of(freedom);
    double margin = t.inverseSurvivalProbability((1 - confidence) / 2) * error;
    double p = Math.min(1, 2 * t.survivalProbability(Math.abs(value) / error));
    return new Difference(value, error, value - margin, value + margin, p);
  }

  /// Two shares: pooled z-test, and Newcombe's interval from Wilson scores (1998, method 10), which
  /// keeps its level for rare events.
  public static Difference shares(
      long controlUnits,
      long controlSuccesses,
      long variantUnits,
      long variantSuccesses,
      double confidence) {
    Sample control = Sample.ofSuccesses(controlUnits, controlSuccesses);
    Sample variant = Sample.ofSuccesses(variantUnits, variantSuccesses);
    requireUnits(control, variant);
    double value = variant.mean() - control.mean();
    double pooled = (controlSuccesses + variantSuccesses) / (double) (controlUnits + variantUnits);
    double pooledError =
        Math.sqrt(pooled * (1 - pooled) * (1.0 / controlUnits + 1.0 / variantUnits));
    double p =
        pooledError == 0
            ? 1
            : Math.min(1, 2 * NORMAL.survivalProbability(Math.abs(value) / pooledError));
    double z = NORMAL.inverseSurvivalProbability((1 - confidence) / 2);
    double[] c = wilson(control.mean(), controlUnits, z);
    double[] v = wilson(variant.mean(), variantUnits, z);
    double below = Math.hypot(variant.mean() - v[0], c[1] - control.mean());
    double above = Math.hypot(v[1] - variant.mean(), control.mean() - c[0]);
    return new Difference(
        value,
        Math.sqrt(control.meanVariance() + variant.meanVariance()),
        value - below,
        value + above,
        p);
  }

  private static double[] wilson(double share, long units, double z) {
    double square = z * z;
    double centre = share + square / (2 * units);
    double margin = z * Math.sqrt(share * (1 - share) / units + square / (4.0 * units * units));
    double scale = 1 + square / units;
    return new double[] {(centre - margin) / scale, (centre + margin) / scale};
  }

  private static void requireUnits(Sample control, Sample variant) {
    if (control.units() < 2 || variant.units() < 2) {
      throw new IllegalArgumentException(
          "units: " + control.units() + " and " + variant.units() + " (expected: 2 or more each)");
    }
  }
}
