// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import org.jspecify.annotations.Nullable;

/// What a promotion does, resolved once: no lookups of lists and no unset fields are left.
sealed interface Effect {
  /// A percentage off each line, rounded half up on the line.
  record Percent(int basisPoints) implements Effect {}

  /// One amount off the lines together.
  record AmountOnce(long amount) implements Effect {}

  /// An amount off every unit.
  record AmountEach(long amount) implements Effect {}

  /// A price for a unit; `maxUnits` is [Integer#MAX_VALUE] for all.
  record Fixed(long price, int maxUnits) implements Effect {}

  /// An amount or a percentage off by the spend; `basisPoints` of a tier are 0 when its amount
  /// counts.
  @SuppressWarnings("ArrayRecordComponent") // Read on the hot path, never compared, never changed.
  record Tiered(long[] spends, long[] amounts, int[] basisPoints, boolean repeats)
      implements Effect {
    /// The highest tier that this spend reaches, or -1.
    int reached(long spend) {
      int tier = -1;
      for (int i = 0; i < spends.length && spends[i] <= spend; i++) {
        tier = i;
      }
      return tier;
    }
  }

  /// A percentage off every nth unit, dearest units counted first.
  record Nth(int nth, int basisPoints) implements Effect {}

  /// `get` units free for each `buy` paid ones; `from` is null when they come from the same lines.
  record BuyGet(int buy, int get, @Nullable Selector from, int maxTimes) implements Effect {}

  /// An item at no charge.
  record Present(String itemId, int quantity) implements Effect {}

  /// No shipping fee.
  record ShippingFree() implements Effect {}

  /// A set at one price. Parts take units in order, dearest first.
  @SuppressWarnings("ArrayRecordComponent") // As above.
  record Bundle(Selector[] parts, int[] quantities, long price) implements Effect {}

  /// Points against money; `maxBasisPoints` is 10000 for all of it.
  record Points(long pointsPerStep, long stepAmount, int maxBasisPoints) implements Effect {}
}
