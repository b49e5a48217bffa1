// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.index.Vectors;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Proposes what a linear regression of each item on all others expects (EASE, Steck 2019).
///
/// With P = (XᵀX + λI)⁻¹ the weight of item j for item i is `-P(j,i) / P(i,i)`. The inverse costs
/// the cube of the number of items, so this is for small catalogues: seconds for 3,000 items, some
/// minutes for 12,000, refused above 15,000. Each item keeps its largest weights. Immutable.
public final class ItemRegression implements BatchSource {
  public static final String NAME = "ease";

  /// More items than that are refused.
  public static final int ITEMS_MAX = 15_000;

  private static final int WEIGHTS_MAX = 1_000;
  private static final int BLOCK = 32;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private final Parameters parameters;
  private final int[][] others;
  private final float[][] weights;
  private final ConcurrentLinkedQueue<float[]> sums = new ConcurrentLinkedQueue<>();

  /// How weights are learned and read.
  ///
  /// @param ridge λ
  /// @param decay the weight of each item of the history relative to the next newer one; 1 where
  ///   order means nothing
  public record Parameters(double ridge, double decay) {
    public Parameters {
      if (!(ridge > 0) || !(decay > 0 && decay <= 1)) {
        throw new IllegalArgumentException(
            "ridge " + ridge + ", decay " + decay + " (expected: above 0, decay at most 1)");
      }
    }
  }

  private ItemRegression(Parameters parameters, int[][] others, float[][] weights) {
    this.parameters = parameters;
    this.others = others;
    this.weights = weights;
  }

  /// Learns from the items of each person, which must not repeat.
  public static ItemRegression train(
      int[][] people, int items, Parameters parameters, int threads) {
    if (items > ITEMS_MAX) {
      throw new IllegalArgumentException(
          "items: " + items + " (expected: at most " + ITEMS_MAX + ")");
    }
    float[] matrix = new float[items * items];
    for (int[] own : people) {
      for (int a : own) {
        for (int b : own) {
          matrix[a * items + b]++;
        }
      }
    }
    for (int i = 0; i < items; i++) {
      matrix[i * items + i] += (float) parameters.ridge();
    }
    invert(matrix, items, threads);
    int[][] others = new int[items][];
    float[][] weights = new float[items][];
    Workers.rows(
        NAME,
        items,
        threads,
        () ->
            j -> {
              TopK largest = new TopK(Math.min(WEIGHTS_MAX, items));
              for (int i = 0; i < items; i++) {
                if (i != j) {
                  largest.offer(i, Math.abs(matrix[j * items + i] / matrix[i * items + i]));
                }
              }
              others[j] = largest.drain().items();
              weights[j] = new float[others[j].length];
              for (int n = 0; n < others[j].length; n++) {
                int i = others[j][n];
                weights[j][n] = -matrix[j * items + i] / matrix[i * items + i];
              }
            });
    return new ItemRegression(parameters, others, weights);
  }

