// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;

/// Proposes what agrees with the smooth part of a history: its projection on the strongest
/// directions of the normalised matrix of people and items (the ideal low-pass filter of GF-CF,
/// Shen et al. 2021).
///
/// With A = D_u^-½ R D_i^-½ and V its first right singular vectors, the score of item i is `n(i)^p
/// · V(i) · Σ_j n(j)^-p · s^q · V(j)` over the items j of the history: the people never appear, so
/// new ones are served at once. V comes from subspace iteration. Immutable.
public final class Spectral implements BatchSource {
  public static final String NAME = "spectral";

  private static final int EXTRA = 16;
  private static final int ITERATIONS = 6;

  private final Parameters parameters;
  private final Basis basis;
  private final float[] from;
  private final float[] to;
  private final VectorIndex index;

  /// How the directions are used.
  ///
  /// @param dimension how many directions
  /// @param itemPower p: how much the answer leans towards frequent items
  /// @param valuePower q: how much stronger directions count for more; 0 makes them equal
  public record Parameters(int dimension, double itemPower, double valuePower) {
    public static final Parameters DEFAULT = new Parameters(128, 0.5, 0);

    public Parameters {
      if (dimension < 1 || !(itemPower >= 0) || !(valuePower >= 0)) {
        throw new IllegalArgumentException(
            "dimension must be at least 1, itemPower and valuePower at least 0");
      }
    }
  }

  /// The strongest directions of a matrix, which any number of sources can share.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Basis(int items, int dimension, float[] vectors, double[] values, int[] counts) {

