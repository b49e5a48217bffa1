// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// How good a clustering is and how well two agree.
public final class Agreement {
  private static final int SILHOUETTE_POINTS_MAX = 1_500;

  private Agreement() {}

  /// The adjusted Rand index (Hubert and Arabie 1985) of two labellings of the same points: 1 when
  /// they are the same up to names, about 0 when they have nothing in common.
  public static double adjustedRand(int[] left, int[] right) {
    if (left.length != right.length) {
      throw new IllegalArgumentException(
          "right: " + right.length + " labels (expected: " + left.length + ")");
    }
    Map<Long, Long> both = new HashMap<>();
    Map<Integer, Long> ofLeft = new HashMap<>();
    Map<Integer, Long> ofRight = new HashMap<>();
    for (int i = 0; i < left.length; i++) {
      both.merge(((long) left[i] << 32) | right[i], 1L, Long::sum);
      ofLeft.merge(left[i], 1L, Long::sum);
      ofRight.merge(right[i], 1L, Long::sum);
    }
    double index = pairs(both);
    double a = pairs(ofLeft);
    double b = pairs(ofRight);
    double all = left.length * (left.length - 1.0) / 2;
    double expected = all == 0 ? 0 : a * b / all;
    double most = (a + b) / 2;
    return most == expected ? 1 : (index - expected) / (most - expected);
  }

  private static double pairs(Map<?, Long> counts) {
    return counts.values().stream().mapToDouble(count -> count * (count - 1.0) / 2).sum();
  }

  /// The mean silhouette (Rousseeuw 1987) of the points, or of a seeded sample of 1,500: near 1 for
  /// tight clusters far apart, near 0 for clusters that touch.
  public static double silhouette(double[] points, int dimensions, int[] clusters, int k) {
    int n = clusters.length;
    int[] chosen;
    if (n <= SILHOUETTE_POINTS_MAX) {
      chosen = new int[n];
      for (int i = 0; i < n; i++) {
        chosen[i] = i;
      }
    } else {
      chosen = new SplittableRandom(n).ints(SILHOUETTE_POINTS_MAX, 0, n).toArray();
    }
    int[] sizes = new int[k];
    for (int point : chosen) {
      sizes[clusters[point]]++;
    }
    double sum = 0;
    double[] distances = new double[k];
    for (int point : chosen) {
      java.util.Arrays.fill(distances, 0);
      for (int other : chosen) {
        distances[clusters[other]] +=
            Math.sqrt(
                KMeans.squared(points, point * dimensions, points, other * dimensions, dimensions));
      }
      int own = clusters[point];
      if (sizes[own] <= 1) {
        continue; // By definition 0.
      }
      double within = distances[own] / (sizes[own] - 1);
      double next = Double.POSITIVE_INFINITY;
      for (int c = 0; c < k; c++) {
        if (c != own && sizes[c] > 0) {
          next = Math.min(next, distances[c] / sizes[c]);
        }
      }
      double larger = Math.max(within, next);
      if (larger > 0 && next < Double.POSITIVE_INFINITY) {
        sum += (next - within) / larger;
      }
    }
    return chosen.length == 0 ? 0 : sum / chosen.length;
  }
}
