// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What only the graph does: keeping files, taking changes, filtering in three ways.
class HnswIndexTest {
  private static final int DIMENSION = 20;
  private static final int COUNT = 3_000;

  private static VectorTable table;
  private static LayeredLinks links;

  @BeforeAll
  static void build() {
    Random random = new Random(11);
    float[] values = new float[COUNT * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    table = new VectorTable(DIMENSION, IntStream.range(0, COUNT).map(i -> 3 * i).toArray(), values);
    links = new GraphBuilder(16, 100, 1).build(table, Metric.INNER_PRODUCT);
  }

  private static float[] vector(int seed) {
    Random random = new Random(seed);
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static HnswIndex small(int count) {
    VectorTable part =
        new VectorTable(
            DIMENSION,
            Arrays.copyOf(table.numbers(), count),
            Arrays.copyOf(table.values(), count * DIMENSION));
    return new HnswIndex(part);
  }

  private static double shareFound(FrozenGraph graph, Metric metric, IntPredicate accepted) {
    int found = 0;
    for (int q = 0; q < 40; q++) {
      float[] query = vector(q);
      int[] expected =
          IntStream.range(0, COUNT)
              .filter(row -> accepted.test(table.numbers()[row]))
              .boxed()
              .sorted((a, b) -> Double.compare(score(b, query, metric), score(a, query, metric)))
              .limit(10)
              .mapToInt(row -> table.numbers()[row])
              .toArray();
      Hits hits = graph.search(query, 10, 200, accepted);
      assertThat(Arrays.stream(hits.items()).allMatch(accepted)).isTrue();
      found +=
          (int)
              Arrays.stream(hits.items())
                  .filter(item -> Arrays.stream(expected).anyMatch(e -> e == item))
                  .count();
    }
    return found / 400.0;
  }

  private static double score(int row, float[] query, Metric metric) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) {
      double value = table.values()[row * DIMENSION + i];
      sum +=
          metric == Metric.INNER_PRODUCT
              ? value * query[i]
              : -(value - query[i]) * (value - query[i]);
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void findsNearlyAllByEveryPrecision(Precision precision) {
    FrozenGraph graph = FrozenGraph.of(table, links, Metric.INNER_PRODUCT, precision);
    assertThat(shareFound(graph, Metric.INNER_PRODUCT, VectorIndex.ALL)).isGreaterThan(0.95);
  }

  /// A search of this width keeps its nodes in heaps.
  @ParameterizedTest
  @EnumSource(Precision.class)
  void aVeryWideSearchFindsWhatAScanFinds(Precision precision) {
    FrozenGraph graph = FrozenGraph.of(table, links, Metric.INNER_PRODUCT, precision);
    int found = 0;
    for (int q = 0; q < 40; q++) {
      int[] wide = graph.search(vector(q), 100, 1_400, VectorIndex.ALL).items();
      int[] scanned = graph.search(vector(q), 100, COUNT, VectorIndex.ALL).items();
      assertThat(wide).hasSize(100);
      found +=
          (int)
              Arrays.stream(wide).filter(w -> Arrays.stream(scanned).anyMatch(s -> s == w)).count();
      // And again in the same scratch, sorted.
      assertThat(graph.search(vector(q), 100, 200, VectorIndex.ALL).items()[0]).isEqualTo(wide[0]);
    }
    assertThat(found / 4_000.0).isGreaterThan(0.99);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, 12, 100, 250})
  void findsNearlyAllWhateverShareIsAccepted(int modulus) {
    FrozenGraph graph = FrozenGraph.of(table, links, Metric.INNER_PRODUCT, Precision.FLOAT);
    assertThat(shareFound(graph, Metric.INNER_PRODUCT, number -> number / 3 % modulus == 0))
        .isGreaterThan(0.95);
  }

  @Test
  void findsTheNearestByDistance() {
    LayeredLinks near = new GraphBuilder(16, 100, 2).build(table, Metric.EUCLIDEAN);
    for (Precision precision : Precision.values()) {
      FrozenGraph graph = FrozenGraph.of(table, near, Metric.EUCLIDEAN, precision);
      assertThat(shareFound(graph, Metric.EUCLIDEAN, VectorIndex.ALL)).isGreaterThan(0.95);
      Hits hits = graph.search(vector(5), 3, 200, VectorIndex.ALL);
      assertThat((double) hits.scores()[0])
          .isCloseTo(score(hits.items()[0] / 3, vector(5), Metric.EUCLIDEAN), within(2e-3));
    }
  }

  @Test
  void eightBitsHalveTheMemoryAndScoreNearlyAsExactly() {
    FrozenGraph exact = FrozenGraph.of(table, links, Metric.INNER_PRODUCT, Precision.FLOAT);
    FrozenGraph packed = FrozenGraph.of(table, links, Metric.INNER_PRODUCT, Precision.INT8);
    assertThat(packed.bytes()).isLessThan(exact.bytes());
    Hits hits = packed.search(vector(1), 50, 200, VectorIndex.ALL);
    for (int i = 0; i < hits.size(); i++) {
      assertThat((double) hits.scores()[i])
          .isCloseTo(score(hits.items()[i] / 3, vector(1), Metric.INNER_PRODUCT), within(2e-3));
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void answersFromAFileAsItDidBefore(Precision precision, @TempDir Path folder) throws IOException {
    Path file = folder.resolve("items.index");
    HnswIndex.Parameters parameters = HnswIndex.Parameters.DEFAULT.withPrecision(precision);
    HnswIndex index = new HnswIndex(table, parameters);
    index.save(file);
    HnswIndex opened = HnswIndex.open(file, parameters);
    assertThat(opened.size()).isEqualTo(COUNT);
    for (int q = 0; q < 20; q++) {
      Hits before = index.search(vector(q), 10, VectorIndex.ALL);
      Hits after = opened.search(vector(q), 10, VectorIndex.ALL);
      assertThat(after.items()).containsExactly(before.items());
      assertThat(after.scores()).containsExactly(before.scores());
    }
  }

  @Test
  void refusesFilesThatAreCutOrAlteredByName(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("items.index");
    small(300).save(file);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 127, 128, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> HnswIndex.open(file, HnswIndex.Parameters.DEFAULT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("items.index");
    }
    Random random = new Random(2);
    for (int i = 0; i < 50; i++) {
      Files.write(file, whole);
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        long at = random.nextInt(whole.length);
        out.seek(at);
        out.write(whole[(int) at] ^ (1 << random.nextInt(8)));
      }
      assertThatThrownBy(() -> HnswIndex.open(file, HnswIndex.Parameters.DEFAULT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("items.index");
    }
  }

  @Test
  void findsWhatWasAddedAndNotWhatWasTakenOutBeforeAndAfterAFreeze() {
    HnswIndex index = small(500);
    float[] direction = vector(77);
    float[] far = direction.clone();
    for (int i = 0; i < DIMENSION; i++) {
      far[i] *= 3;
    }
    int formerBest = index.search(direction, 1, VectorIndex.ALL).items()[0];
    index.add(1_000_000, far);
    assertThat(index.remove(formerBest)).isTrue();
    assertThat(index.remove(formerBest)).isFalse();
    assertThat(index.remove(999_999)).isFalse();
    assertThat(index.tailSize()).isEqualTo(1);
    assertThat(index.size()).isEqualTo(500);
    for (int round = 0; round < 2; round++) {
      Hits hits = index.search(direction, 20, VectorIndex.ALL);
      assertThat(hits.items()[0]).isEqualTo(1_000_000);
      assertThat(hits.items()).doesNotContain(formerBest);
      assertThat(hits.size()).isEqualTo(20);
      index.freeze();
      assertThat(index.tailSize()).isZero();
    }
    // A replaced vector is found by its new place, once.
    index.add(1_000_000, vector(78));
    Hits hits = index.search(vector(78), 500, VectorIndex.ALL);
    assertThat(hits.items()).contains(1_000_000).doesNotHaveDuplicates().hasSize(500);
  }

  @Test
  void aTailOfThousandsIsSearchedToo() {
    HnswIndex index = small(100);
    for (int row = 0; row < 3_000; row++) {
      index.add(1_000_000 + row, table.copyOf(row));
    }
    index.remove(1_000_000);
    Hits hits = index.search(vector(3), 10, number -> number >= 1_000_000);
    assertThat(hits.size()).isEqualTo(10);
    assertThat(hits.items()).doesNotContain(1_000_000);
    assertThat(index.search(vector(3), 10, number -> number == 1_000_500).items())
        .containsExactly(1_000_500);
  }

  @Test
  void searchesSeeEveryVectorWhileTheGraphIsFrozenAnew() throws Exception {
    HnswIndex index = small(1_000);
    float[] direction = vector(99);
    float[] beacon = direction.clone();
    for (int i = 0; i < DIMENSION; i++) {
      beacon[i] *= 5;
    }
    index.add(5_000_000, beacon);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Integer> searches =
          threads.submit(() -> {
            int count = 0;
            while (!done.get()) {
              Hits hits = index.search(direction, 5, VectorIndex.ALL);
              assertThat(hits.items()[0]).isEqualTo(5_000_000);
              assertThat(hits.items()).doesNotHaveDuplicates();
              count++;
            }
            return count;
          });
      for (int round = 0; round < 4; round++) {
        Future<?> freeze = threads.submit(index::freeze);
        for (int i = 0; i < 50; i++) {
          index.add(6_000_000 + 50 * round + i, vector(1_000 * round + i));
        }
        freeze.get();
      }
      done.set(true);
      assertThat(searches.get()).isPositive();
    }
    assertThat(index.size()).isEqualTo(1_000 + 1 + 200);
    assertThat(index.search(vector(2_007), 1_300, VectorIndex.ALL).items())
        .contains(6_000_107, 6_000_000, 6_000_199)
        .hasSize(1_201);
  }

  @Test
  void refusesVectorsThatAreNoPlaceInSpace() {
    HnswIndex index = small(10);
    assertThatThrownBy(() -> index.add(1, new float[DIMENSION - 1]))
        .isInstanceOf(IllegalArgumentException.class);
    float[] broken = new float[DIMENSION];
    broken[3] = Float.NaN;
    assertThatThrownBy(() -> index.add(1, broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite");
    assertThat(index.search(new float[DIMENSION], 3, VectorIndex.ALL).size()).isEqualTo(3);
  }
}
