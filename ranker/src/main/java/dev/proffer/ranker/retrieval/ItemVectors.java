// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.index.HnswIndex;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Vectors of the items of a catalogue that changes, by item number, and the index over them.
///
/// They are scanned at first, which needs nothing to be built; many of them are better searched by
/// a graph, which takes minutes to build: see [#graphed]. A changed catalogue gets new ones from
/// [#updated], which share the graph and only put the changed items in. Those of before then find
/// the changed items too, which does no harm: whoever asks checks what may be shown.
final class ItemVectors {
  // Up to this share of the items of a graph may change before it is built anew.
  private static final double CHANGED_MAX = 0.1;

  private static final int NO_ROW = -1;
  private static final int LATER = -2;

  private final VectorTable table;
  private final VectorIndex index;
  // By item number: the row of the table, or LATER less the row of `later`, or NO_ROW.
  private final int[] rowOf;
  private final float[][] later;

  /// @param capacity item numbers are below this
  ItemVectors(VectorTable table, int capacity) {
    this.table = table;
    this.index = new ExactIndex(table);
    this.rowOf = new int[capacity];
    this.later = new float[0][];
    Arrays.fill(rowOf, NO_ROW);
    for (int row = 0; row < table.size(); row++) {
      rowOf[table.numbers()[row]] = row;
    }
  }

  private ItemVectors(VectorTable table, VectorIndex index, int[] rowOf, float[][] later) {
    this.table = table;
    this.index = index;
    this.rowOf = rowOf;
    this.later = later;
  }

  /// Whether they are more than so many and scanned.
  boolean scansMoreThan(int max) {
    return index instanceof ExactIndex && table.size() > max;
  }

  /// The same vectors, searched by a graph that is built now.
  ItemVectors graphed() {
    return new ItemVectors(table, new HnswIndex(table), rowOf, later);
  }

  /// The vectors of a catalogue in which some items have changed; null when they are better made
  /// anew: where no graph is searched, or after many changes.
  ///
  /// @param vectorOf the vector of an item; null for one that has none or is gone
  @Nullable ItemVectors updated(
      int capacity, int[] changed, IntFunction<float @Nullable []> vectorOf) {
    if (!(index instanceof HnswIndex graph)
        || later.length + changed.length > CHANGED_MAX * table.size()) {
      return null;
    }
    int[] rows = Arrays.copyOf(rowOf, capacity);
    Arrays.fill(rows, Math.min(rowOf.length, capacity), capacity, NO_ROW);
    float[][] all = Arrays.copyOf(later, later.length + changed.length);
    int next = later.length;
    for (int item : changed) {
      float[] vector = vectorOf.apply(item);
      if (vector == null) {
        graph.remove(item);
        rows[item] = NO_ROW;
      } else {
        graph.add(item, vector);
        all[next] = vector;
        rows[item] = LATER - next++;
      }
    }
    return new ItemVectors(table, graph, rows, Arrays.copyOf(all, next));
  }

  VectorIndex index() {
    return index;
  }

  int dimension() {
    return table.dimension();
  }

  /// Whether an item has a vector.
  boolean has(int item) {
    return row(item) != NO_ROW;
  }

  /// The inner product with a vector; 0 for an item that has none.
  float dot(int item, float[] vector) {
    int row = row(item);
    return row == NO_ROW ? 0 : Vectors.dot(values(row), from(row), vector, 0, dimension());
  }

  /// The inner product of two items; 0 when one has no vector.
  float dot(int a, int b) {
    int rowA = row(a);
    int rowB = row(b);
    return rowA == NO_ROW || rowB == NO_ROW
        ? 0
        : Vectors.dot(values(rowA), from(rowA), values(rowB), from(rowB), dimension());
  }

  /// Adds a multiple of the vector of an item that has one.
  void addTo(float[] sum, int item, float weight) {
    int row = row(item);
    Vectors.addScaled(sum, 0, values(row), from(row), weight, dimension());
  }

  private int row(int item) {
    return item >= 0 && item < rowOf.length ? rowOf[item] : NO_ROW;
  }

  private float[] values(int row) {
    return row >= 0 ? table.values() : later[LATER - row];
  }

  private int from(int row) {
    return row >= 0 ? row * dimension() : 0;
  }
}
