// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

/// Intervals that may be looked at after every unit: the chance that any of them ever misses the
/// truth is at most `alpha`.
///
/// The asymptotic confidence sequence of a mean (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas
/// 2021, theorem 2.2): with `n` units and a standard error `s` of the estimate, the half-width is
/// `s √n √(2 (n ρ² + 1) / (n² ρ²) · log(√(n ρ² + 1) / α))`. `ρ` makes the sequence tightest at
/// `tightestAt` units. It is asymptotic: nothing is concluded before the arms have some units.
public record ConfidenceSequence(double alpha, double tightestAt) {
  /// Units at which the sequence is tightest unless the plan says otherwise.
  public static final double TIGHTEST_AT = 5_000;

  public ConfidenceSequence {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha: " + alpha + " (expected: above 0, below 1)");
    }
    if (!(tightestAt >= 1)) {
      throw new IllegalArgumentException("tightest at: " + tightestAt + " (expected: 1 or more)");
    }
  }

  /// Half the width of the interval after so many units of both arms together.
  public double halfWidth(long units, double standardError) {
    double scaled = units * rhoSquared();
    return standardError
        * Math.sqrt(2 * (scaled + 1) / scaled * Math.log(Math.sqrt(scaled + 1) / alpha));
  }

  /// The smallest level at which the interval of now excludes 0. Its running minimum is an
  /// always-valid p-value.
  public double pValue(long units, double value, double standardError) {
    if (standardError == 0) {
      return value == 0 ? 1 : 0;
    }
    double scaled = units * rhoSquared();
    double z = value / standardError;
    return Math.min(1, Math.sqrt(scaled + 1) * Math.exp(-z * z * scaled / (2 * (scaled + 1))));
  }

  private double rhoSquared() {
    double log = -2 * Math.log(alpha);
    return (log + Math.log(log + 1)) / tightestAt;
  }
}
