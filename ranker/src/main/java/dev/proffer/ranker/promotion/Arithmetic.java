// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// Rounding and sharing out of money, stated once for the whole engine.
///
/// Percentages are rounded half up to the minor unit on each line. An amount that several lines
/// share is split in proportion to what they cost, rounded down; the units that are left over go
/// one by one to the lines with the greatest remainder, the earlier line first among equals.
final class Arithmetic {
  /// The largest amount that a cart may be worth, so that a product with 10,000 basis points fits.
  static final long AMOUNT_MAX = 900_000_000_000_000L;

  private Arithmetic() {}

  static long percent(long amount, int basisPoints) {
    return (amount * basisPoints + 5_000) / 10_000;
  }

  /// What a tiered promotion takes off one line that is the whole spend.
  static long tieredOff(Effect.Tiered tiered, long spend) {
    int tier = tiered.reached(spend);
    if (tier < 0) {
      return 0;
    }
    if (tiered.basisPoints()[tier] > 0) {
      return percent(spend, tiered.basisPoints()[tier]);
    }
    return tieredAmount(tiered, tier, spend);
  }

  /// The amount of a tier, once for each multiple of its spend when it repeats.
  static long tieredAmount(Effect.Tiered tiered, int tier, long spend) {
    long amount = tiered.amounts()[tier];
    if (!tiered.repeats()) {
      return amount;
    }
    long times = spend / tiered.spends()[tier];
    return times > AMOUNT_MAX / Math.max(1, amount) ? AMOUNT_MAX : times * amount;
  }
}
