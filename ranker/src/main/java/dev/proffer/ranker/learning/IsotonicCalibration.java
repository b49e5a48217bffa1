// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Turns scores into probabilities that are right on average and never fall as the score rises: the
/// step function of least squares, found by pooling adjacent violators, with straight lines between
/// the middles of its steps.
public final class IsotonicCalibration {
  private final double[] scores;
  private final double[] values;

  private IsotonicCalibration(double[] scores, double[] values) {
    this.scores = scores;
    this.values = values;
  }

  public static IsotonicCalibration fit(double[] scores, double[] labels) {
    double[] weights = new double[scores.length];
    Arrays.fill(weights, 1);
    return fit(scores, labels, weights);
  }

  public static IsotonicCalibration fit(double[] scores, double[] labels, double[] weights) {
    return fit(scores, labels, weights, 0);
  }

  /// Fits with some caution.
  ///
  /// @param prior how many rows of the mean label each step gets in addition, so that a step of a
  ///   few rows does not say what only many could: 0 or 1 above all
  public static IsotonicCalibration fit(
      double[] scores, double[] labels, double[] weights, double prior) {
    if (scores.length == 0 || labels.length != scores.length || weights.length != scores.length) {
      throw new IllegalArgumentException(
          "scores, labels and weights: "
              + scores.length
              + ", "
              + labels.length
              + " and "
              + weights.length
              + " (expected: as many of each, 1 or more)");
    }
    int[] order =
        IntStream.range(0, scores.length)
            .filter(i -> weights[i] > 0)
            .boxed()
            .sorted((a, b) -> Double.compare(scores[a], scores[b]))
            .mapToInt(Integer::intValue)
            .toArray();
    // Blocks of rows: weight, mean label, weighted mean score.
    double[] weight = new double[order.length];
    double[] mean = new double[order.length];
    double[] score = new double[order.length];
    int blocks = 0;
    for (int at = 0; at < order.length; ) {
      // Equal scores are one row: they cannot be told apart.
      double value = scores[order[at]];
      double rows = 0;
      double sum = 0;
      while (at < order.length && scores[order[at]] == value) {
        rows += weights[order[at]];
        sum += weights[order[at]] * labels[order[at]];
        at++;
      }
      blocks = pool(weight, mean, score, blocks, rows, sum / rows, value);
    }
    if (blocks == 0) {
      throw new LearningException("calibration needs an example with a weight above 0");
    }
    if (prior > 0) {
      double all = 0;
      double positive = 0;
      for (int b = 0; b < blocks; b++) {
        all += weight[b];
        positive += weight[b] * mean[b];
      }
      // Steps of few rows move more, which may bring them out of order.
      int kept = 0;
      for (int b = 0; b < blocks; b++) {
        double moved = (weight[b] * mean[b] + prior * positive / all) / (weight[b] + prior);
        kept = pool(weight, mean, score, kept, weight[b], moved, score[b]);
      }
      blocks = kept;
    }
    return new IsotonicCalibration(Arrays.copyOf(score, blocks), Arrays.copyOf(mean, blocks));
  }

  /// Adds a block behind others, and pools it with those before it that are not below it. Returns
  /// how many there are then.
  private static int pool(
      double[] weight,
      double[] mean,
      double[] score,
      int count,
      double rows,
      double rate,
      double at) {
    int blocks = count;
    weight[blocks] = rows;
    mean[blocks] = rate;
    score[blocks] = at;
    blocks++;
    while (blocks > 1 && mean[blocks - 2] >= mean[blocks - 1]) {
      double both = weight[blocks - 2] + weight[blocks - 1];
      mean[blocks - 2] =
          (weight[blocks - 2] * mean[blocks - 2] + weight[blocks - 1] * mean[blocks - 1]) / both;
      score[blocks - 2] =
          (weight[blocks - 2] * score[blocks - 2] + weight[blocks - 1] * score[blocks - 1]) / both;
      weight[blocks - 2] = both;
      blocks--;
    }
    return blocks;
  }

  /// The calibrated value of a score; beyond the scores seen, that of the nearest one.
  public double apply(double score) {
    int at = Arrays.binarySearch(scores, score);
    if (at >= 0) {
      return values[at];
    }
    int after = ~at;
    if (after == 0) {
      return values[0];
    }
    if (after == scores.length) {
      return values[scores.length - 1];
    }
    double share = (score - scores[after - 1]) / (scores[after] - scores[after - 1]);
    return values[after - 1] + share * (values[after] - values[after - 1]);
  }

  public double[] apply(double[] all) {
    return Arrays.stream(all).map(this::apply).toArray();
  }

  /// The model with its predictions calibrated.
  public Predictor over(Predictor model) {
    return row -> apply(model.predict(row));
  }

  /// The calibration as text, exact to the bit.
  public String text() {
    return "isotonic\n"
        + LogisticRegression.join(scores)
        + "\n"
        + LogisticRegression.join(values)
        + "\n";
  }

  public static IsotonicCalibration parse(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() < 3 || !lines.get(0).equals("isotonic")) {
      throw new LearningException("the text is not an isotonic calibration");
    }
    try {
      double[] scores = LogisticRegression.split(lines.get(1));
      double[] values = LogisticRegression.split(lines.get(2));
      if (scores.length == 0 || scores.length != values.length) {
        throw new LearningException("the text does not have one value for each score");
      }
      return new IsotonicCalibration(scores, values);
    } catch (NumberFormatException e) {
      throw new LearningException("the calibration holds a broken number: " + e.getMessage(), e);
    }
  }
}
