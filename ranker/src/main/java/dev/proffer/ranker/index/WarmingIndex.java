// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers at once by scanning, and with a graph from when one is built beside it, where there are
/// enough vectors for that to be faster.
public final class WarmingIndex implements VectorIndex {
  private static final Logger log = LoggerFactory.getLogger(WarmingIndex.class);

  private volatile VectorIndex current;

  /// @param builder runs the building of the graph, which takes seconds to minutes
  public WarmingIndex(VectorTable table, Executor builder) {
    this(table, builder, EXACT_MAX, HnswIndex::new);
  }

  /// @param graphFrom how many vectors are worth a graph
  WarmingIndex(
      VectorTable table,
      Executor builder,
      int graphFrom,
      Function<VectorTable, VectorIndex> graph) {
    this.current = new ExactIndex(table);
    if (table.size() >= graphFrom) {
      builder.execute(() -> {
        try {
          current = graph.apply(table);
        } catch (RuntimeException e) {
          log.warn("no graph of {} vectors, they are scanned: {}", table.size(), e.toString());
        }
      });
    }
  }

  @Override
  public int dimension() {
    return current.dimension();
  }

  @Override
  public int size() {
    return current.size();
  }

  @Override
  public Hits search(float[] query, int k, IntPredicate accepted) {
    return current.search(query, k, accepted);
  }
}
