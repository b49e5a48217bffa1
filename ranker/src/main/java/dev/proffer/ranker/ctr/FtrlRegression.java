// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.learning.LearningException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

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
  // What z and n come to, so that scoring adds and does nothing else.
  private final double[] weights;

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
    this.weights = new double[features + 1];
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
        model.learn(rows.numbers(), row * rows.fields(), rows.labels()[row], rows.weights()[row]);
      }
    }
    return model;
  }

  /// Learns from one row.
  public void learn(int[] numbers, int from, double label) {
    learn(numbers, from, label, 1);
  }

  /// Learns from one row that counts more or less than others. May go on while others score.
  public void learn(int[] numbers, int from, double label, double rowWeight) {
    double gradient = rowWeight * (Head.probability(logOdds(numbers, from)) - label);
    for (int f = 0; f < fields; f++) {
      update(numbers[from + f], gradient);
    }
    update(z.length - 1, gradient);
  }

  private void update(int i, double gradient) {
    double square = gradient * gradient;
    double sigma = (Math.sqrt(n[i] + square) - Math.sqrt(n[i])) / alpha;
    z[i] += gradient - sigma * weights[i];
    n[i] += square;
    weights[i] = computed(i);
  }

  /// The weight of a feature.
  double weight(int i) {
    return weights[i];
  }

  private double computed(int i) {
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
    double sum = weights[weights.length - 1];
    for (int f = 0; f < fields; f++) {
      sum += weights[numbers[from + f]];
    }
    return sum;
  }

  @Override
  public String kind() {
    return "ftrl";
  }

  @Override
  public int fields() {
    return fields;
  }

  @Override
  public int features() {
    return weights.length - 1;
  }

  @Override
  public Scorer scorer() {
    return this::logOdds;
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(fields);
    out.writeInt(z.length - 1);
    for (double parameter : new double[] {alpha, beta, l1, l2}) {
      out.writeDouble(parameter);
    }
    for (int i = 0; i < z.length; i++) {
      out.writeDouble(z[i]);
      out.writeDouble(n[i]);
    }
  }

  /// Reads what [#write] wrote; it goes on learning where it was.
  static FtrlRegression read(DataInput in) throws IOException {
    int fields = in.readInt();
    int features = in.readInt();
    FtrlRegression model =
        new FtrlRegression(
            fields, features, in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
    for (int i = 0; i <= features; i++) {
      model.z[i] = in.readDouble();
      model.n[i] = in.readDouble();
      model.weights[i] = model.computed(i);
    }
    return model;
  }
}
