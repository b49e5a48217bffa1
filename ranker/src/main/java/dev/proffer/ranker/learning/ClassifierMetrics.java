// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.stream.IntStream;

/// Figures that judge probabilities against labels of 0 and 1.
public final class ClassifierMetrics {
  private static final double CLIP = 1e-15;

  private ClassifierMetrics() {}

  /// Mean negative log likelihood, in nats.
  public static double logLoss(double[] predictions, double[] labels) {
    check(predictions, labels);
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double p = Math.clamp(predictions[i], CLIP, 1 - CLIP);
      sum -= labels[i] == 1 ? Math.log(p) : Math.log1p(-p);
    }
    return sum / labels.length;
  }

  /// Mean squared error of the probabilities.
  public static double brier(double[] predictions, double[] labels) {
    check(predictions, labels);
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += (predictions[i] - labels[i]) * (predictions[i] - labels[i]);
    }
    return sum / labels.length;
  }

  /// The probability that a row of label 1 has a higher score than one of label 0; ties count half.
  /// Not a number when one label is absent.
  public static double auc(double[] scores, double[] labels) {
    check(scores, labels);
    int[] order = ascending(scores);
    double rankSum = 0;
    double positives = 0;
    for (int at = 0; at < order.length; ) {
      int end = at;
      double positive = 0;
      while (end < order.length && scores[order[end]] == scores[order[at]]) {
        positive += labels[order[end++]];
      }
      // Mean rank, counted from 1, of everything that is tied here.
      rankSum += positive * (at + 1 + end) / 2.0;
      positives += positive;
      at = end;
    }
    double negatives = order.length - positives;
    return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
  }

  /// Area under precision over recall, as the mean precision at each row of label 1; tied rows
  /// share the precision of their group.
  public static double averagePrecision(double[] scores, double[] labels) {
    check(scores, labels);
    int[] order = ascending(scores);
    double found = 0;
    double seen = 0;
    double sum = 0;
    for (int at = order.length; at > 0; ) {
      int start = at;
      double positive = 0;
      while (start > 0 && scores[order[start - 1]] == scores[order[at - 1]]) {
        positive += labels[order[--start]];
      }
      found += positive;
      seen += at - start;
      sum += positive * found / seen;
      at = start;
    }
    return sum / found;
  }

  /// Expected calibration error: rows in `bins` groups of equal size by prediction; the mean, over
  /// rows, of how far each group's mean prediction is from its share of label 1.
  public static double calibrationError(double[] predictions, double[] labels, int bins) {
    check(predictions, labels);
    int[] order = ascending(predictions);
    double sum = 0;
    for (int bin = 0; bin < bins; bin++) {
      int from = (int) ((long) bin * order.length / bins);
      int to = (int) ((long) (bin + 1) * order.length / bins);
      double difference = 0;
      for (int i = from; i < to; i++) {
        difference += predictions[order[i]] - labels[order[i]];
      }
      sum += Math.abs(difference);
    }
    return sum / order.length;
  }

  private static int[] ascending(double[] scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted((a, b) -> Double.compare(scores[a], scores[b]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static void check(double[] predictions, double[] labels) {
    if (predictions.length == 0 || predictions.length != labels.length) {
      throw new IllegalArgumentException(
          "predictions and labels: "
              + predictions.length
              + " and "
              + labels.length
              + " (expected: as many of each, 1 or more)");
    }
  }
}
