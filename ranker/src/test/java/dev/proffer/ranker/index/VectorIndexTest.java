// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every vector index does; the expected answers come from a loop in double precision.
class VectorIndexTest {
  private static final int DIMENSION = 24;
  private static final int COUNT = 1_500;

  private interface Maker {
    VectorIndex make(VectorTable table);
  }

  static Stream<Maker> indexes() {
    return Stream.of(ExactIndex::new, table -> new HnswIndex(table));
  }

  private static VectorTable table(int count) {
    Random random = new Random(3);
    float[] values = new float[count * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      // Lengths differ, so that inner product and distance disagree.
      values[i] = (float) (random.nextGaussian() * (1 + (i / DIMENSION) % 5));
    }
    return new VectorTable(
        DIMENSION, IntStream.range(0, count).map(i -> i * 2 + 7).toArray(), values);
  }

  private static float[] query(int seed) {
    Random random = new Random(seed);
    float[] query = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      query[i] = (float) random.nextGaussian();
    }
    return query;
  }

  private static int[] expected(VectorTable table, float[] query, int k, int modulus) {
    return IntStream.range(0, table.size())
        .filter(row -> table.numbers()[row] % modulus == 0)
        .boxed()
        .sorted((a, b) -> Double.compare(product(table, b, query), product(table, a, query)))
        .limit(k)
        .mapToInt(row -> table.numbers()[row])
        .toArray();
  }

  private static double product(VectorTable table, int row, float[] query) {
    double sum = 0;
    for (int i = 0; i < query.length; i++) {
      sum += (double) table.values()[row * query.length + i] * query[i];
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("indexes")
  void findsTheLargestInnerProducts(Maker maker) {
    VectorTable table = table(COUNT);
    VectorIndex index = maker.make(table);
    int found = 0;
    for (int q = 0; q < 50; q++) {
      int[] expected = expected(table, query(q), 10, 1);
      Hits hits = index.search(query(q), 10, _ -> true);
      assertThat(hits.size()).isEqualTo(10);
      for (int i = 1; i < 10; i++) {
        assertThat(hits.scores()[i]).isLessThanOrEqualTo(hits.scores()[i - 1]);
      }
      found +=
          (int)
              Arrays.stream(hits.items())
                  .filter(item -> Arrays.stream(expected).anyMatch(e -> e == item))
                  .count();
    }
    assertThat(found).isGreaterThanOrEqualTo(450);
  }

  @ParameterizedTest
  @MethodSource("indexes")
  void returnsAsManyAsTheFilterAllowsAndNoOthers(Maker maker) {
    VectorTable table = table(COUNT);
    VectorIndex index = maker.make(table);

    assertThat(index.search(query(1), 20, item -> item % 101 == 0).items())
        .containsExactly(expected(table, query(1), 20, 101));
    assertThat(index.search(query(1), 5, _ -> false).size()).isZero();
    assertThat(index.search(query(1), 0, _ -> true).size()).isZero();
    assertThat(index.search(query(1), COUNT * 10, _ -> true).size()).isEqualTo(COUNT);
  }

  @ParameterizedTest
  @MethodSource("indexes")
  void answersFromOneVectorAndFromNone(Maker maker) {
    assertThat(maker.make(table(1)).search(query(1), 3, _ -> true).items()).containsExactly(7);
    assertThat(maker.make(table(0)).search(query(1), 3, _ -> true).size()).isZero();
  }

  @ParameterizedTest
  @MethodSource("indexes")
  void refusesQueriesOfAnotherLength(Maker maker) {
    VectorIndex index = maker.make(table(10));
    assertThatThrownBy(() -> index.search(new float[DIMENSION + 1], 3, _ -> true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: " + DIMENSION);
  }

  @Test
  void addsUpLikeAPlainLoop() {
    Random random = new Random(1);
    for (int length : new int[] {0, 1, 7, 16, 17, 31, 64, 100, 257}) {
      float[] a = new float[length + 3];
      float[] b = new float[length + 5];
      for (int i = 0; i < a.length; i++) {
        a[i] = random.nextFloat() - 0.5f;
      }
      for (int i = 0; i < b.length; i++) {
        b[i] = random.nextFloat() - 0.5f;
      }
      double expected = 0;
      for (int i = 0; i < length; i++) {
        expected += (double) a[3 + i] * b[5 + i];
      }
      assertThat((double) Vectors.dot(a, 3, b, 5, length))
          .isCloseTo(expected, org.assertj.core.api.Assertions.within(1e-4));
    }
  }

  @Test
  void keepsTheBestOfManyAndIgnoresNotANumber() {
    Random random = new Random(5);
    for (int k : new int[] {0, 1, 3, 50, 500}) {
      TopK best = new TopK(k);
      float[] scores = new float[200];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextInt(40);
        best.offer(i, scores[i]);
        best.offer(1_000 + i, Float.NaN);
      }
      int[] expected =
          IntStream.range(0, 200)
              .boxed()
              .sorted(
                  (a, b) -> scores[a] != scores[b] ? Float.compare(scores[b], scores[a]) : a - b)
              .limit(k)
              .mapToInt(i -> i)
              .toArray();
      assertThat(best.drain().items()).containsExactly(expected);
    }
  }
}
