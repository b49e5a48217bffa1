// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// K-means: seeds by greedy k-means++ (Arthur and Vassilvitskii 2007, with several trials a seed),
/// then Lloyd's iterations. Above [#FULL_POINTS_MAX] points mini-batches (Sculley 2010) come first
/// and a few full iterations last.
///
/// Points are rows of one flat array. Inside they lie in tiles, one point in each lane of a vector,
/// so that distances to four centres are computed for all points of a tile at once; for the few
/// dimensions of people that costs less than bounds that skip distances. Starts are independent and
/// run on several threads; what comes out does not depend on their number. An empty cluster takes
/// the point that is farthest from its centre.
public final class KMeans {
  static final int FULL_POINTS_MAX = 500_000;

  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /// Centres that one pass over a tile compares with.
  private static final int GROUP = 4;

  /// Tiles whose weights are summed together, so that a draw looks through few numbers.
  private static final int BLOCK = 128;

  private static final int ITERATIONS_MAX = 300;
  private static final int BATCH = 4_096;
  private static final int BATCHES = 200;
  private static final double TOLERANCE = 1e-4;

  private final RandomGenerator random;
  private final int threads;

  /// Works on the thread of the caller.
  public KMeans(RandomGenerator random) {
    this(random, 1);
  }

  /// @param threads that work on several starts
  public KMeans(RandomGenerator random, int threads) {
    this.random = random;
    this.threads = threads;
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
    int n = size(points, dimensions, k);
    Tiles tiles = new Tiles(points, n, dimensions);
    long[] seeds = new long[starts];
    Arrays.setAll(seeds, _ -> random.nextLong());
    AtomicReferenceArray<Clustering> found = new AtomicReferenceArray<>(starts);
    int workers = Math.clamp(threads, 1, starts);
    FutureTask<?>[] tasks = new FutureTask<?>[workers - 1];
    for (int worker = 1; worker < workers; worker++) {
      int first = worker;
      tasks[worker - 1] =
          new FutureTask<>(() -> {
            for (int i = first; i < starts; i += workers) {
              found.set(i, start(tiles, points, k, new SplittableRandom(seeds[i])));
            }
            return null;
          });
      Thread.ofPlatform().daemon().name("k-means-" + worker).start(tasks[worker - 1]);
    }
    for (int i = 0; i < starts; i += workers) {
      found.set(i, start(tiles, points, k, new SplittableRandom(seeds[i])));
    }
    for (FutureTask<?> task : tasks) {
      await(task);
    }
    Clustering best = found.get(0);
    for (int i = 1; i < starts; i++) {
      if (found.get(i).inertia() < best.inertia()) {
        best = found.get(i);
      }
    }
    return best;
  }

  /// One start.
  public Clustering cluster(double[] points, int dimensions, int k) {
    return cluster(points, dimensions, k, 1);
  }

  private static void await(FutureTask<?> task) {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while points were clustered", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static int size(double[] points, int dimensions, int k) {
    int n = dimensions == 0 ? 0 : points.length / dimensions;
    if (k < 1 || k > n) {
      throw new IllegalArgumentException(
          "k: %d (expected: from 1 to the number of points, which is %d)".formatted(k, n));
    }
    return n;
  }

  private static Clustering start(Tiles tiles, double[] points, int k, RandomGenerator random) {
    int n = tiles.n;
    int dimensions = tiles.dimensions;
    if (n <= FULL_POINTS_MAX) {
      return lloyd(tiles, points, seed(tiles, points, k, random), ITERATIONS_MAX);
    }
    int size = FULL_POINTS_MAX / 10;
    double[] sample = new double[size * dimensions];
    for (int i = 0; i < size; i++) {
      System.arraycopy(points, random.nextInt(n) * dimensions, sample, i * dimensions, dimensions);
    }
    double[] centres = seed(new Tiles(sample, size, dimensions), sample, k, random);
    miniBatches(points, dimensions, n, centres, k, random);
    return lloyd(tiles, points, centres, 5);
  }

  /// Points by tiles of as many as a vector has lanes; a tile has all values of its first
  /// dimension, then those of the second, and so on. The last tile is filled up with zeros.
  private static final class Tiles {
    final int n;
    final int dimensions;
    final int count;
    final double[] values;