  public Parameters parameters() {
    return parameters;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    float[] scores = accumulate(query);
    try {
      TopK best = new TopK(Math.min(max, scores.length));
      for (int i = 0; i < scores.length; i++) {
        if (scores[i] > 0) {
          best.offer(i, scores[i], query.eligible());
        }
      }
      return best.drain();
    } finally {
      sums.add(scores);
    }
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] scores = accumulate(query);
    try {
      float[] asked = new float[items.length];
      for (int i = 0; i < items.length; i++) {
        asked[i] = items[i] >= 0 && items[i] < scores.length ? Math.max(0, scores[items[i]]) : 0;
      }
      return asked;
    } finally {
      sums.add(scores);
    }
  }

  @Override
  public int because(Query query, int item) {
    int best = -1;
    float bestShare = 0;
    float weight = 1;
    for (int p = 0; p < query.history().length; p++) {
      int from = query.history()[p];
      if (from >= 0 && from < others.length) {
        for (int n = 0; n < others[from].length; n++) {
          if (others[from][n] == item && weight * weights[from][n] > bestShare) {
            best = p;
            bestShare = weight * weights[from][n];
          }
        }
      }
      weight *= (float) parameters.decay();
    }
    return best;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeDouble(parameters.ridge());
    out.writeDouble(parameters.decay());
    out.writeInt(others.length);
    for (int i = 0; i < others.length; i++) {
      ArrayFormat.write(out, others[i]);
      ArrayFormat.write(out, weights[i]);
    }
  }

  /// Reads what [#write] wrote.
  static ItemRegression read(DataInput in) throws IOException {
    Parameters parameters = new Parameters(in.readDouble(), in.readDouble());
    int items = ArrayFormat.length(in);
    int[][] others = new int[items][];
    float[][] weights = new float[items][];
    for (int i = 0; i < items; i++) {
      others[i] = ArrayFormat.ints(in);
      weights[i] = ArrayFormat.floats(in);
    }
    return new ItemRegression(parameters, others, weights);
  }

  /// What the history says about each item; negative where it speaks against one.
  private float[] accumulate(Query query) {
    float[] scores = sums.poll();
    if (scores == null) {
      scores = new float[others.length];
    }
    Arrays.fill(scores, 0);
    float weight = 1;
    for (int item : query.history()) {
      if (item >= 0 && item < others.length) {
        int[] to = others[item];
        float[] by = weights[item];
        for (int n = 0; n < to.length; n++) {
          scores[to[n]] += weight * by[n];
        }
      }
      weight *= (float) parameters.decay();
    }
    return scores;
  }

  // ---- the inverse

  /// Inverts a symmetric positive definite matrix in place: Gauss and Jordan, a block of pivots at
  /// a time, so that the work is in products of blocks that stay in the cache.
  static void invert(float[] matrix, int n, int threads) {
    float[] pivotRows = new float[BLOCK * n];
    for (int begin = 0; begin < n; begin += BLOCK) {
      int size = Math.min(BLOCK, n - begin);
      double[] pivot = new double[size * size];
      for (int r = 0; r < size; r++) {
        for (int c = 0; c < size; c++) {
          pivot[r * size + c] = matrix[(begin + r) * n + begin + c];
        }
      }
      invertSmall(pivot, size);
      for (int r = 0; r < size; r++) {
        System.arraycopy(matrix, (begin + r) * n, pivotRows, r * n, n);
      }
      int first = begin;
      Workers.rows(
          NAME,
          n,
          threads,
          () ->
              row -> {
                if (row >= first && row < first + size) {
                  return;
                }
                float[] factors = new float[size];
                for (int c = 0; c < size; c++) {
                  double sum = 0;
                  for (int k = 0; k < size; k++) {
                    sum += matrix[row * n + first + k] * pivot[k * size + c];
                  }
                  factors[c] = (float) -sum;
                }
                addRows(matrix, row * n, pivotRows, n, factors);
                System.arraycopy(factors, 0, matrix, row * n + first, size);
              });
      for (int r = 0; r < size; r++) {
        int at = (begin + r) * n;
        Arrays.fill(matrix, at, at + n, 0);
        float[] factors = new float[size];
        for (int k = 0; k < size; k++) {
          factors[k] = (float) pivot[r * size + k];
        }
        addRows(matrix, at, pivotRows, n, factors);
        for (int k = 0; k < size; k++) {
          matrix[at + begin + k] = (float) pivot[r * size + k];
        }
      }
    }
  }

  /// Adds rows of length n, each times its factor, four at a time.
  private static void addRows(float[] target, int at, float[] rows, int n, float[] factors) {
    int k = 0;
    int lanes = SPECIES.length();
    for (; k + 4 <= factors.length; k += 4) {
      FloatVector f0 = FloatVector.broadcast(SPECIES, factors[k]);
      FloatVector f1 = FloatVector.broadcast(SPECIES, factors[k + 1]);
      FloatVector f2 = FloatVector.broadcast(SPECIES, factors[k + 2]);
      FloatVector f3 = FloatVector.broadcast(SPECIES, factors[k + 3]);
      int i = 0;
      for (; i + lanes <= n; i += lanes) {
        FloatVector sum = FloatVector.fromArray(SPECIES, target, at + i);
        sum = FloatVector.fromArray(SPECIES, rows, k * n + i).fma(f0, sum);
        sum = FloatVector.fromArray(SPECIES, rows, (k + 1) * n + i).fma(f1, sum);
        sum = FloatVector.fromArray(SPECIES, rows, (k + 2) * n + i).fma(f2, sum);
        sum = FloatVector.fromArray(SPECIES, rows, (k + 3) * n + i).fma(f3, sum);
        sum.intoArray(target, at + i);
      }
      for (; i < n; i++) {
        target[at + i] +=
            factors[k] * rows[k * n + i]
                + factors[k + 1] * rows[(k + 1) * n + i]
                + factors[k + 2] * rows[(k + 2) * n + i]
                + factors[k + 3] * rows[(k + 3) * n + i];
      }
    }
    for (; k < factors.length; k++) {
      Vectors.addScaled(target, at, rows, k * n, factors[k], n);
    }
  }

  private static void invertSmall(double[] a, int n) {
    for (int p = 0; p < n; p++) {
      double pivot = 1 / a[p * n + p];
      a[p * n + p] = 1;
      for (int c = 0; c < n; c++) {
        a[p * n + c] *= pivot;
      }
      for (int r = 0; r < n; r++) {
        if (r != p) {
          double factor = a[r * n + p];
          a[r * n + p] = 0;
          for (int c = 0; c < n; c++) {
            a[r * n + c] -= factor * a[p * n + c];
          }
        }
      }
    }
  }
}
