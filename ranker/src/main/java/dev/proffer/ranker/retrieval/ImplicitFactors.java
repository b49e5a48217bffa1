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
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/// Implicit-feedback matrix factorisation by alternating least squares (Hu et al. 2008; Rendle et
/// al. 2021 for the regularisation by frequency).
///
/// A person's factors solve `(α G + Σ h hᵀ + λ (n + α N)^ν I) w = Σ h` over the factors h of the
/// items dealt with, with G the Gram matrix of all items. They are computed from the history of the
/// request, so new people and new steps count at once. Rows are independent, so the result does not
/// depend on the number of threads.
public final class ImplicitFactors implements BatchSource {
  public static final String NAME = "factors";

  private static final int GRAM_BLOCK = 256;

  private final Parameters parameters;
  private final float[] items;
  private final int count;
  private final float[] gram;
  private final VectorIndex index;

  /// How factors are learned.
  ///
  /// @param dimension the number of factors
  /// @param unobserved how much what was not dealt with counts
  /// @param regularization pulls factors towards zero
  /// @param power how much more that holds for frequent people and items
  /// @param steps steps of conjugate gradients, from the factors of the epoch before, that stand
  ///   for solving a row exactly (Takács et al. 2011); 0 solves exactly
  public record Parameters(
      int dimension,
      double unobserved,
      double regularization,
      double power,
      int epochs,
      long seed,
      int steps) {
    public static final Parameters DEFAULT = new Parameters(64, 0.1, 0.003, 1, 8, 1, 3);

    public Parameters {
      if (dimension < 1 || epochs < 1 || steps < 0) {
        throw new IllegalArgumentException(
            "dimension and epochs: must be at least 1; steps: at least 0");
      }
      if (!(unobserved > 0 && regularization > 0)) {
        throw new IllegalArgumentException("unobserved and regularization: must be above 0");
      }
    }

    /// Solves every row exactly.
    public Parameters(
        int dimension,
        double unobserved,
        double regularization,
        double power,
        int epochs,
        long seed) {
      this(dimension, unobserved, regularization, power, epochs, seed, 0);
    }
  }

  private ImplicitFactors(Parameters parameters, float[] items, int count) {
    this(parameters, items, count, ExactIndex::new);
  }

  private ImplicitFactors(
      Parameters parameters,
      float[] items,
      int count,
      Function<VectorTable, VectorIndex> indexing) {
    this.parameters = parameters;
    this.items = items;
    this.count = count;
    this.gram = gram(items, count, parameters.dimension(), parameters.unobserved());
    int[] numbers = new int[count];
    Arrays.setAll(numbers, i -> i);
    this.index = indexing.apply(new VectorTable(parameters.dimension(), numbers, items));
  }

  /// Learns from the items of each person.
  public static ImplicitFactors train(
      int[][] people, int itemCount, Parameters parameters, int threads) {
    return train(people, itemCount, parameters, threads, _ -> {});
  }

  /// Learns from the items of each person.
  ///
  /// @param epochDone is told each epoch, from 1, when it is over
  public static ImplicitFactors train(
      int[][] people, int itemCount, Parameters parameters, int threads, IntConsumer epochDone) {
    int d = parameters.dimension();
    int[][] peopleOf = PeopleOfItems.of(people, itemCount);
    float[] userFactors = new float[people.length * d];
    float[] itemFactors = new float[itemCount * d];
    Random random = new Random(parameters.seed());
    for (int i = 0; i < itemFactors.length; i++) {
      itemFactors[i] = (float) (random.nextGaussian() * 0.1 / Math.sqrt(d));
    }
    for (int epoch = 0; epoch < parameters.epochs(); epoch++) {
      half(userFactors, people, itemFactors, itemCount, parameters, threads);
      half(itemFactors, peopleOf, userFactors, people.length, parameters, threads);
      epochDone.accept(epoch + 1);
    }
    return new ImplicitFactors(parameters, itemFactors, itemCount);
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
    float[] person = foldIn(query.history());
    if (person.length == 0) {
      return Hits.NONE;
    }
    return nearest(person, max, query.eligible());
  }

