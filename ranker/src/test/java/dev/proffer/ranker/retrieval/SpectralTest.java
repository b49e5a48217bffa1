// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.index.Hits;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SpectralTest {
  private static final int ITEMS = 30;

  /// Three kinds of people, who want items 0 to 9, 10 to 19 or 20 to 29, and nobody wants both.
  private static int[][] kinds(int people) {
    Random random = new Random(4);
    return IntStream.range(0, people)
        .mapToObj(
            p -> random.ints(12, 0, 10).distinct().map(i -> i + p % 3 * 10).sorted().toArray())
        .toArray(int[][]::new);
  }

  private static Query query(int... history) {
    return new Query(history, 0, _ -> true);
  }

  @Test
  void staysWithinTheKindOfTheHistory() {
    Spectral model =
        new Spectral(
            Spectral.Basis.of(kinds(90), ITEMS, 3, 1, 2), new Spectral.Parameters(3, 0.5, 0));
    Hits hits = model.propose(query(12, 15), 10);
    assertThat(Arrays.stream(hits.items())).allMatch(item -> item >= 10 && item < 20);
    assertThat(model.score(query(12, 15), new int[] {3, 13, 99}))
        .satisfies(scores -> {
          assertThat(scores[0]).isCloseTo(0, within(1e-4f));
          assertThat(scores[1]).isPositive();
          assertThat(scores[2]).isZero();
        });
  }

  @Test
  void theDirectionsAreTheStrongestOfTheNormalisedMatrix() {
    int[][] people = kinds(60);
    Spectral.Basis basis = Spectral.Basis.of(people, ITEMS, 8, 1, 1);
    double[] counts = new double[ITEMS];
    for (int[] own : people) {
      for (int item : own) {
        counts[item]++;
      }
    }
    // AᵀA v = s² v for every direction, and no two directions overlap.
    double[] product = new double[ITEMS * ITEMS];
    for (int[] own : people) {
      for (int a : own) {
        for (int b : own) {
          product[a * ITEMS + b] += 1 / (own.length * Math.sqrt(counts[a] * counts[b]));
        }
      }
    }
    for (int k = 0; k < 8; k++) {
      double square = basis.values()[k] * basis.values()[k];
      for (int i = 0; i < ITEMS; i++) {
        double sum = 0;
        for (int j = 0; j < ITEMS; j++) {
          sum += product[i * ITEMS + j] * basis.vectors()[j * 8 + k];
        }
        assertThat(sum).isCloseTo(square * basis.vectors()[i * 8 + k], within(2e-3));
      }
    }
    // Three blocks that do not touch: three times the largest value, 1.
    assertThat(basis.values()[2]).isCloseTo(1, within(1e-4));
    assertThat(basis.values()[3]).isLessThan(0.9);
  }

  @Test
  void theResultDoesNotDependOnTheThreads() {
    assertThat(Spectral.Basis.of(kinds(60), ITEMS, 5, 1, 1).vectors())
        .containsExactly(Spectral.Basis.of(kinds(60), ITEMS, 5, 1, 3).vectors());
  }

  @Test
  void oneItemAndStrangersAreNoTrouble() {
    Spectral one =
        new Spectral(
            Spectral.Basis.of(new int[][] {{0}, {0}, {}}, 1, 8, 1, 2), Spectral.Parameters.DEFAULT);
    assertThat(one.propose(query(0), 5).items()).containsExactly(0);
    assertThat(one.propose(query(), 5).size()).isZero();
    assertThat(one.propose(query(7), 5).size()).isZero();
  }

  @Test
  void eigenvectorsRebuildTheirMatrix() {
    Random random = new Random(1);
    int n = 12;
    double[] matrix = new double[n * n];
    for (int r = 0; r < n; r++) {
      for (int c = 0; c <= r; c++) {
        matrix[r * n + c] = random.nextGaussian();
        matrix[c * n + r] = matrix[r * n + c];
      }
    }
    Eigen eigen = Eigen.of(matrix, n);
    for (int r = 0; r < n; r++) {
      for (int c = 0; c < n; c++) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
          sum += eigen.vectors()[r * n + k] * eigen.values()[k] * eigen.vectors()[c * n + k];
        }
        assertThat(sum).isCloseTo(matrix[r * n + c], within(1e-8));
      }
    }
    assertThat(eigen.values()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
  }
}