    Tiles(double[] points, int n, int dimensions) {
      this.n = n;
      this.dimensions = dimensions;
      this.count = (n + LANES - 1) / LANES;
      this.values = new double[count * dimensions * LANES];
      for (int i = 0; i < n; i++) {
        int at = i / LANES * dimensions * LANES + i % LANES;
        for (int d = 0; d < dimensions; d++) {
          values[at + d * LANES] = points[i * dimensions + d];
        }
      }
    }

    /// The lanes of a tile that are points.
    VectorMask<Double> points(int tile) {
      return SPECIES.indexInRange(tile * LANES, n);
    }
  }

  /// Greedy k-means++: of 2 + ln k candidates, drawn in proportion to their squared distance, the
  /// one that lowers the sum of squared distances most becomes the next seed.
  private static double[] seed(Tiles tiles, double[] points, int k, RandomGenerator random) {
    int dimensions = tiles.dimensions;
    double[] centres = new double[k * dimensions];
    int trials = 2 + (int) Math.log(k);
    double[] nearest = new double[tiles.count * LANES];
    double[] blocks = new double[(tiles.count + BLOCK - 1) / BLOCK];
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    System.arraycopy(points, random.nextInt(tiles.n) * dimensions, centres, 0, dimensions);
    double[] candidates = new double[(trials + GROUP - 1) / GROUP * GROUP * dimensions];
    double[] sums = new double[GROUP];
    for (int c = 0; c < k; c++) {
      if (c > 0) {
        for (int t = 0; t < trials; t++) {
          int point = draw(nearest, tiles.n, blocks, random);
          System.arraycopy(points, point * dimensions, candidates, t * dimensions, dimensions);
        }
        double least = Double.POSITIVE_INFINITY;
        int best = 0;
        for (int t = 0; t < trials; t += GROUP) {
          sumsWith(tiles, candidates, t * dimensions, nearest, sums);
          for (int i = 0; i < Math.min(GROUP, trials - t); i++) {
            if (sums[i] < least) {
              least = sums[i];
              best = t + i;
            }
          }
        }
        System.arraycopy(candidates, best * dimensions, centres, c * dimensions, dimensions);
      }
      add(tiles, centres, c * dimensions, nearest, blocks);
    }
    return centres;
  }

  /// The sum of squared distances to the nearest centre if one of four candidates became a centre.
  private static void sumsWith(
      Tiles tiles, double[] candidates, int from, double[] nearest, double[] sums) {
    int dimensions = tiles.dimensions;
    double[] values = tiles.values;
    DoubleVector sum0 = DoubleVector.zero(SPECIES);
    DoubleVector sum1 = sum0;
    DoubleVector sum2 = sum0;
    DoubleVector sum3 = sum0;
    int at = 0;
    for (int tile = 0; tile < tiles.count; tile++) {
      DoubleVector far0 = DoubleVector.zero(SPECIES);
      DoubleVector far1 = far0;
      DoubleVector far2 = far0;
      DoubleVector far3 = far0;
      for (int d = 0; d < dimensions; d++, at += LANES) {
        DoubleVector x = DoubleVector.fromArray(SPECIES, values, at);
        DoubleVector way0 = x.sub(candidates[from + d]);
        DoubleVector way1 = x.sub(candidates[from + dimensions + d]);
        DoubleVector way2 = x.sub(candidates[from + 2 * dimensions + d]);
        DoubleVector way3 = x.sub(candidates[from + 3 * dimensions + d]);
        far0 = way0.fma(way0, far0);
        far1 = way1.fma(way1, far1);
        far2 = way2.fma(way2, far2);
        far3 = way3.fma(way3, far3);
      }
      // Lanes beyond the last point have a nearest of zero.
      DoubleVector now = DoubleVector.fromArray(SPECIES, nearest, tile * LANES);
      sum0 = sum0.add(now.min(far0));
      sum1 = sum1.add(now.min(far1));
      sum2 = sum2.add(now.min(far2));
      sum3 = sum3.add(now.min(far3));
    }
    sums[0] = sum0.reduceLanes(VectorOperators.ADD);
    sums[1] = sum1.reduceLanes(VectorOperators.ADD);
    sums[2] = sum2.reduceLanes(VectorOperators.ADD);
    sums[3] = sum3.reduceLanes(VectorOperators.ADD);
  }