  @Override
  public float[] score(Query query, int[] asked) {
    float[] scores = new float[asked.length];
    float[] person = foldIn(query.history());
    int d = parameters.dimension();
    for (int i = 0; i < asked.length && person.length > 0; i++) {
      if (asked[i] >= 0 && asked[i] < count) {
        scores[i] = Math.max(0, Vectors.dot(items, asked[i] * d, person, 0, d));
      }
    }
    return scores;
  }

  /// The factors of somebody with this history; empty when the history says nothing.
  float[] foldIn(int[] history) {
    int d = parameters.dimension();
    int[] known = Arrays.stream(history).filter(item -> item >= 0 && item < count).toArray();
    if (known.length == 0) {
      return new float[0];
    }
    float[] person = new float[d];
    new Solver(d).exactly(person, 0, known, items, gram, parameters, count);
    return person;
  }

  /// The factors of somebody who dealt with things that lie there.
  ///
  /// @param rows factors, one row after the other
  float[] foldInRows(float[] rows) {
    int d = parameters.dimension();
    int[] all = new int[rows.length / d];
    Arrays.setAll(all, i -> i);
    float[] person = new float[d];
    if (all.length > 0) {
      new Solver(d).exactly(person, 0, all, rows, gram, parameters, count);
    }
    return person;
  }

  /// What lies nearest to somebody with these factors.
  Hits nearest(float[] person, int max, IntPredicate eligible) {
    return index.search(person, max, eligible).positive();
  }

  /// The factors of all items, row by row; not a copy.
  float[] rows() {
    return items;
  }

