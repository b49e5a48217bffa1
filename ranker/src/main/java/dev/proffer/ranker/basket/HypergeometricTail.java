// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

/// The upper tail of the hypergeometric distribution, which is Fisher's exact test for "bought
/// together more often than by chance". Works with logarithms of factorials, so it neither
/// overflows nor loses small probabilities.
final class HypergeometricTail {
  private final int baskets;
  private final double[] logFactorial;

  HypergeometricTail(int baskets) {
    this.baskets = baskets;
    this.logFactorial = new double[baskets + 1];
    for (int i = 2; i <= baskets; i++) {
      logFactorial[i] = logFactorial[i - 1] + Math.log(i);
    }
  }

  /// The probability that at least `both` of the baskets that hold the left side hold the right
  /// side, when `left` and `right` baskets are drawn independently.
  double atLeast(int both, int left, int right) {
    int most = Math.min(left, right);
    double total = 0;
    double first = logProbability(both, left, right);
    // Terms relative to the first, which is the largest when the rule beats chance.
    double term = 1;
    for (int k = both; k <= most; k++) {
      total += term;
      double ratio =
          ((double) (left - k) * (right - k))
              / ((double) (k + 1) * (baskets - left - right + k + 1.0));
      term *= ratio;
      if (term < total * 1e-17 && ratio < 1) {
        break;
      }
    }
    return Math.min(1, Math.exp(first + Math.log(total)));
  }

  private double logProbability(int both, int left, int right) {
    return logChoose(left, both)
        + logChoose(baskets - left, right - both)
        - logChoose(baskets, right);
  }

  private double logChoose(int n, int k) {
    if (k < 0 || k > n) {
      return Double.NEGATIVE_INFINITY;
    }
    return logFactorial[n] - logFactorial[k] - logFactorial[n - k];
  }
}
