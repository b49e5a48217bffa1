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
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record FieldRows(int fields, int features, int[] numbers, double[] labels) {
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
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(numbers, chosen[i] * fields, some, i * fields, fields);
      someLabels[i] = labels[chosen[i]];
    }
    return new FieldRows(fields, features, some, someLabels);
  }
}