  /// Whether people dealt with this item when the factors were learned.
  public boolean knows(int item) {
    if (item < 0 || item >= count) {
      return false;
    }
    int d = parameters.dimension();
    for (int c = item * d; c < (item + 1) * d; c++) {
      if (items[c] != 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(parameters.dimension());
    out.writeDouble(parameters.unobserved());
    out.writeDouble(parameters.regularization());
    out.writeDouble(parameters.power());
    out.writeInt(parameters.epochs());
    out.writeLong(parameters.seed());
    out.writeInt(parameters.steps());
    out.writeInt(count);
    ArrayFormat.write(out, items);
  }

  /// Reads what [#write] wrote.
  static ImplicitFactors read(DataInput in, Function<VectorTable, VectorIndex> indexing)
      throws IOException {
    Parameters parameters =
        new Parameters(
            in.readInt(),
            in.readDouble(),
            in.readDouble(),
            in.readDouble(),
            in.readInt(),
            in.readLong(),
            in.readInt());
    int count = ArrayFormat.length(in);
    float[] items = ArrayFormat.floats(in);
    if (items.length != (long) count * parameters.dimension()) {
      throw new IOException(NAME + ": the lengths of its arrays do not agree");
    }
    return new ImplicitFactors(parameters, items, count, indexing);
  }

  private static void half(
      float[] target,
      int[][] links,
      float[] other,
      int otherCount,
      Parameters parameters,
      int threads) {
    int d = parameters.dimension();
    float[] gram = gram(other, otherCount, d, parameters.unobserved());
    Workers.rows(
        "factors",
        links.length,
        threads,
        () -> {
          Solver solver = new Solver(d);
          return row ->
              solver.learn(target, row * d, links[row], other, gram, parameters, otherCount);
        });
  }

  /// The Gram matrix of all rows times the weight of what was not observed, as the solver lays it
  /// out.
  private static float[] gram(float[] rows, int count, int d, double weight) {
    int width = Symmetric.width(d);
    float[] gram = new float[width * width];
    float[] part = new float[width * width];
    float[] block = new float[GRAM_BLOCK * width];
    for (int from = 0; from < count; from += GRAM_BLOCK) {
      int size = Math.min(GRAM_BLOCK, count - from);
      for (int i = 0; i < size; i++) {
        System.arraycopy(rows, (from + i) * d, block, i * width, d);
      }
      Arrays.fill(part, 0);
      Symmetric.addOuter(part, block, size, width);
      for (int i = 0; i < gram.length; i++) {
        gram[i] += part[i];
      }
    }
    for (int i = 0; i < gram.length; i++) {
      gram[i] *= (float) weight;
    }
    Symmetric.mirror(gram, width);
    return gram;
  }

  /// Solves one row: builds the matrix, factors it by Cholesky, substitutes twice.
  private static final class Solver {
    private final int d;
    private final int width;
    private final float[] matrix;
    private final float[] right;
    private final float[] solution;
    private final float[] direction;
    private final float[] product;
    private final float[] lanes = Symmetric.lanes();
    // Between d and the width there are always zeros.
    private float[] linked;

    Solver(int d) {
      this.d = d;
      this.width = Symmetric.width(d);
      this.matrix = new float[width * width];
      this.right = new float[width];
      this.solution = new float[width];
      this.direction = new float[width];
      this.product = new float[width];
      this.linked = new float[64 * width];
    }

    void learn(
        float[] target,
        int at,
        int[] links,
        float[] other,
        float[] gram,
        Parameters parameters,
        int otherCount) {
      if (parameters.steps() == 0) {
        exactly(target, at, links, other, gram, parameters, otherCount);
      } else {
        nearly(target, at, links, other, gram, parameters, otherCount);
      }
    }

    void exactly(
        float[] target,
        int at,
        int[] links,
        float[] other,
        float[] gram,
        Parameters parameters,
        int otherCount) {
      if (links.length == 0) {
        Arrays.fill(target, at, at + d, 0);
        return;
      }
      gather(links, other);
      System.arraycopy(gram, 0, matrix, 0, matrix.length);
      Symmetric.addOuter(matrix, linked, links.length, width);
      float ridge = ridge(parameters, links.length, otherCount);
      for (int r = 0; r < width; r++) {
        matrix[r * width + r] += r < d ? ridge : 1;
      }
      Symmetric.solve(matrix, right, solution, width);
      System.arraycopy(solution, 0, target, at, d);
    }

    /// Some steps of conjugate gradients from where the row is: the matrix is never made.
    private void nearly(
        float[] target,
        int at,
        int[] links,
        float[] other,
        float[] gram,
        Parameters parameters,
        int otherCount) {
      if (links.length == 0) {
        Arrays.fill(target, at, at + d, 0);
        return;
      }
      gather(links, other);
      float ridge = ridge(parameters, links.length, otherCount);
      Arrays.fill(solution, 0);
      System.arraycopy(target, at, solution, 0, d);
      // What is left of the right side is the residual, which the direction starts as.
      apply(gram, solution, links.length, ridge);
      Vectors.addScaled(right, 0, product, 0, -1, width);
      System.arraycopy(right, 0, direction, 0, width);
      float square = Symmetric.dot(right, 0, right, width, lanes);
      for (int step = 0; step < parameters.steps() && square > 1e-20f; step++) {
        apply(gram, direction, links.length, ridge);
        float length = square / Symmetric.dot(direction, 0, product, width, lanes);
        Vectors.addScaled(solution, 0, direction, 0, length, width);
        Vectors.addScaled(right, 0, product, 0, -length, width);
        float next = Symmetric.dot(right, 0, right, width, lanes);
        float kept = next / square;
        for (int c = 0; c < width; c++) {
          direction[c] = right[c] + kept * direction[c];
        }
        square = next;
      }
      System.arraycopy(solution, 0, target, at, d);
    }

    private void apply(float[] gram, float[] vector, int count, float ridge) {
      Symmetric.multiply(gram, vector, product, width);
      for (int l = 0; l < count; l++) {
        float along = Symmetric.dot(linked, l * width, vector, width, lanes);
        Vectors.addScaled(product, 0, linked, l * width, along, width);
      }
      Vectors.addScaled(product, 0, vector, 0, ridge, width);
    }

    /// Puts the rows of the links side by side and their sum on the right.
    private void gather(int[] links, float[] other) {
      if (linked.length < links.length * width) {
        linked = new float[Math.max(links.length * width, linked.length * 2)];
      }
      Arrays.fill(right, 0);
      for (int l = 0; l < links.length; l++) {
        System.arraycopy(other, links[l] * d, linked, l * width, d);
        Vectors.addScaled(right, 0, linked, l * width, 1, width);
      }
    }

    private static float ridge(Parameters parameters, int count, int otherCount) {
      return (float)
          (parameters.regularization()
              * Math.pow(count + parameters.unobserved() * otherCount, parameters.power()));
    }
  }
}
