// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutlineTest {
  private static final int DIMENSION = 300;
  private static final int COUNT = 2_000;

  private static VectorTable table;

  @BeforeAll
  static void make() {
    float[] values = new float[COUNT * DIMENSION];
    Random random = new Random(3);
    for (int row = 0; row < COUNT; row++) {
      System.arraycopy(vector(random), 0, values, row * DIMENSION, DIMENSION);
    }
    table = new VectorTable(DIMENSION, IntStream.range(0, COUNT).toArray(), values);
  }

  /// Most of the difference is in few directions, as in vectors of texts and pictures.
  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) ((i == 7 ? 4 : 0) + random.nextGaussian() * 4 / (1 + 0.1 * i));
    }
    return vector;
  }

  private static double promised(Outline outline, float[] query, int row) {
    float[] asked = new float[Outline.LENGTH];
    double sum = outline.ofQuery(query, asked);
    byte[] kept = outline.of(table.values(), row * DIMENSION);
    for (int i = 0; i < Outline.LENGTH; i++) {
      sum += asked[i] * kept[i];
    }
    return sum;
  }

  @Test
  void promisesAtLeastTheProductAndLittleMore() {
    LayeredLinks links = new GraphBuilder(8, 50, 2).build(table, Metric.INNER_PRODUCT);
    Outline learnt = Outline.learn(table, links);
    assertThat(learnt.cosine()).isBetween(0f, 0.5f);
    Outline sure =
        new Outline(DIMENSION, learnt.directions(), learnt.offsets(), learnt.scales(), 1);
    Random random = new Random(9);
    double more = 0;
    double differences = 0;
    for (int q = 0; q < 50; q++) {
      float[] query = vector(random);
      double first = Vectors.dot(query, 0, table.values(), 0, DIMENSION);
      for (int row = 0; row < COUNT; row++) {
        double product = Vectors.dot(query, 0, table.values(), row * DIMENSION, DIMENSION);
        double promised = promised(sure, query, row);
        // A step of a byte is a 254th of how much a component differs.
        assertThat(promised).isGreaterThan(product - 2);
        more += promised(learnt, query, row) - product;
        differences += Math.abs(product - first);
      }
    }
    assertThat(more).isLessThan(0.5 * differences);
  }

  @Test
  void alsoOutlinesVectorsOfFewDirectionsAndEqualOnes() {
    float[] values = new float[500 * DIMENSION];
    Random random = new Random(5);
    for (int row = 0; row < 500; row++) {
      values[row * DIMENSION] = 1;
      values[row * DIMENSION + 1] = row % 10 == 0 ? 0 : random.nextFloat();
    }
    VectorTable plane = new VectorTable(DIMENSION, IntStream.range(0, 500).toArray(), values);
    LayeredLinks links = new GraphBuilder(8, 50, 1).build(plane, Metric.EUCLIDEAN);
    FrozenGraph graph = FrozenGraph.of(plane, links, Metric.EUCLIDEAN, Precision.FLOAT);
    float[] query = new float[DIMENSION];
    query[0] = 1;
    query[1] = 2;
    Hits hits = graph.search(query, 5, 50, VectorIndex.ALL);
    assertThat(hits.items()).hasSize(5);
    float largest = 0;
    for (int row = 0; row < 500; row++) {
      largest = Math.max(largest, values[row * DIMENSION + 1]);
    }
    assertThat(values[hits.items()[0] * DIMENSION + 1]).isEqualTo(largest);
  }

  @ParameterizedTest
  @CsvSource({"EUCLIDEAN, FLOAT", "EUCLIDEAN, INT8", "INNER_PRODUCT, FLOAT", "INNER_PRODUCT, INT8"})
  void aSearchOfWideVectorsMissesLittle(Metric metric, Precision precision, @TempDir Path folder)
      throws Exception {
    HnswIndex.Parameters parameters = new HnswIndex.Parameters(16, 100, 100, 2, metric, precision);
    HnswIndex index = new HnswIndex(table, parameters);
    Path file = folder.resolve("wide.index");
    index.save(file);
    HnswIndex opened = HnswIndex.open(file, parameters);
    Random random = new Random(21);
    int found = 0;
    for (int q = 0; q < 50; q++) {
      float[] query = vector(random);
      int[] right = index.search(query, 10, COUNT, VectorIndex.ALL).items();
      Hits hits = index.search(query, 10, VectorIndex.ALL);
      // The last digit of a sum depends on whether it is compiled yet.
      assertThat(opened.search(query, 10, VectorIndex.ALL).scores())
          .usingComparatorWithPrecision(0.01f)
          .containsExactly(hits.scores());
      found +=
          (int)
              Arrays.stream(hits.items())
                  .filter(item -> Arrays.stream(right).anyMatch(r -> r == item))
                  .count();
      // Goes on from fewer than it answers with.
      assertThat(index.search(query, 50, 10, VectorIndex.ALL).items()).hasSize(50);
    }
    assertThat(found / 500.0).isGreaterThan(0.95);
  }
}