    /// Finds them.
    ///
    /// @param people the items of each person, without repeats
    /// @param dimension how many; less come back when there are less items or people
    public static Basis of(int[][] people, int items, int dimension, long seed, int threads) {
      int[][] peopleOf = PeopleOfItems.of(people, items);
      int width = Math.min(dimension + EXTRA, Math.min(items, people.length));
      float[] personNorm = norms(people);
      float[] itemNorm = norms(peopleOf);
      Random random = new Random(seed);
      float[] vectors = new float[Math.multiplyExact(items, width)];
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] = (float) random.nextGaussian();
      }
      float[] passed = new float[Math.multiplyExact(people.length, width)];
      for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        multiply(people, personNorm, itemNorm, vectors, passed, width, threads);
        multiply(peopleOf, itemNorm, personNorm, passed, vectors, width, threads);
        orthonormalize(vectors, items, width, threads);
      }
      multiply(people, personNorm, itemNorm, vectors, passed, width, threads);
      Eigen eigen = Eigen.of(gram(passed, people.length, width), width);
      int kept = Math.min(dimension, width);
      float[] turned = new float[Math.multiplyExact(items, kept)];
      float[] turn = new float[kept * width];
      double[] values = new double[kept];
      for (int k = 0; k < kept; k++) {
        values[k] = Math.sqrt(Math.max(0, eigen.values()[k]));
        for (int c = 0; c < width; c++) {
          turn[k * width + c] = (float) eigen.vectors()[c * width + k];
        }
      }
      Workers.rows(
          NAME,
          items,
          threads,
          () -> {
            float[] lanes = Symmetric.lanes();
            return item -> {
              for (int k = 0; k < kept; k++) {
                turned[item * kept + k] =
                    Symmetric.dot(turn, k * width, vectors, item * width, width, lanes);
              }
            };
          });
      int[] counts = new int[items];
      Arrays.setAll(counts, item -> peopleOf[item].length);
      return new Basis(items, kept, turned, values, counts);
    }
  }

  /// @param parameters of at most as many directions as the basis has; fewer are taken otherwise
  public Spectral(Basis basis, Parameters parameters) {
    this(basis, parameters, ExactIndex::new);
  }

  private Spectral(
      Basis basis, Parameters parameters, Function<VectorTable, VectorIndex> indexing) {
    this.parameters = parameters;
    this.basis = basis;
    int d = Math.min(parameters.dimension(), basis.dimension());
    this.from = new float[basis.items() * d];
    this.to = new float[basis.items() * d];
    for (int item = 0; item < basis.items(); item++) {
      double norm = Math.pow(Math.max(1, basis.counts()[item]), parameters.itemPower());
      for (int k = 0; k < d; k++) {
        float value = basis.vectors()[item * basis.dimension() + k];
        double strength = Math.pow(basis.values()[k], parameters.valuePower());
        from[item * d + k] = (float) (value * strength / norm);
        to[item * d + k] = (float) (value * norm);
      }
    }
    int[] numbers = new int[basis.items()];
    Arrays.setAll(numbers, i -> i);
    this.index = indexing.apply(new VectorTable(d, numbers, to));
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
    float[] wanted = wanted(query.history());
    if (wanted.length == 0) {
      return Hits.NONE;
    }
    return index.search(wanted, max, query.eligible()).positive();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] wanted = wanted(query.history());
    float[] scores = new float[items.length];
    int d = index.dimension();
    for (int i = 0; i < items.length && wanted.length > 0; i++) {
      if (items[i] >= 0 && items[i] < basis.items()) {
        scores[i] = Math.max(0, Vectors.dot(to, items[i] * d, wanted, 0, d));
      }
    }
    return scores;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(parameters.dimension());
    out.writeDouble(parameters.itemPower());
    out.writeDouble(parameters.valuePower());
    out.writeInt(basis.items());
    out.writeInt(basis.dimension());
    ArrayFormat.write(out, basis.vectors());
    ArrayFormat.write(out, basis.values());
    ArrayFormat.write(out, basis.counts());
  }

  /// Reads what [#write] wrote.
  static Spectral read(DataInput in, Function<VectorTable, VectorIndex> indexing)
      throws IOException {
    Parameters parameters = new Parameters(in.readInt(), in.readDouble(), in.readDouble());
    Basis basis =
        new Basis(
            ArrayFormat.length(in),
            ArrayFormat.length(in),
            ArrayFormat.floats(in),
            ArrayFormat.doubles(in),
            ArrayFormat.ints(in));
    if (basis.vectors().length != (long) basis.items() * basis.dimension()
        || basis.values().length != basis.dimension()
        || basis.counts().length != basis.items()) {
      throw new IOException(NAME + ": the lengths of its arrays do not agree");
    }
    return new Spectral(basis, parameters, indexing);
  }

  private float[] wanted(int[] history) {
    int d = index.dimension();
    float[] sum = new float[d];
    boolean any = false;
    for (int item : history) {
      if (item >= 0 && item < basis.items() && basis.counts()[item] > 0) {
        Vectors.addScaled(sum, 0, from, item * d, 1, d);
        any = true;
      }
    }
    return any ? sum : new float[0];
  }

  // ---- linear algebra

  private static float[] norms(int[][] links) {
    float[] norms = new float[links.length];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = (float) (1 / Math.sqrt(Math.max(1, links[i].length)));
    }
    return norms;
  }

  private static void multiply(
      int[][] links,
      float[] norm,
      float[] otherNorm,
      float[] other,
      float[] target,
      int width,
      int threads) {
    Workers.rows(
        NAME,
        links.length,
        threads,
        () ->
            row -> {
              Arrays.fill(target, row * width, (row + 1) * width, 0);
              for (int link : links[row]) {
                Vectors.addScaled(
                    target, row * width, other, link * width, norm[row] * otherNorm[link], width);
              }
            });
  }

  /// The Gram matrix of rows, in doubles: sums of many small numbers.
  private static double[] gram(float[] rows, int count, int width) {
    double[] gram = new double[width * width];
    float[] part = new float[width * width];
    int block = 256;
    for (int begin = 0; begin < count; begin += block) {
      Arrays.fill(part, 0);
      for (int row = begin; row < Math.min(count, begin + block); row++) {
        for (int r = 0; r < width; r++) {
          Vectors.addScaled(part, r * width, rows, row * width, rows[row * width + r], r + 1);
        }
      }
      for (int r = 0; r < width; r++) {
        for (int c = 0; c <= r; c++) {
          gram[r * width + c] += part[r * width + c];
        }
      }
    }
    for (int r = 0; r < width; r++) {
      for (int c = 0; c < r; c++) {
        gram[c * width + r] = gram[r * width + c];
      }
    }
    return gram;
  }

  /// Makes the columns orthonormal: rows are solved against the Cholesky factor of their Gram
  /// matrix.
  private static void orthonormalize(float[] rows, int count, int width, int threads) {
    double[] gram = gram(rows, count, width);
    float[] lower = new float[width * width];
    for (int r = 0; r < width; r++) {
      for (int c = 0; c <= r; c++) {
        double sum = gram[r * width + c];
        for (int k = 0; k < c; k++) {
          sum -= gram[r * width + k] * gram[c * width + k];
        }
        // A direction that is not there, as in a matrix of low rank, stays next to nothing.
        gram[r * width + c] = r == c ? Math.sqrt(Math.max(sum, 1e-12)) : sum / gram[c * width + c];
        lower[r * width + c] = (float) gram[r * width + c];
      }
    }
    Workers.rows(
        NAME,
        count,
        threads,
        () -> {
          float[] lanes = Symmetric.lanes();
          return row -> {
            int at = row * width;
            for (int c = 0; c < width; c++) {
              rows[at + c] =
                  (rows[at + c] - Symmetric.dot(lower, c * width, rows, at, c, lanes))
                      / lower[c * width + c];
            }
          };
        });
  }
}
