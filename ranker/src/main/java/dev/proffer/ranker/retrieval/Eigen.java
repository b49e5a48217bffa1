// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import java.util.Arrays;
import java.util.Comparator;

/// Eigenvalues, highest first, and eigenvectors, one a column, of a small symmetric matrix: Jacobi
/// rotations until nothing is left beside the diagonal.
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Eigen(double[] values, double[] vectors) {
  private static final int SWEEPS_MAX = 30;

  /// @param symmetric row by row; not changed
  static Eigen of(double[] symmetric, int n) {
    double[] a = symmetric.clone();
    // Kept by rows while turning, because rows are what lies together in memory.
    double[] turned = new double[n * n];
    double trace = 0;
    for (int i = 0; i < n; i++) {
      turned[i * n + i] = 1;
      trace += Math.abs(a[i * n + i]);
    }
    double nothing = 1e-10 * Math.max(trace / Math.max(1, n), Double.MIN_NORMAL);
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
      boolean changed = false;
      for (int p = 0; p < n - 1; p++) {
        for (int q = p + 1; q < n; q++) {
          double off = a[p * n + q];
          if (Math.abs(off) <= nothing) {
            continue;
          }
          changed = true;
          double theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
          double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
          double c = 1 / Math.sqrt(t * t + 1);
          double s = t * c;
          rotateColumns(a, n, p, q, c, s);
          rotateRows(a, n, p, q, c, s);
          rotateRows(turned, n, p, q, c, s);
        }
      }
      if (!changed) {
        break;
      }
    }
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -a[i * n + i]));
    double[] values = new double[n];
    double[] vectors = new double[n * n];
    for (int k = 0; k < n; k++) {
      int from = order[k];
      values[k] = a[from * n + from];
      for (int i = 0; i < n; i++) {
        vectors[i * n + k] = turned[from * n + i];
      }
    }
    return new Eigen(values, vectors);
  }

  private static void rotateRows(double[] a, int n, int p, int q, double c, double s) {
    for (int k = 0; k < n; k++) {
      double first = a[p * n + k];
      double second = a[q * n + k];
      a[p * n + k] = c * first - s * second;
      a[q * n + k] = s * first + c * second;
    }
  }

  private static void rotateColumns(double[] a, int n, int p, int q, double c, double s) {
    for (int k = 0; k < n; k++) {
      double first = a[k * n + p];
      double second = a[k * n + q];
      a[k * n + p] = c * first - s * second;
      a[k * n + q] = s * first + c * second;
    }
  }
}
