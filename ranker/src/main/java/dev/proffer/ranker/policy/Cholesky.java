// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

/// The factor `L` of a symmetric, positive definite matrix `A = L Lᵀ`, rows one after another.
public final class Cholesky {
  private final double[] lower;
  private final int dimension;

  private Cholesky(double[] lower, int dimension) {
    this.lower = lower;
    this.dimension = dimension;
  }

  /// Factors a matrix, of which only the lower half is read.
  public static Cholesky of(double[] matrix, int dimension) {
    if (matrix.length != dimension * dimension) {
      throw new IllegalArgumentException(
          "matrix: " + matrix.length + " values (expected: " + dimension * dimension + ")");
    }
    double[] l = new double[matrix.length];
    for (int i = 0; i < dimension; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i * dimension + j];
        for (int k = 0; k < j; k++) {
          sum -= l[i * dimension + k] * l[j * dimension + k];
        }
        if (i != j) {
          l[i * dimension + j] = sum / l[j * dimension + j];
        } else if (sum > 0) {
          l[i * dimension + i] = Math.sqrt(sum);
        } else {
          throw new IllegalArgumentException("matrix: it is not positive definite");
        }
      }
    }
    return new Cholesky(l, dimension);
  }

  /// The `x` of `A x = right`.
  public double[] solve(double[] right) {
    double[] x = right.clone();
    for (int i = 0; i < dimension; i++) {
      for (int k = 0; k < i; k++) {
        x[i] -= lower[i * dimension + k] * x[k];
      }
      x[i] /= lower[i * dimension + i];
    }
    for (int i = dimension - 1; i >= 0; i--) {
      for (int k = i + 1; k < dimension; k++) {
        x[i] -= lower[k * dimension + i] * x[k];
      }
      x[i] /= lower[i * dimension + i];
    }
    return x;
  }

  /// The inverse of the matrix.
  public double[] inverse() {
    double[] inverse = new double[dimension * dimension];
    double[] unit = new double[dimension];
    for (int column = 0; column < dimension; column++) {
      unit[column] = 1;
      double[] solved = solve(unit);
      unit[column] = 0;
      for (int row = 0; row < dimension; row++) {
        inverse[row * dimension + column] = solved[row];
      }
    }
    return inverse;
  }
}
