// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Logistic regression with an L2 penalty, trained by liblinear on standardised columns. A missing
/// value counts as the column's mean. A categorical column is used as it stands: code it as 0/1
/// columns first.
public final class LogisticRegression implements Predictor {
  private final double[] means;
  private final double[] weights;
  private final double bias;

  private LogisticRegression(double[] means, double[] weights, double bias) {
    this.means = means;
    this.weights = weights;
    this.bias = bias;
  }

  /// Trains on examples whose weights are all 1.
  ///
  /// @param penalty weight of the squared coefficients; 1 suits most tables
  public static LogisticRegression train(Examples examples, double penalty) {
    if (!(penalty > 0)) {
      throw new IllegalArgumentException("penalty: " + penalty + " (expected: above 0)");
    }
    int columns = examples.columns();
    double positives = 0;
    for (int row = 0; row < examples.rows(); row++) {
      if (examples.label(row) != 0 && examples.label(row) != 1) {
        throw new IllegalArgumentException(
            "label of row " + row + ": " + examples.label(row) + " (expected: 0 or 1)");
      }
      positives += examples.label(row);
    }
    if (positives == 0 || positives == examples.rows()) {
      throw new LearningException("logistic regression needs examples of both labels");
    }
    double[] means = new double[columns];
    double[] scales = new double[columns];
    moments(examples, means, scales);
    Problem problem = new Problem();
    problem.l = examples.rows();
    problem.n = columns + 1;
    problem.bias = 1;
    problem.y = examples.labels();
    problem.x = new Feature[problem.l][];
    boolean weighted = Arrays.stream(examples.weights()).anyMatch(weight -> weight != 1);
    if (weighted) {
      throw new LearningException("logistic regression takes no weights (expected: all 1)");
    }
    for (int row = 0; row < problem.l; row++) {
      Feature[] features = new Feature[columns + 1];
      for (int column = 0; column < columns; column++) {
        double value = examples.value(row, column);
        double known = Double.isNaN(value) ? means[column] : value;
        features[column] = new FeatureNode(column + 1, (known - means[column]) / scales[column]);
      }
      features[columns] = new FeatureNode(columns + 1, 1);
      problem.x[row] = features;
    }
    Parameter parameter = new Parameter(SolverType.L2R_LR, 1 / penalty, 1e-4);
    parameter.setMaxIters(1_000);
    Linear.disableDebugOutput();
    Model model = Linear.train(problem, parameter);
    // The coefficients are those of the label that came first.
    double sign = model.getLabels()[0] == 1 ? 1 : -1;
    double[] raw = model.getFeatureWeights();
    double[] weights = new double[columns];
    for (int column = 0; column < columns; column++) {
      weights[column] = sign * raw[column] / scales[column];
    }
    return new LogisticRegression(means, weights, sign * raw[columns]);
  }

  private static void moments(Examples examples, double[] means, double[] scales) {
    for (int column = 0; column < means.length; column++) {
      double sum = 0;
      int known = 0;
      for (int row = 0; row < examples.rows(); row++) {
        double value = examples.value(row, column);
        if (!Double.isNaN(value)) {
          sum += value;
          known++;
        }
      }
      means[column] = known == 0 ? 0 : sum / known;
      double squares = 0;
      for (int row = 0; row < examples.rows(); row++) {
        double value = examples.value(row, column);
        squares += Double.isNaN(value) ? 0 : (value - means[column]) * (value - means[column]);
      }
      double deviation = known == 0 ? 0 : Math.sqrt(squares / known);
      scales[column] = deviation > 1e-12 ? deviation : 1;
    }
  }

  /// What one more unit of each column adds to the log odds.
  public double[] weights() {
    return weights.clone();
  }

  /// What each column adds to the log-odds of a row, compared with its mean.
  public double[] contributions(double[] row) {
    double[] contributions = new double[weights.length];
    for (int column = 0; column < weights.length; column++) {
      double value = Double.isNaN(row[column]) ? means[column] : row[column];
      contributions[column] = weights[column] * (value - means[column]);
    }
    return contributions;
  }

  @Override
  public double predict(double[] row) {
    double sum = bias;
    for (int column = 0; column < weights.length; column++) {
      if (!Double.isNaN(row[column])) {
        sum += weights[column] * (row[column] - means[column]);
      }
    }
    return 1 / (1 + Math.exp(-sum));
  }

  /// The model as text, exact to the bit.
  public String text() {
    return "logistic\n" + bias + "\n" + join(means) + "\n" + join(weights) + "\n";
  }

  public static LogisticRegression parse(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() < 4 || !lines.get(0).equals("logistic")) {
      throw new LearningException("the text is not a logistic regression");
    }
    try {
      double[] means = split(lines.get(2));
      double[] weights = split(lines.get(3));
      if (means.length != weights.length) {
        throw new LearningException("the text does not have one mean for each weight");
      }
      return new LogisticRegression(means, weights, Double.parseDouble(lines.get(1)));
    } catch (NumberFormatException e) {
      throw new LearningException("the model holds a broken number: " + e.getMessage(), e);
    }
  }

  static String join(double[] values) {
    return Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(" "));
  }

  static double[] split(String line) {
    return line.isBlank()
        ? new double[0]
        : Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }
}
