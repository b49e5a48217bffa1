// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.util.Arrays;

/// Whole numbers in an array, of which the lowest is found at once.
final class LongHeap {
  private long[] values;
  private int size;

  /// An empty heap.
  ///
  /// @param values is used when it is long enough for `capacity`; what it holds is lost
  LongHeap(long[] values, int capacity) {
    this.values = values.length < capacity ? new long[capacity] : values;
  }

  int size() {
    return size;
  }

  /// The numbers, in no order that means anything, for the first [#size].
  long[] values() {
    return values;
  }

  long lowest() {
    return values[0];
  }

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(16, 2 * size));
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (values[parent] <= value) {
        break;
      }
      values[at] = values[parent];
      at = parent;
    }
    values[at] = value;
  }

  /// Takes the lowest out.
  long poll() {
    long lowest = values[0];
    size--;
    if (size > 0) {
      sink(values[size]);
    }
    return lowest;
  }

  void replaceLowest(long value) {
    sink(value);
  }

  private void sink(long value) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && values[child + 1] < values[child]) {
        child++;
      }
      if (values[child] >= value) {
        break;
      }
      values[at] = values[child];
      at = child;
    }
    values[at] = value;
  }
}
