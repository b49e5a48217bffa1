// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

/// The latest steps of one person: items and the basket that each belongs to, oldest first.
///
/// A basket is what was bought in one order, or what happened at one instant; the order of items in
/// it means nothing. Not safe for use by several threads.
public final class Trail {
  private final int[] items;
  private final int[] baskets;
  private int size;
  private int basket;
  private long basketKey = Long.MIN_VALUE;

  /// @param max how many steps are remembered
  public Trail(int max) {
    this.items = new int[max];
    this.baskets = new int[max];
  }

  /// Takes a step. Returns false when it says nothing new: the item is the latest one, or in the
  /// basket already.
  boolean step(int item, long key) {
    if (size > 0 && items[size - 1] == item) {
      return false;
    }
    if (key != basketKey) {
      basket++;
      basketKey = key;
    }
    for (int i = size - 1; i >= 0 && baskets[i] == basket; i--) {
      if (items[i] == item) {
        return false;
      }
    }
    if (size == items.length) {
      int keep = Math.max(1, items.length / 2);
      System.arraycopy(items, size - keep, items, 0, keep);
      System.arraycopy(baskets, size - keep, baskets, 0, keep);
      size = keep;
    }
    items[size] = item;
    baskets[size] = basket;
    size++;
    return true;
  }

  public int size() {
    return size;
  }

  int item(int i) {
    return items[i];
  }

  int basket(int i) {
    return baskets[i];
  }

  /// The remembered items, newest first, without repeats.
  public int[] newestFirst(int max) {
    int[] result = new int[Math.min(max, size)];
    int count = 0;
    for (int i = size - 1; i >= 0 && count < result.length; i--) {
      boolean repeated = false;
      for (int j = 0; j < count && !repeated; j++) {
        repeated = result[j] == items[i];
      }
      if (!repeated) {
        result[count++] = items[i];
      }
    }
    return java.util.Arrays.copyOf(result, count);
  }
}
