// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Solves `A w = b` for the weights of a [LongTermModel], where `A = R + Σ φ(φ - γ φ')ᵀ` and `b = Σ
/// φ r`; `φ` holds the context in the block of all options and in that of the chosen one, `φ'` the
/// next context in the block of all options and in that of the option that follows.
///
/// The matrix is never put together. Both halves of `φ` are the same context, so all of `A` is made
/// of `S_a = Σ x xᵀ` over the visits with option `a`, and of `T_at = Σ x x'ᵀ` over those of them
/// after which option `t` follows; few options ever follow. Without the `T` the system is an arrow
/// that is solved exactly, block by block, and that is what conditions the search for the rest by
/// the generalised minimal residual method (Saad & Schultz 1986).
final class ValueFit {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final double TOLERANCE = 1e-12;
  private static final int SEARCH_MAX = 120;

  private final int features;
  private final int actions;
  private final double ridge;
  private final double actionRidge;
  private final double patience;
  private final int block;

  // S by action; the transpose of T by action and the one that follows, null when no visit had
  // both.
  private final double[] same;
  private final double[] @Nullable [] after;
  private final double[] right;
  // The inverses of S + ridge, by action, and that of what is left for the block of all options.
  private double[] inverses = {};
  private double[] inverseOfAll = {};

  /// @param ridge what holds the weights of all options to nothing
  /// @param actionRidge what holds the weights of each option to nothing
  /// @param patience what the value of the next visit counts
  ValueFit(int features, int actions, double ridge, double actionRidge, double patience) {
    this.features = features;
    this.actions = actions;
    this.ridge = ridge;
    this.actionRidge = actionRidge;
    this.patience = patience;
    this.block = features * features;
    this.same = new double[actions * block];
    this.after = new double[actions * actions][];
    this.right = new double[(actions + 1) * features];
  }

  /// Takes in a visit, whatever follows it.
  void visit(double[] context, int action, double reward) {
    outer(same, action * block, context, context);
    for (int i = 0; i < features; i++) {
      right[i] += reward * context[i];
      right[(1 + action) * features + i] += reward * context[i];
    }
  }

  /// Says what follows a visit.
  void follow(double[] context, int action, double[] next, int nextAction) {
    double[] sum = after[action * actions + nextAction];
    if (sum == null) {
      sum = new double[block];
      after[action * actions + nextAction] = sum;
    }
    outer(sum, 0, next, context);
  }

  /// Forgets what follows.
  void clearFollowing() {
    Arrays.fill(after, null);
  }

  /// The weights: those of all options, then those of each.
  ///
  /// @param start where to search from
  double[] solve(double[] start) {
    if (inverses.length == 0) {
      invert();
    }
    int n = right.length;
    double[] x = start.clone();
    double[] residual = conditioned(minus(right, times(x)));
    double norm = norm(residual);
    double aim = TOLERANCE * Math.max(norm(conditioned(right.clone())), Double.MIN_NORMAL);
    if (!(norm > aim)) {
      return x;
    }
    double[][] basis = new double[SEARCH_MAX + 1][];
    double[][] upper = new double[SEARCH_MAX][];
    double[] cos = new double[SEARCH_MAX];
    double[] sin = new double[SEARCH_MAX];
    double[] left = new double[SEARCH_MAX + 1];
    basis[0] = scaled(residual, 1 / norm);
    left[0] = norm;
    int steps = 0;
    while (steps < SEARCH_MAX && Math.abs(left[steps]) > aim) {
      double[] next = conditioned(times(basis[steps]));
      double[] column = new double[steps + 2];
      for (int i = 0; i <= steps; i++) {
        column[i] = dot(next, basis[i]);
        axpy(next, 0, -column[i], basis[i], 0, n);
      }
      double length = norm(next);
      column[steps + 1] = length;
      for (int i = 0; i < steps; i++) {
        double above = cos[i] * column[i] + sin[i] * column[i + 1];
        column[i + 1] = cos[i] * column[i + 1] - sin[i] * column[i];
        column[i] = above;
      }
      double radius = Math.hypot(column[steps], column[steps + 1]);
      if (radius == 0) {
        break;
      }
      cos[steps] = column[steps] / radius;
      sin[steps] = column[steps + 1] / radius;
      column[steps] = radius;
      left[steps + 1] = -sin[steps] * left[steps];
      left[steps] *= cos[steps];
      upper[steps] = column;
      steps++;
      if (length == 0) {
        break;
      }
      basis[steps] = scaled(next, 1 / length);
    }
    double[] y = new double[steps];
    for (int i = steps - 1; i >= 0; i--) {
      double sum = left[i];
      for (int j = i + 1; j < steps; j++) {
        sum -= upper[j][i] * y[j];
      }
      y[i] = sum / upper[i][i];
      axpy(x, 0, y[i], basis[i], 0, n);
    }
    return x;
  }

