// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.lifetime;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/// The downhill simplex of Nelder and Mead (1965) with the usual coefficients 1, 2, ½, ½, for
/// smooth functions of a few variables.
///
/// A simplex can stall at a point that is no minimum, so the search starts again around the best
/// point until a whole round gains nothing.
final class NelderMead {
  private static final int ROUNDS_MAX = 20;
  private static final int STEPS_MAX = 4_000;
  private static final double TOLERANCE = 1e-11;

  private NelderMead() {}

  static double[] minimize(ToDoubleFunction<double[]> function, double[] start, double step) {
    double[] best = start.clone();
    double bestValue = finite(function.applyAsDouble(best));
    for (int round = 0; round < ROUNDS_MAX; round++) {
      double[] found = round(function, best, step);
      double value = finite(function.applyAsDouble(found));
      double gain = bestValue - value;
      if (gain > 0) {
        best = found;
        bestValue = value;
      }
      if (gain <= TOLERANCE * Math.max(1, Math.abs(bestValue))) {
        return best;
      }
    }
    return best;
  }

  private static double[] round(ToDoubleFunction<double[]> function, double[] start, double step) {
    int n = start.length;
    double[][] points = new double[n + 1][];
    double[] values = new double[n + 1];
    for (int i = 0; i <= n; i++) {
      points[i] = start.clone();
      if (i > 0) {
        points[i][i - 1] += step;
      }
      values[i] = finite(function.applyAsDouble(points[i]));
    }
    for (int iteration = 0; iteration < STEPS_MAX; iteration++) {
      sort(points, values);
      if (values[n] - values[0] <= TOLERANCE * Math.max(1, Math.abs(values[0]))
          && spread(points) < 1e-7) {
        break;
      }
      double[] centre = new double[n];
      for (int i = 0; i < n; i++) {
        for (int d = 0; d < n; d++) {
          centre[d] += points[i][d] / n;
        }
      }
      double[] reflected = along(centre, points[n], -1);
      double value = finite(function.applyAsDouble(reflected));
      if (value < values[0]) {
        double[] expanded = along(centre, points[n], -2);
        double further = finite(function.applyAsDouble(expanded));
        replace(points, values, further < value ? expanded : reflected, Math.min(value, further));
      } else if (value < values[n - 1]) {
        replace(points, values, reflected, value);
      } else {
        double[] contracted = along(centre, value < values[n] ? reflected : points[n], 0.5);
        double nearer = finite(function.applyAsDouble(contracted));
        if (nearer < Math.min(value, values[n])) {
          replace(points, values, contracted, nearer);
        } else {
          for (int i = 1; i <= n; i++) {
            points[i] = along(points[0], points[i], 0.5);
            values[i] = finite(function.applyAsDouble(points[i]));
          }
        }
      }
    }
    sort(points, values);
    return points[0];
  }

  private static double[] along(double[] from, double[] to, double share) {
    double[] point = new double[from.length];
    for (int d = 0; d < point.length; d++) {
      point[d] = from[d] + share * (to[d] - from[d]);
    }
    return point;
  }

  private static void replace(double[][] points, double[] values, double[] point, double value) {
    points[points.length - 1] = point;
    values[values.length - 1] = value;
  }

  private static void sort(double[][] points, double[] values) {
    for (int i = 1; i < values.length; i++) {
      double[] point = points[i];
      double value = values[i];
      int j = i - 1;
      for (; j >= 0 && values[j] > value; j--) {
        points[j + 1] = points[j];
        values[j + 1] = values[j];
      }
      points[j + 1] = point;
      values[j + 1] = value;
    }
  }

  private static double spread(double[][] points) {
    return Arrays.stream(points)
        .mapToDouble(point -> {
          double widest = 0;
          for (int d = 0; d < point.length; d++) {
            widest = Math.max(widest, Math.abs(point[d] - points[0][d]));
          }
          return widest;
        })
        .max()
        .orElse(0);
  }

  private static double finite(double value) {
    return Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
  }
}
