// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

/// Vectors in one array, row by row, and the number that each row stands for.
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record VectorTable(int dimension, int[] numbers, float[] values) {
  public VectorTable {
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension: " + dimension + " (expected: at least 1)");
    }
    if (values.length != (long) numbers.length * dimension) {
      throw new IllegalArgumentException(
          "values: " + values.length + " (expected: " + (long) numbers.length * dimension + ")");
    }
  }

  public int size() {
    return numbers.length;
  }

  public float[] copyOf(int row) {
    float[] vector = new float[dimension];
    System.arraycopy(values, row * dimension, vector, 0, dimension);
    return vector;
  }
}
