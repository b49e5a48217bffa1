// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Sums of outer products and solutions of small symmetric systems, with the vector unit.
///
/// A matrix has rows of a width that is a whole number of vectors. Of each row only what lies right
/// of the diagonal counts, from the vector that holds the diagonal on; what that vector holds left
/// of the diagonal is computed too and never used, so that no loop has a scalar rest.
final class Symmetric {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final float PIVOT_MIN = 1e-9f;

  private Symmetric() {}

  /// The width of rows for so many columns: a multiple of a vector and of the tile of [#addOuter].
  static int width(int columns) {
    int step = Math.max(LANES, 4);
    return (columns + step - 1) / step * step;
  }

  /// Adds Σ h hᵀ over the rows h, in tiles of four rows and two vectors that stay in registers.
  static void addOuter(float[] matrix, float[] rows, int count, int width) {
    for (int r = 0; r < width; r += 4) {
      int c = r / LANES * LANES;
      for (; c + 2 * LANES <= width; c += 2 * LANES) {
        tileOfTwo(matrix, rows, count, width, r, c);
      }
      if (c < width) {
        tileOfOne(matrix, rows, count, width, r, c);
      }
    }
  }

  private static void tileOfTwo(float[] matrix, float[] rows, int count, int width, int r, int c) {
    int at = r * width + c;
    FloatVector a0 = FloatVector.fromArray(SPECIES, matrix, at);
    FloatVector b0 = FloatVector.fromArray(SPECIES, matrix, at + LANES);
    FloatVector a1 = FloatVector.fromArray(SPECIES, matrix, at + width);
    FloatVector b1 = FloatVector.fromArray(SPECIES, matrix, at + width + LANES);
    FloatVector a2 = FloatVector.fromArray(SPECIES, matrix, at + 2 * width);
    FloatVector b2 = FloatVector.fromArray(SPECIES, matrix, at + 2 * width + LANES);
    FloatVector a3 = FloatVector.fromArray(SPECIES, matrix, at + 3 * width);
    FloatVector b3 = FloatVector.fromArray(SPECIES, matrix, at + 3 * width + LANES);
    for (int row = 0, from = 0; row < count; row++, from += width) {
      FloatVector a = FloatVector.fromArray(SPECIES, rows, from + c);
      FloatVector b = FloatVector.fromArray(SPECIES, rows, from + c + LANES);
      FloatVector f0 = FloatVector.broadcast(SPECIES, rows[from + r]);
      a0 = a.fma(f0, a0);
      b0 = b.fma(f0, b0);
      FloatVector f1 = FloatVector.broadcast(SPECIES, rows[from + r + 1]);
      a1 = a.fma(f1, a1);
      b1 = b.fma(f1, b1);
      FloatVector f2 = FloatVector.broadcast(SPECIES, rows[from + r + 2]);
      a2 = a.fma(f2, a2);
      b2 = b.fma(f2, b2);
      FloatVector f3 = FloatVector.broadcast(SPECIES, rows[from + r + 3]);
      a3 = a.fma(f3, a3);
      b3 = b.fma(f3, b3);
    }
    a0.intoArray(matrix, at);
    b0.intoArray(matrix, at + LANES);
    a1.intoArray(matrix, at + width);
    b1.intoArray(matrix, at + width + LANES);
    a2.intoArray(matrix, at + 2 * width);
    b2.intoArray(matrix, at + 2 * width + LANES);
    a3.intoArray(matrix, at + 3 * width);
    b3.intoArray(matrix, at + 3 * width + LANES);
  }

  private static void tileOfOne(float[] matrix, float[] rows, int count, int width, int r, int c) {
    int at = r * width + c;
    FloatVector a0 = FloatVector.fromArray(SPECIES, matrix, at);
    FloatVector a1 = FloatVector.fromArray(SPECIES, matrix, at + width);
    FloatVector a2 = FloatVector.fromArray(SPECIES, matrix, at + 2 * width);
    FloatVector a3 = FloatVector.fromArray(SPECIES, matrix, at + 3 * width);
    for (int row = 0, from = 0; row < count; row++, from += width) {
      FloatVector a = FloatVector.fromArray(SPECIES, rows, from + c);
      a0 = a.fma(FloatVector.broadcast(SPECIES, rows[from + r]), a0);
      a1 = a.fma(FloatVector.broadcast(SPECIES, rows[from + r + 1]), a1);
      a2 = a.fma(FloatVector.broadcast(SPECIES, rows[from + r + 2]), a2);
      a3 = a.fma(FloatVector.broadcast(SPECIES, rows[from + r + 3]), a3);
    }
    a0.intoArray(matrix, at);
    a1.intoArray(matrix, at + width);
    a2.intoArray(matrix, at + 2 * width);
    a3.intoArray(matrix, at + 3 * width);
  }

  /// Copies what is right of the diagonal to the left of it.
  static void mirror(float[] matrix, int width) {
    for (int r = 0; r < width; r++) {
      for (int c = 0; c < r; c++) {
        matrix[r * width + c] = matrix[c * width + r];
      }
    }
  }

