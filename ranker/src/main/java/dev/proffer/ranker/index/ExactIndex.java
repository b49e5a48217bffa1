// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.util.function.IntPredicate;

/// Compares the query with every vector. Exact, and the faster one below about 50,000 vectors.
public final class ExactIndex implements VectorIndex {
  private final VectorTable table;

  public ExactIndex(VectorTable table) {
    this.table = table;
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
    TopK best = new TopK(Math.min(k, table.size()));
    int[] numbers = table.numbers();
    float[] values = table.values();
    int dimension = table.dimension();
    for (int row = 0; row < numbers.length; row++) {
      float score = Vectors.dot(values, row * dimension, query, 0, dimension);
      best.offer(numbers[row], score, accepted);
    }
    return best.drain();
  }
}
