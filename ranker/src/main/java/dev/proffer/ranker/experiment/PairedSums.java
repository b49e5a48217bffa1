// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

/// Sums over the units of an arm of a metric `y` and of a covariate `x` from before the experiment.
///
/// @param units number of units
/// @param y sum of the metric
/// @param yy sum of its squares
/// @param x sum of the covariate
/// @param xx sum of its squares
/// @param xy sum of the products
public record PairedSums(long units, double y, double yy, double x, double xx, double xy) {
  public PairedSums plus(PairedSums other) {
    return new PairedSums(
        units + other.units, y + other.y, yy + other.yy, x + other.x, xx + other.xx, xy + other.xy);
  }

  public Sample sample() {
    return Sample.ofSums(units, y, yy);
  }

  /// The metric with what the covariate explains taken out: `y - θ (x - x̄)`, where `θ` and `x̄`
  /// come from both arms together (CUPED, Deng, Xu, Kohavi & Walker 2013). The difference of two
  /// arms keeps its expectation because the covariate cannot have been changed by the experiment.
  public Sample adjusted(double theta, double meanX) {
    if (units == 0) {
      return sample();
    }
    double variance =
        Sample.variance(units, y, yy)
            - 2 * theta * covariance()
            + theta * theta * Sample.variance(units, x, xx);
    return new Sample(units, y / units - theta * (x / units - meanX), Math.max(0, variance));
  }

  /// The slope of the metric on the covariate within arms; 0 when the covariate does not vary.
  public static double theta(PairedSums... arms) {
    double covariance = 0;
    double variance = 0;
    for (PairedSums arm : arms) {
      covariance += Math.max(0, arm.units - 1) * arm.covariance();
      variance += Math.max(0, arm.units - 1) * Sample.variance(arm.units, arm.x, arm.xx);
    }
    return variance > 0 ? covariance / variance : 0;
  }

  /// The mean of the covariate over arms.
  public static double meanCovariate(PairedSums... arms) {
    double sum = 0;
    long units = 0;
    for (PairedSums arm : arms) {
      sum += arm.x;
      units += arm.units;
    }
    return units == 0 ? 0 : sum / units;
  }

  private double covariance() {
    return Sample.covariance(units, x, y, xy);
  }
}
