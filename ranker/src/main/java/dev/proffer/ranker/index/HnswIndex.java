// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import com.github.jelmerk.hnswlib.core.DistanceFunction;
import com.github.jelmerk.hnswlib.core.Item;
import com.github.jelmerk.hnswlib.core.SearchResult;
import java.util.List;
import java.util.function.IntPredicate;

/// A hierarchical navigable small world graph, built by hnswlib-core: approximate, and the faster
/// one for many vectors.
///
/// Inner product is turned into distance by one more dimension (Bachrach et al. 2014): with M the
/// largest length, a vector x becomes (x, √(M² − |x|²)) and a query (q, 0); the nearest by
/// Euclidean distance is then the one with the largest inner product.
public final class HnswIndex implements VectorIndex {
  private static final DistanceFunction<float[], Float> SQUARED_DISTANCE =
      (a, b) -> {
        // All rows of one index have the same length, so this is |a|² + |b|² − 2ab up to what is
        // constant for a query.
        return -Vectors.dot(a, 0, b, 0, a.length);
      };

  // Inner products with vectors of different lengths need a wide search: with 64 candidates a third
  // of the right answers is missed.
  private static final int WIDTH_MIN = 400;

  // More candidates than this are looked at by scanning instead.
  private static final int WIDEST_SEARCH = 4_096;

  private final VectorTable table;
  private final ExactIndex exact;
  private final com.github.jelmerk.hnswlib.core.hnsw.HnswIndex<Integer, float[], Row, Float> graph;

  @SuppressWarnings("ArrayRecordComponent") // The shape that the library asks for.
  private record Row(Integer id, float[] vector) implements Item<Integer, float[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public int dimensions() {
      return vector.length;
    }
  }

  /// @param m links of a vector
  /// @param construction candidates that are looked at for the links of a new vector
  /// @param threads threads that build
  public HnswIndex(VectorTable table, int m, int construction, int threads) {
    this.table = table;
    this.exact = new ExactIndex(table);
    int dimension = table.dimension();
    double longest = 0;
    double[] squares = new double[table.size()];
    for (int row = 0; row < table.size(); row++) {
      int from = row * dimension;
      squares[row] = Vectors.dot(table.values(), from, table.values(), from, dimension);
      longest = Math.max(longest, squares[row]);
    }
    this.graph =
        com.github.jelmerk.hnswlib.core.hnsw.HnswIndex.newBuilder(
                dimension + 1, SQUARED_DISTANCE, Math.max(1, table.size()))
            .withM(m)
            .withEfConstruction(construction)
            .withEf(Math.max(64, construction / 2))
            .build();
    List<Row> rows = new java.util.ArrayList<>(table.size());
    for (int row = 0; row < table.size(); row++) {
      float[] vector = new float[dimension + 1];
      System.arraycopy(table.values(), row * dimension, vector, 0, dimension);
      vector[dimension] = (float) Math.sqrt(Math.max(0, longest - squares[row]));
      rows.add(new Row(row, vector));
    }
    try {
      graph.addAll(rows, threads, (_, _) -> {}, Integer.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the index was built", e);
    }
  }

  @Override
  public int dimension() {
    return table.dimension();
  }

  @Override
  public int size() {
    return table.size();
  }

  @Override
  public Hits search(float[] query, int k, IntPredicate accepted) {
    VectorIndex.checkQuery(query, table.dimension());
    float[] longer = new float[query.length + 1];
    System.arraycopy(query, 0, longer, 0, query.length);
    for (int width = Math.max(WIDTH_MIN, 4 * k);
        width <= Math.min(WIDEST_SEARCH, size());
        width *= 4) {
      TopK best = new TopK(k);
      for (SearchResult<Row, Float> hit : graph.findNearest(longer, width)) {
        int row = hit.item().id();
        float score = Vectors.dot(table.values(), row * query.length, query, 0, query.length);
        best.offer(table.numbers()[row], score, accepted);
      }
      if (best.size() == k) {
        return best.drain();
      }
    }
    return exact.search(query, k, accepted);
  }
}
