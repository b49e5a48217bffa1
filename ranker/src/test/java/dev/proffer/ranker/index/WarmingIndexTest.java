// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WarmingIndexTest {
  private static final int DIMENSION = 4;

  private final Random random = new Random(3);
  private final Queue<Runnable> building = new ArrayDeque<>();

  private VectorTable table(int size) {
    float[] values = new float[size * DIMENSION];
    for (int row = 0; row < size; row++) {
      System.arraycopy(unit(), 0, values, row * DIMENSION, DIMENSION);
    }
    return new VectorTable(DIMENSION, IntStream.range(0, size).toArray(), values);
  }

  private float[] unit() {
    float[] vector = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    Vectors.normalize(vector, 0, DIMENSION);
    return vector;
  }

  private static Set<Integer> found(VectorIndex index, float[] query) {
    return Arrays.stream(index.search(query, 10, item -> item % 2 == 0).items())
        .boxed()
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void scansUntilTheGraphIsBuiltAndThenFindsNearlyTheSame() {
    VectorTable table = table(2_000);
    WarmingIndex index = new WarmingIndex(table, building::add, 2_000, HnswIndex::new);
    ExactIndex exact = new ExactIndex(table);
    float[] first = unit();
    assertThat(found(index, first)).isEqualTo(found(exact, first));
    building.remove().run();
    assertThat(index.size()).isEqualTo(table.size());
    assertThat(index.dimension()).isEqualTo(DIMENSION);
    int same = 0;
    for (int query = 0; query < 50; query++) {
      float[] vector = unit();
      Set<Integer> found = found(index, vector);
      assertThat(found).hasSize(10).allMatch(item -> item % 2 == 0);
      found.retainAll(found(exact, vector));
      same += found.size();
    }
    assertThat(same).isGreaterThan(450);
  }

  @Test
  void buildsNothingForFewVectors() {
    WarmingIndex index = new WarmingIndex(table(100), building::add);
    assertThat(building).isEmpty();
    assertThat(found(index, unit())).hasSize(10);
  }

  @Test
  void goesOnScanningWhenTheGraphCannotBeBuilt() {
    VectorTable table = table(2_000);
    WarmingIndex index =
        new WarmingIndex(
            table,
            building::add,
            2_000,
            _ -> {
              throw new IllegalStateException("no memory is left");
            });
    building.remove().run();
    float[] query = unit();
    assertThat(found(index, query)).isEqualTo(found(new ExactIndex(table), query));
  }
}
