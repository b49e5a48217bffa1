// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/// Implicit-feedback matrix factorisation by alternating least squares (Hu et al. 2008; Rendle et
/// al. 2021 for the regularisation by frequency).
///
/// A person's factors solve `(α G + Σ h hᵀ + λ (n + α N)^ν I) w = Σ h` over the factors h of the
/// items dealt with, with G the Gram matrix of all items. They are computed from the history of the
/// request, so new people and new steps count at once. Rows are independent, so the result does not
/// depend on the number of threads.
public final class ImplicitFactors implements CandidateSource {
  public static final String NAME = "factors";

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
  public record Parameters(
      int dimension,
      double unobserved,
      double regularization,
      double power,
      int epochs,
      long seed) {
    public static final Parameters DEFAULT = new Parameters(64, 0.1, 0.003, 1, 8, 1);
  }

  private ImplicitFactors(Parameters parameters, float[] items, int count) {
    this.parameters = parameters;
    this.items = items;
    this.count = count;
    this.gram = gram(items, count, parameters.dimension(), parameters.unobserved());
    int[] numbers = new int[count];
    Arrays.setAll(numbers, i -> i);
    this.index = new ExactIndex(new VectorTable(parameters.dimension(), numbers, items));
  }

  /// Learns from the items of each person.
  public static ImplicitFactors train(
      int[][] people, int itemCount, Parameters parameters, int threads) {
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
    Hits hits = index.search(person, max, query.eligible());
    int n = 0;
    while (n < hits.size() && hits.scores()[n] > 0) {
      n++;
    }
    return new Hits(Arrays.copyOf(hits.items(), n), Arrays.copyOf(hits.scores(), n));
  }

  @Override
  public float[] score(Query query, int[] asked) {
    float[] scores = new float[asked.length];
    float[] person = foldIn(query.history());
    int d = parameters.dimension();
    for (int i = 0; i < asked.length && person.length > 0; i++) {
      if (asked[i] < count) {
        scores[i] = Math.max(0, Vectors.dot(items, asked[i] * d, person, 0, d));
      }
    }
    return scores;
  }

  /// The factors of somebody with this history; empty when the history says nothing.
  float[] foldIn(int[] history) {
    int d = parameters.dimension();
    int[] known = Arrays.stream(history).filter(item -> item < count).toArray();
    if (known.length == 0) {
      return new float[0];
    }
    float[] person = new float[d];
    new Solver(d).solve(person, 0, known, items, gram, parameters, count);
    return person;
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
    parallel(
        links.length,
        threads,
        () -> {
          Solver solver = new Solver(d);
          return row ->
              solver.solve(target, row * d, links[row], other, gram, parameters, otherCount);
        });
  }

  /// The Gram matrix of all rows times the weight of what was not observed; lower triangle.
  private static float[] gram(float[] rows, int count, int d, double weight) {
    float[] gram = new float[d * d];
    for (int i = 0; i < count; i++) {
      addOuter(gram, rows, i * d, d);
    }
    for (int i = 0; i < gram.length; i++) {
      gram[i] *= (float) weight;
    }
    return gram;
  }

  private static void addOuter(float[] matrix, float[] rows, int from, int d) {
    for (int r = 0; r < d; r++) {
      Vectors.addScaled(matrix, r * d, rows, from, rows[from + r], r + 1);
    }
  }

  private interface Rows {
    IntConsumer worker();
  }

  private static void parallel(int rows, int threads, Rows work) {
    AtomicInteger next = new AtomicInteger();
    Thread[] running = new Thread[Math.max(1, threads)];
    for (int t = 0; t < running.length; t++) {
      running[t] =
          Thread.ofPlatform()
              .name("factors-" + t)
              .start(() -> {
                IntConsumer worker = work.worker();
                int block = 64;
                for (int from = next.getAndAdd(block); from < rows; from = next.getAndAdd(block)) {
                  for (int row = from; row < Math.min(rows, from + block); row++) {
                    worker.accept(row);
                  }
                }
              });
    }
    try {
      for (Thread thread : running) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while factors were learned", e);
    }
  }

  /// Solves one row: builds the matrix, factors it by Cholesky, substitutes twice.
  private static final class Solver {
    private final int d;
    private final float[] matrix;
    private final float[] right;

    Solver(int d) {
      this.d = d;
      this.matrix = new float[d * d];
      this.right = new float[d];
    }

    void solve(
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
      System.arraycopy(gram, 0, matrix, 0, matrix.length);
      Arrays.fill(right, 0);
      for (int link : links) {
        addOuter(matrix, other, link * d, d);
        Vectors.addScaled(right, 0, other, link * d, 1, d);
      }
      float ridge =
          (float)
              (parameters.regularization()
                  * Math.pow(
                      links.length + parameters.unobserved() * otherCount, parameters.power()));
      for (int r = 0; r < d; r++) {
        matrix[r * d + r] += ridge;
      }
      // 1. The lower triangle becomes L with L Lᵀ = A.
      for (int r = 0; r < d; r++) {
        for (int c = 0; c < r; c++) {
          float sum = matrix[r * d + c] - Vectors.dot(matrix, r * d, matrix, c * d, c);
          matrix[r * d + c] = sum / matrix[c * d + c];
        }
        float pivot = matrix[r * d + r] - Vectors.dot(matrix, r * d, matrix, r * d, r);
        matrix[r * d + r] = (float) Math.sqrt(Math.max(pivot, 1e-9f));
      }
      // 2. L y = b, then Lᵀ w = y.
      for (int r = 0; r < d; r++) {
        right[r] = (right[r] - Vectors.dot(matrix, r * d, right, 0, r)) / matrix[r * d + r];
      }
      for (int r = d - 1; r >= 0; r--) {
        float w = right[r] / matrix[r * d + r];
        target[at + r] = w;
        Vectors.addScaled(right, 0, matrix, r * d, -w, r);
      }
    }
  }
}