  /// `A x`.
  double[] times(double[] x) {
    double[] result = new double[right.length];
    double[] both = new double[actions * features];
    for (int a = 0; a < actions; a++) {
      for (int i = 0; i < features; i++) {
        both[a * features + i] = x[i] + x[(1 + a) * features + i];
      }
    }
    double[] part = new double[features];
    for (int a = 0; a < actions; a++) {
      Arrays.fill(part, 0);
      multiply(same, a * block, both, a * features, 1, part);
      for (int t = 0; t < actions; t++) {
        double[] sum = after[a * actions + t];
        if (sum != null) {
          multiply(sum, 0, both, t * features, -patience, part);
        }
      }
      for (int i = 0; i < features; i++) {
        int at = (1 + a) * features + i;
        result[i] += part[i];
        result[at] = part[i] + actionRidge * x[at];
      }
    }
    for (int i = 0; i < features; i++) {
      result[i] += ridge * x[i];
    }
    return result;
  }

  /// Solves the system as if nothing followed.
  private double[] conditioned(double[] r) {
    double[] all = Arrays.copyOf(r, features);
    double[] alone = new double[r.length];
    double[] part = new double[features];
    for (int a = 0; a < actions; a++) {
      int at = (1 + a) * features;
      Arrays.fill(part, 0);
      multiply(inverses, a * block, r, at, 1, part);
      // S (S + ρ)⁻¹ = 1 - ρ (S + ρ)⁻¹
      for (int i = 0; i < features; i++) {
        alone[at + i] = part[i];
        all[i] -= r[at + i] - actionRidge * part[i];
      }
    }
    double[] result = new double[r.length];
    Arrays.fill(part, 0);
    multiply(inverseOfAll, 0, all, 0, 1, part);
    System.arraycopy(part, 0, result, 0, features);
    double[] pulled = new double[features];
    for (int a = 0; a < actions; a++) {
      int at = (1 + a) * features;
      Arrays.fill(pulled, 0);
      multiply(inverses, a * block, part, 0, actionRidge, pulled);
      for (int i = 0; i < features; i++) {
        result[at + i] = alone[at + i] - (part[i] - pulled[i]);
      }
    }
    return result;
  }

  private void invert() {
    inverses = new double[same.length];
    double[] ofAll = new double[block];
    for (int i = 0; i < features; i++) {
      ofAll[i * features + i] = ridge;
    }
    for (int a = 0; a < actions; a++) {
      double[] own = Arrays.copyOfRange(same, a * block, (a + 1) * block);
      for (int i = 0; i < features; i++) {
        own[i * features + i] += actionRidge;
      }
      double[] inverse = Cholesky.of(own, features).inverse();
      System.arraycopy(inverse, 0, inverses, a * block, block);
      // S - S (S + ρ)⁻¹ S = ρ - ρ² (S + ρ)⁻¹
      for (int i = 0; i < features; i++) {
        ofAll[i * features + i] += actionRidge;
      }
      for (int i = 0; i < block; i++) {
        ofAll[i] -= actionRidge * actionRidge * inverse[i];
      }
    }
    inverseOfAll = Cholesky.of(ofAll, features).inverse();
  }

  // ---- Small dense algebra ----

  private void outer(double[] into, int at, double[] left, double[] rightSide) {
    for (int i = 0; i < features; i++) {
      if (left[i] != 0) {
        axpy(into, at + i * features, left[i], rightSide, 0, features);
      }
    }
  }

  /// Adds the transpose of a block times a vector.
  private void multiply(
      double[] matrix, int at, double[] vector, int from, double scale, double[] into) {
    for (int i = 0; i < features; i++) {
      axpy(into, 0, scale * vector[from + i], matrix, at + i * features, features);
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /// `into[at + j] += scale · from[start + j]`, rounded as one by one, whatever the width of the
  /// machine's vectors: servers must come to the same weights.
  private static void axpy(
      double[] into, int at, double scale, double[] from, int start, int length) {
    int bound = SPECIES.loopBound(length);
    int j = 0;
    for (; j < bound; j += SPECIES.length()) {
      DoubleVector.fromArray(SPECIES, into, at + j)
          .add(DoubleVector.fromArray(SPECIES, from, start + j).mul(scale))
          .intoArray(into, at + j);
    }
    for (; j < length; j++) {
      into[at + j] += scale * from[start + j];
    }
  }

  private static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  private static double[] scaled(double[] x, double factor) {
    double[] result = new double[x.length];
    axpy(result, 0, factor, x, 0, x.length);
    return result;
  }

  private static double[] minus(double[] a, double[] b) {
    double[] result = a.clone();
    axpy(result, 0, -1, b, 0, b.length);
    return result;
  }
}
