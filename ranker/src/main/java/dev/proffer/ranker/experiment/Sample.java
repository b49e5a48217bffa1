// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

/// A metric of one arm: how many units, their mean and their variance (with `n - 1`).
public record Sample(long units, double mean, double variance) {
  public Sample {
    if (units < 0) {
      throw new IllegalArgumentException("units: " + units + " (expected: 0 or more)");
    }
    if (!Double.isFinite(mean)) {
      throw new IllegalArgumentException("mean: " + mean + " (expected: a finite number)");
    }
    if (!(variance >= 0) || Double.isInfinite(variance)) {
      throw new IllegalArgumentException(
          "variance: " + variance + " (expected: a finite number, 0 or more)");
    }
  }

  /// From the number of units, the sum of their values and the sum of the squares.
  public static Sample ofSums(long units, double sum, double squares) {
    double mean = units == 0 ? 0 : sum / units;
    return new Sample(units, mean, variance(units, sum, squares));
  }

  public static Sample ofSuccesses(long units, long successes) {
    return ofSums(units, (double) successes, (double) successes);
  }

  /// A ratio of two sums over units, such as revenue over orders, with the variance of the ratio of
  /// means by the delta method (Deng, Knoblich & Lu 2018): as if each unit had the value `R + (y -
  /// R x) / mean(x)`.
  public static Sample ofRatio(
      long units, double sumY, double sumX, double squaresY, double squaresX, double products) {
    if (units == 0) {
      return new Sample(0, 0, 0);
    }
    if (!(sumX > 0)) {
      throw new IllegalArgumentException(
          "ratio: the sum of the denominator is " + sumX + " (expected: above 0)");
    }
    double ratio = sumY / sumX;
    double meanX = sumX / units;
    double varianceY = variance(units, sumY, squaresY);
    double varianceX = variance(units, sumX, squaresX);
    double covariance = covariance(units, sumX, sumY, products);
    double variance =
        (varianceY - 2 * ratio * covariance + ratio * ratio * varianceX) / (meanX * meanX);
    return new Sample(units, ratio, Math.max(0, variance));
  }

  /// The variance of the mean.
  public double meanVariance() {
    return units == 0 ? 0 : variance / units;
  }

  static double variance(long units, double sum, double squares) {
    return Math.max(0, covariance(units, sum, sum, squares));
  }

  static double covariance(long units, double sumA, double sumB, double products) {
    return units < 2 ? 0 : (products - sumA * (sumB / units)) / (units - 1);
  }
}
