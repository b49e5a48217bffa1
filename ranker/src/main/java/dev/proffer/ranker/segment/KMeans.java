// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// K-means: seeds by greedy k-means++ (Arthur and Vassilvitskii 2007, with several trials a seed),
/// then Lloyd's iterations with Hamerly's bounds (SDM 2010), which skip most distances and change
/// no result. Above [#FULL_POINTS_MAX] points mini-batches (Sculley 2010) come first and a few full
/// iterations last.
///
/// Points are rows of one flat array. An empty cluster takes the point that is farthest from its
/// centre.
public final class KMeans {
  static final int FULL_POINTS_MAX = 500_000;

  private static final int ITERATIONS_MAX = 300;
  private static final int BATCH = 4_096;
  private static final int BATCHES = 200;
  private static final double TOLERANCE = 1e-4;

  private final RandomGenerator random;

  public KMeans(RandomGenerator random) {
    this.random = random;
  }

  /// Centres, the cluster of each point, and the sum of squared distances.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Clustering(double[][] centres, int[] clusters, double inertia, int iterations) {
    public int k() {
      return centres.length;
    }
  }

  /// The best of several starts.
  public Clustering cluster(double[] points, int dimensions, int k, int starts) {
    Clustering best = cluster(points, dimensions, k);
    for (int i = 1; i < starts; i++) {
      Clustering next = cluster(points, dimensions, k);
      if (next.inertia() < best.inertia()) {
        best = next;
      }
    }
    return best;
  }

  /// One start.
  public Clustering cluster(double[] points, int dimensions, int k) {
    int n = dimensions == 0 ? 0 : points.length / dimensions;
    if (k < 1 || k > n) {
      throw new IllegalArgumentException(
          "k: %d (expected: from 1 to the number of points, which is %d)".formatted(k, n));
    }
    if (n <= FULL_POINTS_MAX) {
      return lloyd(points, dimensions, seed(points, n, dimensions, k), ITERATIONS_MAX);
    }
    double[] sample = sample(points, dimensions, n, FULL_POINTS_MAX / 10);
    double[] centres = seed(sample, sample.length / dimensions, dimensions, k);
    miniBatches(points, dimensions, n, centres, k);
    return lloyd(points, dimensions, centres, 5);
  }

  /// Greedy k-means++: of 2 + ln k candidates, drawn in proportion to their squared distance, the
  /// one that lowers the sum of squared distances most becomes the next seed.
  private double[] seed(double[] points, int n, int dimensions, int k) {
    double[] centres = new double[k * dimensions];
    int trials = 2 + (int) Math.log(k);
    int first = random.nextInt(n);
    System.arraycopy(points, first * dimensions, centres, 0, dimensions);
    double[] nearest = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      nearest[i] = squared(points, i * dimensions, centres, 0, dimensions);
      sum += nearest[i];
    }
    double[] trial = new double[n];
    double[] best = new double[n];
    for (int c = 1; c < k; c++) {
      double bestSum = Double.POSITIVE_INFINITY;
      int bestPoint = 0;
      for (int t = 0; t < trials; t++) {
        int point = draw(nearest, sum);
        double trialSum = 0;
        for (int i = 0; i < n; i++) {
          double d = nearest[i];
          if (d > 0) {
            d =
                Math.min(
                    d, squared(points, i * dimensions, points, point * dimensions, dimensions));
          }
          trial[i] = d;
          trialSum += d;
        }
        if (trialSum < bestSum) {
          bestSum = trialSum;
          bestPoint = point;
          double[] swap = best;
          best = trial;
          trial = swap;
        }
      }
      System.arraycopy(points, bestPoint * dimensions, centres, c * dimensions, dimensions);
      double[] swap = nearest;
      nearest = best;
      best = swap;
      sum = bestSum;
    }
    return centres;
  }

  private int draw(double[] weights, double sum) {
    if (!(sum > 0)) {
      return random.nextInt(weights.length);
    }
    double at = random.nextDouble() * sum;
    for (int i = 0; i < weights.length; i++) {
      at -= weights[i];
      if (at < 0) {
        return i;
      }
    }
    return weights.length - 1;
  }

  private double[] sample(double[] points, int dimensions, int n, int size) {
    double[] sample = new double[size * dimensions];
    for (int i = 0; i < size; i++) {
      System.arraycopy(points, random.nextInt(n) * dimensions, sample, i * dimensions, dimensions);
    }
    return sample;
  }

  private void miniBatches(double[] points, int dimensions, int n, double[] centres, int k) {
    long[] counts = new long[k];
    int[] batch = new int[BATCH];
    int[] cluster = new int[BATCH];
    for (int round = 0; round < BATCHES; round++) {
      for (int i = 0; i < BATCH; i++) {
        batch[i] = random.nextInt(n);
        cluster[i] = nearest(points, batch[i] * dimensions, centres, k, dimensions);
      }
      for (int i = 0; i < BATCH; i++) {
        int c = cluster[i];
        double rate = 1.0 / ++counts[c];
        for (int d = 0; d < dimensions; d++) {
          int at = c * dimensions + d;
          centres[at] += rate * (points[batch[i] * dimensions + d] - centres[at]);
        }
      }
    }
  }

  /// Lloyd's iterations. `upper` bounds the distance of a point to its centre from above, `lower`
  /// that to every other centre from below; while `upper` is below `lower`, or below half the way
  /// from the centre to its nearest neighbour, the point cannot change its cluster.
  private static Clustering lloyd(
      double[] points, int dimensions, double[] centres, int iterationsMax) {
    int n = points.length / dimensions;
    int k = centres.length / dimensions;
    int[] clusters = new int[n];
    double[] upper = new double[n];
    double[] lower = new double[n];
    double[] sums = new double[k * dimensions];
    int[] sizes = new int[k];
    double[] moved = new double[k];
    double[] half = new double[k];
    for (int i = 0; i < n; i++) {
      assign(points, i, centres, k, dimensions, clusters, upper, lower);
      add(points, i, dimensions, sums, clusters[i], 1);
      sizes[clusters[i]]++;
    }
    double tolerance = TOLERANCE * meanVariance(points, dimensions);
    int iteration = 0;
    while (iteration < iterationsMax) {
      iteration++;
      fillEmpty(points, dimensions, sums, sizes, clusters, upper, lower);
      double shift = 0;
      int farthest = 0;
      for (int c = 0; c < k; c++) {
        double squared = 0;
        for (int d = 0; d < dimensions; d++) {
          int at = c * dimensions + d;
          double next = sums[at] / sizes[c];
          squared += (next - centres[at]) * (next - centres[at]);
          centres[at] = next;
        }
        shift += squared;
        moved[c] = Math.sqrt(squared);
        if (moved[c] > moved[farthest]) {
          farthest = c;
        }
      }
      double second = 0;
      for (int c = 0; c < k; c++) {
        second = c == farthest ? second : Math.max(second, moved[c]);
        half[c] = halfToNeighbour(centres, c, k, dimensions);
      }
      boolean changed = false;
      for (int i = 0; i < n; i++) {
        int own = clusters[i];
        upper[i] += moved[own];
        lower[i] -= own == farthest ? second : moved[farthest];
        double bound = Math.max(lower[i], half[own]);
        if (upper[i] <= bound) {
          continue;
        }
        upper[i] =
            Math.sqrt(squared(points, i * dimensions, centres, own * dimensions, dimensions));
        if (upper[i] <= bound) {
          continue;
        }
        assign(points, i, centres, k, dimensions, clusters, upper, lower);
        int now = clusters[i];
        if (now != own) {
          changed = true;
          add(points, i, dimensions, sums, own, -1);
          add(points, i, dimensions, sums, now, 1);
          sizes[own]--;
          sizes[now]++;
        }
      }
      if (!changed || shift <= tolerance) {
        break;
      }
    }
    double inertia = 0;
    for (int i = 0; i < n; i++) {
      clusters[i] = nearest(points, i * dimensions, centres, k, dimensions);
      inertia += squared(points, i * dimensions, centres, clusters[i] * dimensions, dimensions);
    }
    double[][] rows = new double[k][];
    for (int c = 0; c < k; c++) {
      rows[c] = Arrays.copyOfRange(centres, c * dimensions, (c + 1) * dimensions);
    }
    return new Clustering(rows, clusters, inertia, iteration);
  }

  private static void fillEmpty(
      double[] points,
      int dimensions,
      double[] sums,
      int[] sizes,
      int[] clusters,
      double[] upper,
      double[] lower) {
    for (int c = 0; c < sizes.length; c++) {
      if (sizes[c] > 0) {
        continue;
      }
      int farthest = -1;
      for (int i = 0; i < clusters.length; i++) {
        if (sizes[clusters[i]] > 1 && (farthest < 0 || upper[i] > upper[farthest])) {
          farthest = i;
        }
      }
      int from = clusters[farthest];
      add(points, farthest, dimensions, sums, from, -1);
      sizes[from]--;
      add(points, farthest, dimensions, sums, c, 1);
      sizes[c]++;
      clusters[farthest] = c;
      // The new centre is another one for everybody: no lower bound holds.
      Arrays.fill(lower, 0);
      Arrays.fill(upper, Double.POSITIVE_INFINITY);
    }
  }

  private static void assign(
      double[] points,
      int point,
      double[] centres,
      int k,
      int dimensions,
      int[] clusters,
      double[] upper,
      double[] lower) {
    double best = Double.POSITIVE_INFINITY;
    double second = Double.POSITIVE_INFINITY;
    int cluster = 0;
    for (int c = 0; c < k; c++) {
      double d = squared(points, point * dimensions, centres, c * dimensions, dimensions);
      if (d < best) {
        second = best;
        best = d;
        cluster = c;
      } else if (d < second) {
        second = d;
      }
    }
    clusters[point] = cluster;
    upper[point] = Math.sqrt(best);
    lower[point] = Math.sqrt(second);
  }

  private static void add(
      double[] points, int point, int dimensions, double[] sums, int cluster, int sign) {
    for (int d = 0; d < dimensions; d++) {
      sums[cluster * dimensions + d] += sign * points[point * dimensions + d];
    }
  }

  private static double halfToNeighbour(double[] centres, int c, int k, int dimensions) {
    double nearest = Double.POSITIVE_INFINITY;
    for (int other = 0; other < k; other++) {
      if (other != c) {
        nearest =
            Math.min(
                nearest, squared(centres, c * dimensions, centres, other * dimensions, dimensions));
      }
    }
    return Math.sqrt(nearest) / 2;
  }

  private static double meanVariance(double[] points, int dimensions) {
    int n = points.length / dimensions;
    double variance = 0;
    for (int d = 0; d < dimensions; d++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double value = points[i * dimensions + d];
        sum += value;
        squares += value * value;
      }
      variance += Math.max(0, squares / n - (sum / n) * (sum / n));
    }
    return variance / dimensions;
  }

  static int nearest(double[] points, int at, double[] centres, int k, int dimensions) {
    double best = Double.POSITIVE_INFINITY;
    int cluster = 0;
    for (int c = 0; c < k; c++) {
      double d = squared(points, at, centres, c * dimensions, dimensions);
      if (d < best) {
        best = d;
        cluster = c;
      }
    }
    return cluster;
  }

  static double squared(double[] a, int atA, double[] b, int atB, int dimensions) {
    // Two sums hide the latency of the additions.
    double even = 0;
    double odd = 0;
    int d = 0;
    for (; d + 1 < dimensions; d += 2) {
      double x = a[atA + d] - b[atB + d];
      double y = a[atA + d + 1] - b[atB + d + 1];
      even += x * x;
      odd += y * y;
    }
    if (d < dimensions) {
      double x = a[atA + d] - b[atB + d];
      even += x * x;
    }
    return even + odd;
  }
}
