// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import com.github.jelmerk.hnswlib.core.Item;
import com.github.jelmerk.hnswlib.core.SearchResult;
import com.github.jelmerk.hnswlib.core.hnsw.HnswIndex;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The vectors that came after a graph was frozen, in a graph of hnswlib-core, which takes changes
/// while it is searched.
///
/// One thread changes it at a time; any number search it.
final class Tail {
  /// Up to this many, a scan is as fast as the graph.
  private static final int SCAN_MAX = 2_000;

  private static final int CAPACITY = 1 << 10;

  private final int dimension;
  private final Metric metric;
  private final int width;
  private final Map<Integer, float[]> vectors = new ConcurrentHashMap<>();
  private final HnswIndex<Integer, float[], Entry, Float> graph;
  private long version;

  /// @param version the library takes a vector for newer than another of its number by this
  @SuppressWarnings("ArrayRecordComponent") // The shape that the library asks for.
  private record Entry(Integer id, float[] vector, long version) implements Item<Integer, float[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public int dimensions() {
      return vector.length;
    }
  }

  Tail(int dimension, Metric metric, int links, int construction, int width) {
    this.dimension = dimension;
    this.metric = metric;
    this.width = width;
    this.graph =
        HnswIndex.newBuilder(dimension, GraphBuilder.distance(metric), CAPACITY)
            .withM(links)
            .withEfConstruction(construction)
            .withEf(width)
            .withRemoveEnabled()
            .build();
  }

  int size() {
    return vectors.size();
  }

  boolean contains(int number) {
    return vectors.containsKey(number);
  }

  Map<Integer, float[]> vectors() {
    return vectors;
  }

  void put(int number, float[] vector) {
    if (graph.size() >= graph.getMaxItemCount() - 1) {
      graph.resize(Math.multiplyExact(2, graph.getMaxItemCount()));
    }
    remove(number);
    graph.add(new Entry(number, vector, ++version));
    vectors.put(number, vector);
  }

  void remove(int number) {
    if (vectors.remove(number) != null) {
      graph.remove(number, ++version);
    }
  }

  /// Up to `k` accepted numbers, best first; fewer only when fewer are accepted.
  Hits search(float[] query, int k, IntPredicate accepted) {
    int size = vectors.size();
    TopK best = new TopK(Math.min(k, size));
    if (size > SCAN_MAX) {
      for (SearchResult<Entry, Float> hit : graph.findNearest(query, Math.max(width, 2 * k))) {
        offer(hit.item().id(), query, best, accepted);
      }
      if (best.size() == Math.min(k, size)) {
        return best.drain();
      }
      best.drain();
    }
    for (Integer number : vectors.keySet()) {
      offer(number, query, best, accepted);
    }
    return best.drain();
  }

  private void offer(Integer number, float[] query, TopK best, IntPredicate accepted) {
    float @Nullable [] vector = vectors.get(number);
    if (vector != null) {
      best.offer(number, score(vector, query), accepted);
    }
  }

  private float score(float[] vector, float[] query) {
    return switch (metric) {
      case INNER_PRODUCT -> Vectors.dot(vector, 0, query, 0, dimension);
      case EUCLIDEAN -> -Vectors.squaredDistance(vector, query);
    };
  }
}