  /// Computes `result = matrix · vector` for a whole matrix.
  static void multiply(float[] matrix, float[] vector, float[] result, int width) {
    for (int c = 0; c < width; c += LANES) {
      FloatVector even = FloatVector.zero(SPECIES);
      FloatVector odd = FloatVector.zero(SPECIES);
      for (int r = 0; r < width; r += 2) {
        even =
            FloatVector.fromArray(SPECIES, matrix, r * width + c)
                .fma(FloatVector.broadcast(SPECIES, vector[r]), even);
        odd =
            FloatVector.fromArray(SPECIES, matrix, (r + 1) * width + c)
                .fma(FloatVector.broadcast(SPECIES, vector[r + 1]), odd);
      }
      even.add(odd).intoArray(result, c);
    }
  }

  /// Solves `matrix · solution = right`; both the matrix and the right side are used up.
  static void solve(float[] matrix, float[] right, float[] solution, int width) {
    float[] lanes = new float[LANES];
    // 1. The upper triangle becomes U with Uᵀ U = A, row by row.
    for (int k = 0; k < width; k++) {
      int row = k * width;
      int c = k / LANES * LANES;
      float pivot = 0;
      for (; c < width; c += LANES) {
        FloatVector sum0 = FloatVector.fromArray(SPECIES, matrix, row + c);
        FloatVector sum1 = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j + 2 <= k; j += 2) {
          sum0 =
              FloatVector.fromArray(SPECIES, matrix, j * width + c)
                  .fma(FloatVector.broadcast(SPECIES, -matrix[j * width + k]), sum0);
          sum1 =
              FloatVector.fromArray(SPECIES, matrix, (j + 1) * width + c)
                  .fma(FloatVector.broadcast(SPECIES, -matrix[(j + 1) * width + k]), sum1);
        }
        if (j < k) {
          sum0 =
              FloatVector.fromArray(SPECIES, matrix, j * width + c)
                  .fma(FloatVector.broadcast(SPECIES, -matrix[j * width + k]), sum0);
        }
        FloatVector sum = sum0.add(sum1);
        sum.intoArray(matrix, row + c);
        if (c <= k) {
          pivot = (float) Math.sqrt(Math.max(matrix[row + k], PIVOT_MIN));
        }
        sum.mul(1 / pivot).intoArray(matrix, row + c);
      }
      matrix[row + k] = pivot;
    }
    // 2. Uᵀ y = b, then U w = y. Left of the diagonal w is still 0, or b used up.
    for (int k = 0; k < width; k++) {
      int row = k * width;
      float y = right[k] / matrix[row + k];
      solution[k] = y;
      FloatVector factor = FloatVector.broadcast(SPECIES, -y);
      for (int c = k / LANES * LANES; c < width; c += LANES) {
        FloatVector.fromArray(SPECIES, matrix, row + c)
            .fma(factor, FloatVector.fromArray(SPECIES, right, c))
            .intoArray(right, c);
      }
    }
    System.arraycopy(solution, 0, right, 0, width);
    java.util.Arrays.fill(solution, 0);
    for (int k = width - 1; k >= 0; k--) {
      int row = k * width;
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int c = k / LANES * LANES; c < width; c += LANES) {
        sum =
            FloatVector.fromArray(SPECIES, matrix, row + c)
                .fma(FloatVector.fromArray(SPECIES, solution, c), sum);
      }
      solution[k] = (right[k] - sum(sum, lanes)) / matrix[row + k];
    }
  }

  /// The inner product of a part of a row and the first numbers of a vector.
  ///
  /// @param lanes room for one vector
  static float dot(float[] rows, int from, float[] vector, int width, float[] lanes) {
    return dot(rows, from, vector, 0, width, lanes);
  }

  /// The inner product of two runs, added up in one order.
  static float dot(
      float[] rows, int from, float[] vector, int vectorFrom, int width, float[] lanes) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    int c = 0;
    for (; c + 2 * LANES <= width; c += 2 * LANES) {
      sum0 =
          FloatVector.fromArray(SPECIES, rows, from + c)
              .fma(FloatVector.fromArray(SPECIES, vector, vectorFrom + c), sum0);
      sum1 =
          FloatVector.fromArray(SPECIES, rows, from + c + LANES)
              .fma(FloatVector.fromArray(SPECIES, vector, vectorFrom + c + LANES), sum1);
    }
    if (c + LANES <= width) {
      sum0 =
          FloatVector.fromArray(SPECIES, rows, from + c)
              .fma(FloatVector.fromArray(SPECIES, vector, vectorFrom + c), sum0);
      c += LANES;
    }
    float sum = sum(sum0.add(sum1), lanes);
    for (; c < width; c++) {
      sum += rows[from + c] * vector[vectorFrom + c];
    }
    return sum;
  }

  static float[] lanes() {
    return new float[LANES];
  }

  /// The sum over the lanes in one order: a reduction adds up in another order when it is compiled
  /// than when it is interpreted, and learning has to give the same numbers each time.
  private static float sum(FloatVector vector, float[] lanes) {
    vector.intoArray(lanes, 0);
    float even = 0;
    float odd = 0;
    for (int i = 0; i < LANES; i += 2) {
      even += lanes[i];
      odd += lanes[i + 1];
    }
    return even + odd;
  }
}
