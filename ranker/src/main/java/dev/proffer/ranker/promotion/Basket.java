// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.Set;

/// A cart with everything looked up: what evaluation is a function of, beside person, moment,
/// promotions and usage.
///
/// @param items the item of each line
/// @param quantities units of each line
/// @param unitPrices the price of a unit of each line before promotions
/// @param currency the ISO 4217 code of all amounts
/// @param shipping the shipping fee before promotions
/// @param points points that the person offers to use
/// @param unlocked ids of promotions whose code was entered
@SuppressWarnings("ArrayRecordComponent") // Indexed by line in the inner loops, never changed.
record Basket(
    ItemFacts[] items,
    int[] quantities,
    long[] unitPrices,
    String currency,
    long shipping,
    long points,
    Set<String> unlocked) {
  int size() {
    return items.length;
  }

  long before(int line) {
    return unitPrices[line] * quantities[line];
  }

  /// Below this no promotion takes the line. A line that is cheaper already has nothing to give.
  long floor(int line) {
    return items[line].floorPriceMinorUnits() * quantities[line];
  }

  long subtotal() {
    long sum = 0;
    for (int line = 0; line < items.length; line++) {
      sum += before(line);
    }
    return sum;
  }
}
