// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.learning.LearningException;

/// Logistic regression that learns from one row after the other: FTRL-Proximal (McMahan et al.
/// 2013, algorithm 1), whose L1 penalty leaves most weights at exactly 0.
///
/// One thread learns.
public final class FtrlRegression implements Head {
  private final int fields;
  private final double alpha;
  private final double beta;
  private final double l1;
  private final double l2;
  // The last place is the intercept, which is not penalised.
  private final double[] z;
  private final double[] n;

  /// @param alpha how fast it learns
  /// @param beta smooths the first steps
  public FtrlRegression(int fields, int features, double alpha, double beta, double l1, double l2) {
    if (!(alpha > 0 && beta >= 0 && l1 >= 0 && l2 >= 0)) {
      throw new IllegalArgumentException(
          "alpha must be above 0, and beta, l1 and l2 must be 0 or more");
    }
    this.fields = fields;
    this.alpha = alpha;
    this.beta = beta;
    this.l1 = l1;
    this.l2 = l2;
    this.z = new double[features + 1];
    this.n = new double[features + 1];
  }

  /// Learns from all rows, in their order, several times.
  public static FtrlRegression train(
      FieldRows rows, double alpha, double l1, double l2, int passes) {
    if (!rows.hasBothLabels()) {
      throw new LearningException("a head needs rows of both labels");
    }
    FtrlRegression model = new FtrlRegression(rows.fields(), rows.features(), alpha, 1, l1, l2);
    for (int pass = 0; pass < passes; pass++) {
      for (int row = 0; row < rows.rows(); row++) {
        model.learn(rows.numbers(), row * rows.fields(), rows.labels()[row]);
      }
    }
    return model;
  }

  /// Learns from one row.
  public void learn(int[] numbers, int from, double label) {
    double gradient = Head.probability(logOdds(numbers, from)) - label;
    for (int f = 0; f < fields; f++) {
      update(numbers[from + f], gradient);
    }
    update(z.length - 1, gradient);
  }

  private void update(int i, double gradient) {
    double square = gradient * gradient;
    double sigma = (Math.sqrt(n[i] + square) - Math.sqrt(n[i])) / alpha;
    z[i] += gradient - sigma * weight(i);
    n[i] += square;
  }

  /// The weight of a feature.
  double weight(int i) {
    boolean intercept = i == z.length - 1;
    double threshold = intercept ? 0 : l1;
    if (Math.abs(z[i]) <= threshold) {
      return 0;
    }
    return -(z[i] - Math.signum(z[i]) * threshold)
        / ((beta + Math.sqrt(n[i])) / alpha + (intercept ? 0 : l2));
  }

  @Override
  public double logOdds(int[] numbers, int from) {
    double sum = weight(z.length - 1);
    for (int f = 0; f < fields; f++) {
      sum += weight(numbers[from + f]);
    }
    return sum;
  }
}
