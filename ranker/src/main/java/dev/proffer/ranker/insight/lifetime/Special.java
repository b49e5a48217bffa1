// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.lifetime;

/// Functions that the JDK does not have.
final class Special {
  // Lanczos' approximation with g = 7 and nine terms (Godfrey); relative error below 1e-14.
  private static final double[] LANCZOS = {
    0.9999999999998099,
    676.5203681218851,
    -1259.1392167224028,
    771.3234287776531,
    -176.6150291621406,
    12.507343278686905,
    -0.13857109526572012,
    9.984369578019572e-6,
    1.5056327351493116e-7
  };
  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
  private static final int TERMS_MAX = 100_000;

  private Special() {}

  /// The logarithm of the gamma function of a number above 0.
  static double logGamma(double x) {
    if (x < 0.5) {
      return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
    }
    double z = x - 1;
    double sum = LANCZOS[0];
    for (int i = 1; i < LANCZOS.length; i++) {
      sum += LANCZOS[i] / (z + i);
    }
    double t = z + 7.5;
    return HALF_LOG_TWO_PI + (z + 0.5) * Math.log(t) - t + Math.log(sum);
  }

  /// Gauss' hypergeometric function ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c > 0, by Euler's
  /// transformation, whose series has terms that fall faster for the arguments that occur here.
  static double hypergeometric(double a, double b, double c, double z) {
    return Math.pow(1 - z, c - a - b) * series(c - a, c - b, c, z);
  }

  private static double series(double a, double b, double c, double z) {
    double term = 1;
    double sum = 1;
    for (int k = 0; k < TERMS_MAX; k++) {
      term *= (a + k) * (b + k) / ((c + k) * (k + 1)) * z;
      sum += term;
      if (Math.abs(term) <= 1e-15 * Math.abs(sum)) {
        break;
      }
    }
    return sum;
  }
}
