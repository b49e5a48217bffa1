// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.util.function.BiPredicate;
import java.util.function.IntFunction;

/// Finds every set of items that is in enough baskets.
public interface ItemsetMiner {
  /// Visits each frequent itemset once, in no particular order.
  ///
  /// @param supportMin the least number of baskets, at least 1
  /// @param sizeMax the largest number of items in a set
  void mine(Baskets baskets, int supportMin, int sizeMax, Visitor visitor);

  /// Receives frequent itemsets.
  @FunctionalInterface
  interface Visitor {
    /// Receives one set.
    ///
    /// @param items the set is `items[0 … size)`; the array is reused between calls
    /// @param support the number of baskets that hold all of them
    void visit(int[] items, int size, int support);
  }

  /// Passes on only sets of which no two items are related.
  static Visitor unrelated(
      IntFunction<String> label, BiPredicate<String, String> related, Visitor visitor) {
    return (items, size, support) -> {
      for (int i = 0; i < size; i++) {
        for (int j = i + 1; j < size; j++) {
          if (related.test(label.apply(items[i]), label.apply(items[j]))) {
            return;
          }
        }
      }
      visitor.visit(items, size, support);
    };
  }

  /// The least number of baskets whose share is at least this support, as `count / baskets ≥
  /// support`.
  static int supportMin(double support, int baskets) {
    int count = (int) Math.ceil(support * baskets);
    // The product may be rounded to just above a whole number.
    while (count > 1 && (double) (count - 1) / baskets >= support) {
      count--;
    }
    return Math.max(1, count);
  }
}
