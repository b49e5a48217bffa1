// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.TopK;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Weights of directed links between items: a small open-addressing table for each item.
///
/// One thread writes while many read without locks. A reader may miss the newest weight, never
/// more: a table is replaced as a whole when it grows, keys are only ever added to it, and the
/// weight of a key that was just added reads as 0 at worst.
final class TransitionCounts {
  private final int linksMax;
  private volatile @Nullable Row[] rows = new Row[1024];

  /// The links of one item. Slots hold the number of the other item plus 1; 0 is empty.
  static final class Row {
    final int[] keys;
    final float[] weights;
    private int used;

    Row(int capacity) {
      keys = new int[capacity];
      weights = new float[capacity];
    }

    /// The links in use.
    int used() {
      return used;
    }

    float weight(int item) {
      int slot = slot(item);
      return keys[slot] == 0 ? 0 : weights[slot];
    }

    private int slot(int item) {
      int mask = keys.length - 1;
      int slot = (item * 0x9E3779B1) >>> 16 & mask;
      while (keys[slot] != 0 && keys[slot] != item + 1) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private void put(int item, float weight) {
      int slot = slot(item);
      if (keys[slot] == 0) {
        used++;
        weights[slot] = weight;
        keys[slot] = item + 1;
      } else {
        weights[slot] += weight;
      }
    }
  }

  /// @param linksMax how many links one item keeps; the weakest are dropped beyond twice as many
  TransitionCounts(int linksMax) {
    this.linksMax = linksMax;
  }

  @Nullable Row row(int item) {
    Row[] table = rowsOf();
    return item >= 0 && item < table.length ? table[item] : null;
  }

  /// The number of items that may have links; all are below this.
  int capacity() {
    return rowsOf().length;
  }

  void add(int from, int to, float weight) {
    Row[] table = rowsOf();
    if (from >= table.length) {
      table = Arrays.copyOf(table, Math.max(from + 1, table.length * 2));
      rows = table;
    }
    Row row = table[from];
    if (row == null) {
      row = new Row(8);
      table[from] = row;
    } else if ((row.used + 1) * 4 > row.keys.length * 3) {
      row = row.used >= 2 * linksMax ? pruned(row, linksMax) : grown(row);
      table[from] = row;
    }
    row.put(to, weight);
  }

  /// Drops all but the strongest links of every item.
  void prune(int links) {
    Row[] table = rowsOf();
    for (int i = 0; i < table.length; i++) {
      Row row = table[i];
      if (row != null && row.used > links) {
        table[i] = pruned(row, links);
      }
    }
  }

  @SuppressWarnings(
      "NullAway") // Elements are nullable; the checker loses that of a volatile array.
  private Row[] rowsOf() {
    return rows;
  }

  private static Row grown(Row row) {
    Row larger = new Row(row.keys.length * 2);
    for (int slot = 0; slot < row.keys.length; slot++) {
      if (row.keys[slot] != 0) {
        larger.put(row.keys[slot] - 1, row.weights[slot]);
      }
    }
    return larger;
  }

  private static Row pruned(Row row, int links) {
    TopK strongest = new TopK(links);
    for (int slot = 0; slot < row.keys.length; slot++) {
      if (row.keys[slot] != 0) {
        strongest.offer(slot, row.weights[slot]);
      }
    }
    int capacity = Integer.highestOneBit(Math.max(8, links * 2 - 1)) * 2;
    Row smaller = new Row(capacity);
    for (int slot : strongest.drain().items()) {
      smaller.put(row.keys[slot] - 1, row.weights[slot]);
    }
    return smaller;
  }
}