  /// Adds a centre: squared distances to the nearest one, and their sums by blocks.
  private static void add(
      Tiles tiles, double[] centres, int from, double[] nearest, double[] blocks) {
    int dimensions = tiles.dimensions;
    double[] values = tiles.values;
    int at = 0;
    for (int first = 0; first < tiles.count; first += BLOCK) {
      DoubleVector sum = DoubleVector.zero(SPECIES);
      for (int tile = first; tile < Math.min(tiles.count, first + BLOCK); tile++) {
        DoubleVector far = DoubleVector.zero(SPECIES);
        for (int d = 0; d < dimensions; d++, at += LANES) {
          DoubleVector way = DoubleVector.fromArray(SPECIES, values, at).sub(centres[from + d]);
          far = way.fma(way, far);
        }
        DoubleVector now = far.min(DoubleVector.fromArray(SPECIES, nearest, tile * LANES));
        if (tile == tiles.count - 1) {
          now = DoubleVector.zero(SPECIES).blend(now, tiles.points(tile));
        }
        now.intoArray(nearest, tile * LANES);
        sum = sum.add(now);
      }
      blocks[first / BLOCK] = sum.reduceLanes(VectorOperators.ADD);
    }
  }

  private static int draw(double[] weights, int n, double[] blocks, RandomGenerator random) {
    double sum = 0;
    for (double block : blocks) {
      sum += block;
    }
    if (!(sum > 0)) {
      return random.nextInt(n);
    }
    double at = random.nextDouble() * sum;
    int block = 0;
    while (block < blocks.length - 1 && at >= blocks[block]) {
      at -= blocks[block];
      block++;
    }
    int first = block * BLOCK * LANES;
    int end = Math.min(n, first + BLOCK * LANES);
    for (int i = first; i < end; i++) {
      at -= weights[i];
      if (at < 0) {
        return i;
      }
    }
    return end - 1;
  }

