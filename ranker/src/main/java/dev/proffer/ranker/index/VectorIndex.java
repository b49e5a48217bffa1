// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.util.function.IntPredicate;

/// Finds the vectors with the largest inner product with a query.
///
/// With vectors and queries of length 1 that is cosine similarity. Implementations are immutable or
/// safe for use by many threads.
public interface VectorIndex {
  /// Below this many vectors an exact scan is as fast as a graph, and exact.
  int EXACT_MAX = 50_000;

  /// Accepts every number, and spares an index to ask for each.
  IntPredicate ALL = _ -> true;

  int dimension();

  /// The number of vectors.
  int size();

  /// Up to `k` accepted numbers, best first. Fewer only when fewer are accepted: an approximate
  /// index falls back to an exact scan before it returns less.
  ///
  /// @throws IllegalArgumentException when the query has another length than the vectors
  Hits search(float[] query, int k, IntPredicate accepted);

  /// The index that suits this many vectors.
  static VectorIndex of(VectorTable table) {
    return table.size() < EXACT_MAX ? new ExactIndex(table) : new HnswIndex(table);
  }

  static void checkQuery(float[] query, int dimension) {
    if (query.length != dimension) {
      throw new IllegalArgumentException(
          "query: " + query.length + " elements (expected: " + dimension + ")");
    }
  }
}
