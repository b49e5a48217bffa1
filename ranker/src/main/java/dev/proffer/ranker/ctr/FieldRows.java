// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import java.util.Arrays;

/// Rows of fields: each row has one feature of each field, and a label of 0 or 1.
///
/// Immutable but for its arrays, which belong to whoever made it.
///
/// @param fields of a row
/// @param features in all; their numbers are from 0
/// @param numbers of the features, row after row
/// @param labels 0 or 1, one a row
/// @param weights how much each row counts when a head learns; above 0
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record FieldRows(
    int fields, int features, int[] numbers, double[] labels, double[] weights) {
  /// Rows that all count alike.
  public FieldRows(int fields, int features, int[] numbers, double[] labels) {
    this(fields, features, numbers, labels, ones(labels.length));
  }

  public FieldRows {
    if (fields < 1 || numbers.length != labels.length * fields) {
      throw new IllegalArgumentException(
          "numbers: "
              + numbers.length
              + " (expected: "
              + labels.length
              + " rows of "
              + fields
              + " fields)");
    }
    for (int number : numbers) {
      if (number < 0 || number >= features) {
        throw new IllegalArgumentException(
            "feature " + number + " (expected: 0 to " + (features - 1) + ")");
      }
    }
    for (double label : labels) {
      if (label != 0 && label != 1) {
        throw new IllegalArgumentException("label " + label + " (expected: 0 or 1)");
      }
    }
    if (weights.length != labels.length) {
      throw new IllegalArgumentException(
          "weights: " + weights.length + " (expected: one a label = " + labels.length + ")");
    }
    for (double weight : weights) {
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("weight " + weight + " (expected: above 0 and finite)");
      }
    }
  }

  public int rows() {
    return labels.length;
  }

  /// Whether there is something to tell apart.
  boolean hasBothLabels() {
    return Arrays.stream(labels).anyMatch(label -> label == 1)
        && Arrays.stream(labels).anyMatch(label -> label == 0);
  }

  /// Rows in another order or fewer of them.
  public FieldRows at(int[] chosen) {
    int[] some = new int[chosen.length * fields];
    double[] someLabels = new double[chosen.length];
    double[] someWeights = new double[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(numbers, chosen[i] * fields, some, i * fields, fields);
      someLabels[i] = labels[chosen[i]];
      someWeights[i] = weights[chosen[i]];
    }
    return new FieldRows(fields, features, some, someLabels, someWeights);
  }

  /// A run of rows.
  public FieldRows between(int from, int to) {
    return new FieldRows(
        fields,
        features,
        Arrays.copyOfRange(numbers, from * fields, to * fields),
        Arrays.copyOfRange(labels, from, to),
        Arrays.copyOfRange(weights, from, to));
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }
}