  private static void miniBatches(
      double[] points, int dimensions, int n, double[] centres, int k, RandomGenerator random) {
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

  private static Clustering lloyd(
      Tiles tiles, double[] points, double[] centres, int iterationsMax) {
    int n = tiles.n;
    int dimensions = tiles.dimensions;
    int k = centres.length / dimensions;
    // Clusters as doubles, because lanes of one size are compared and chosen together.
    double[] clusters = new double[tiles.count * LANES];
    Arrays.fill(clusters, -1);
    double[] sums = new double[k * dimensions];
    int[] sizes = new int[k];
    double tolerance = TOLERANCE * meanVariance(points, dimensions);
    assign(tiles, points, centres, clusters, sums, sizes);
    int iteration = 0;
    double shift = Double.POSITIVE_INFINITY;
    boolean changed = true;
    while (iteration < iterationsMax && changed && shift > tolerance) {
      iteration++;
      fillEmpty(points, dimensions, centres, sums, sizes, clusters);
      shift = 0;
      for (int at = 0; at < centres.length; at++) {
        double next = sums[at] / sizes[at / dimensions];
        shift += (next - centres[at]) * (next - centres[at]);
        centres[at] = next;
      }
      changed = assign(tiles, points, centres, clusters, sums, sizes);
    }
    int[] found = new int[n];
    double inertia = 0;
    for (int i = 0; i < n; i++) {
      found[i] = (int) clusters[i];
      inertia += squared(points, i * dimensions, centres, found[i] * dimensions, dimensions);
    }
    double[][] rows = new double[k][];
    for (int c = 0; c < k; c++) {
      rows[c] = Arrays.copyOfRange(centres, c * dimensions, (c + 1) * dimensions);
    }
    return new Clustering(rows, found, inertia, iteration);
  }

  /// Finds the nearest centre of each point, keeps sums and sizes of clusters in step, and says
  /// whether any point changed its cluster.
  private static boolean assign(
      Tiles tiles,
      double[] points,
      double[] centres,
      double[] clusters,
      double[] sums,
      int[] sizes) {
    int dimensions = tiles.dimensions;
    int k = sizes.length;
    int groups = (k + GROUP - 1) / GROUP;
    // Missing centres of the last group are infinitely far.
    double[] padded = Arrays.copyOf(centres, groups * GROUP * dimensions);
    Arrays.fill(padded, centres.length, padded.length, Double.POSITIVE_INFINITY);
    double[] values = tiles.values;
    boolean changed = false;
    for (int tile = 0; tile < tiles.count; tile++) {
      DoubleVector least = DoubleVector.broadcast(SPECIES, Double.POSITIVE_INFINITY);
      DoubleVector cluster = DoubleVector.zero(SPECIES);
      for (int group = 0; group < groups; group++) {
        int from0 = group * GROUP * dimensions;
        int from1 = from0 + dimensions;
        int from2 = from1 + dimensions;
        int from3 = from2 + dimensions;
        int at = tile * dimensions * LANES;
        DoubleVector far0 = DoubleVector.zero(SPECIES);
        DoubleVector far1 = far0;
        DoubleVector far2 = far0;
        DoubleVector far3 = far0;
        for (int d = 0; d < dimensions; d++, at += LANES) {
          DoubleVector x = DoubleVector.fromArray(SPECIES, values, at);
          DoubleVector way0 = x.sub(padded[from0 + d]);
          DoubleVector way1 = x.sub(padded[from1 + d]);
          DoubleVector way2 = x.sub(padded[from2 + d]);
          DoubleVector way3 = x.sub(padded[from3 + d]);
          far0 = way0.fma(way0, far0);
          far1 = way1.fma(way1, far1);
          far2 = way2.fma(way2, far2);
          far3 = way3.fma(way3, far3);
        }
        double c = group * GROUP;
        cluster = cluster.blend(c, far0.lt(least));
        least = least.min(far0);
        cluster = cluster.blend(c + 1, far1.lt(least));
        least = least.min(far1);
        cluster = cluster.blend(c + 2, far2.lt(least));
        least = least.min(far2);
        cluster = cluster.blend(c + 3, far3.lt(least));
        least = least.min(far3);
      }
      int first = tile * LANES;
      DoubleVector before = DoubleVector.fromArray(SPECIES, clusters, first);
      long moves = before.compare(VectorOperators.NE, cluster).toLong();
      if (moves == 0) {
        continue;
      }
      for (int lane = 0; lane < LANES && first + lane < tiles.n; lane++) {
        if ((moves >>> lane & 1) != 0) {
          changed = true;
          int was = (int) clusters[first + lane];
          if (was >= 0) {
            add(points, first + lane, dimensions, sums, was, -1);
            sizes[was]--;
          }
          int now = (int) cluster.lane(lane);
          add(points, first + lane, dimensions, sums, now, 1);
          sizes[now]++;
        }
      }
      cluster.intoArray(clusters, first);
    }
    return changed;
  }

  private static void fillEmpty(
      double[] points,
      int dimensions,
      double[] centres,
      double[] sums,
      int[] sizes,
      double[] clusters) {
    for (int c = 0; c < sizes.length; c++) {
      if (sizes[c] > 0) {
        continue;
      }
      int farthest = -1;
      double most = -1;
      for (int i = 0; i < points.length / dimensions; i++) {
        int own = (int) clusters[i];
        double far = squared(points, i * dimensions, centres, own * dimensions, dimensions);
        if (sizes[own] > 1 && far > most) {
          farthest = i;
          most = far;
        }
      }
      int from = (int) clusters[farthest];
      add(points, farthest, dimensions, sums, from, -1);
      sizes[from]--;
      add(points, farthest, dimensions, sums, c, 1);
      sizes[c]++;
      clusters[farthest] = c;
      // So that the next empty cluster takes another point.
      System.arraycopy(points, farthest * dimensions, centres, c * dimensions, dimensions);
    }
  }

  private static void add(
      double[] points, int point, int dimensions, double[] sums, int cluster, int sign) {
    for (int d = 0; d < dimensions; d++) {
      sums[cluster * dimensions + d] += sign * points[point * dimensions + d];
    }
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
