// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.List;

/// What a cart costs: the best legal combination of promotions, and what each of them did.
///
/// @param applied the promotions that apply, in the order in which they were applied
/// @param after each line after promotions
/// @param shipping the shipping fee after promotions
/// @param entries for each lane, the lines as the lanes before left them
/// @param exact whether no combination is better; false when the search was cut at its bound
@SuppressWarnings("ArrayRecordComponent") // Indexed by line, never changed.
record Pricing(
    List<Applied> applied, long[] after, long shipping, long[][] entries, boolean exact) {
  /// @param off what it takes off each line
  /// @param shippingOff what it takes off the shipping fee
  /// @param pointsUsed the points that it costs
  @SuppressWarnings("ArrayRecordComponent") // As above.
  record Applied(CompiledPromotion promotion, long[] off, long shippingOff, long pointsUsed) {
    long saving() {
      long sum = shippingOff;
      for (long amount : off) {
        sum += amount;
      }
      return sum;
    }
  }

  /// What the person pays.
  long total() {
    long sum = shipping;
    for (long amount : after) {
      sum += amount;
    }
    return sum;
  }
}
