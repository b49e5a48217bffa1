// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ValueFitTest {
  private static final double RIDGE = 1;
  private static final double ACTION_RIDGE = 5;

  @Test
  void solvesWhatDirectEliminationSolves() {
    SplittableRandom random = new SplittableRandom(3);
    for (int problem = 0; problem < 40; problem++) {
      int features = 1 + random.nextInt(6);
      int actions = 1 + random.nextInt(5);
      double patience = problem % 4 == 0 ? 0 : random.nextDouble() * .98;
      int n = (1 + actions) * features;
      double[] a = new double[n * n];
      double[] b = new double[n];
      for (int i = 0; i < n; i++) {
        a[i * n + i] = i < features ? RIDGE : ACTION_RIDGE;
      }
      ValueFit fit = new ValueFit(features, actions, RIDGE, ACTION_RIDGE, patience);
      for (int visit = 0; visit < 300; visit++) {
        double[] context = random.doubles(features, -1, 2).toArray();
        double[] next = random.doubles(features, -1, 2).toArray();
        int action = random.nextInt(actions);
        int nextAction = random.nextInt(actions);
        double reward = random.nextDouble(-1, 3);
        boolean comesBack = random.nextInt(3) > 0;
        fit.visit(context, action, reward);
        if (comesBack) {
          fit.follow(context, action, next, nextAction);
        }
        double[] phi = phi(context, action, n);
        double[] then = comesBack ? phi(next, nextAction, n) : new double[n];
        for (int i = 0; i < n; i++) {
          b[i] += phi[i] * reward;
          for (int j = 0; j < n; j++) {
            a[i * n + j] += phi[i] * (phi[j] - patience * then[j]);
          }
        }
      }
      double[] probe = random.doubles(n, -1, 1).toArray();
      assertThat(fit.times(probe)).containsExactly(product(a, probe), within(1e-9));
      double[] expected = eliminate(a.clone(), b.clone(), n);
      double[] start = problem % 2 == 0 ? new double[n] : probe;
      double scale = Arrays.stream(expected).map(Math::abs).max().orElse(1);
      assertThat(fit.solve(start)).containsExactly(expected, within(1e-7 * Math.max(1, scale)));
    }
  }

  @Test
  void forgetsWhatFollowed() {
    ValueFit fit = new ValueFit(1, 1, RIDGE, ACTION_RIDGE, .9);
    fit.visit(new double[] {1}, 0, 2);
    double[] alone = fit.solve(new double[2]);
    fit.follow(new double[] {1}, 0, new double[] {1}, 0);
    assertThat(fit.solve(new double[2])).isNotEqualTo(alone);
    fit.clearFollowing();
    assertThat(fit.solve(new double[2])).containsExactly(alone, within(1e-12));
  }

  private static double[] phi(double[] context, int action, int n) {
    double[] phi = new double[n];
    System.arraycopy(context, 0, phi, 0, context.length);
    System.arraycopy(context, 0, phi, (1 + action) * context.length, context.length);
    return phi;
  }

  private static double[] product(double[] a, double[] x) {
    int n = x.length;
    double[] product = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        product[i] += a[i * n + j] * x[j];
      }
    }
    return product;
  }

  /// Gauss with partial pivoting.
  private static double[] eliminate(double[] a, double[] b, int n) {
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        pivot = Math.abs(a[row * n + column]) > Math.abs(a[pivot * n + column]) ? row : pivot;
      }
      for (int j = 0; j < n; j++) {
        double swap = a[column * n + j];
        a[column * n + j] = a[pivot * n + j];
        a[pivot * n + j] = swap;
      }
      double swap = b[column];
      b[column] = b[pivot];
      b[pivot] = swap;
      for (int row = column + 1; row < n; row++) {
        double factor = a[row * n + column] / a[column * n + column];
        for (int j = column; j < n; j++) {
          a[row * n + j] -= factor * a[column * n + j];
        }
        b[row] -= factor * b[column];
      }
    }
    for (int row = n - 1; row >= 0; row--) {
      for (int j = row + 1; j < n; j++) {
        b[row] -= a[row * n + j] * b[j];
      }
      b[row] /= a[row * n + row];
    }
    return b;
  }
}
