// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.math.BigInteger;
import java.util.Arrays;

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

  /// Splits `total` over the lines named by the first `count` entries of `lines`, in proportion to
  /// `weights` and none above its `limits`, and adds each share to `shares`; all three are indexed
  /// by line. What a line cannot take is split over the others in the same way. `total` must not be
  /// above the sum of the limits, and no limit above its weight.
  static void share(
      long total, int[] lines, int count, long[] weights, long[] limits, long[] shares) {
    int[] open = Arrays.copyOf(lines, count);
    long left = total;
    while (left > 0 && count > 0) {
      long sum = 0;
      for (int k = 0; k < count; k++) {
        sum += weights[open[k]];
      }
      // 1. Lines whose exact share is above their limit take the limit; then the rest start again.
      int kept = 0;
      long taken = 0;
      for (int k = 0; k < count; k++) {
        int line = open[k];
        long share = quotient(left, weights[line], sum);
        boolean above =
            share > limits[line]
                || (share == limits[line] && remainder(left, weights[line], sum) > 0);
        if (above) {
          shares[line] += limits[line];
          taken += limits[line];
        } else {
          open[kept++] = line;
        }
      }
      if (kept < count) {
        left -= taken;
        count = kept;
        continue;
      }
      // 2. Nobody is above: everybody takes the share rounded down, then the greatest remainders.
      long rest = left;
      long[] remainders = new long[count];
      for (int k = 0; k < count; k++) {
        int line = open[k];
        long share = quotient(left, weights[line], sum);
        remainders[k] = remainder(left, weights[line], sum);
        shares[line] += share;
        rest -= share;
      }
      for (; rest > 0; rest--) {
        int greatest = 0;
        for (int k = 1; k < count; k++) {
          if (remainders[k] > remainders[greatest]) {
            greatest = k;
          }
        }
        remainders[greatest] = -1;
        shares[open[greatest]]++;
      }
      return;
    }
  }

  private static long quotient(long total, long weight, long sum) {
    if (Math.multiplyHigh(total, weight) == 0 && total * weight >= 0) {
      return total * weight / sum;
    }
    return BigInteger.valueOf(total)
        .multiply(BigInteger.valueOf(weight))
        .divide(BigInteger.valueOf(sum))
        .longValueExact();
  }

  private static long remainder(long total, long weight, long sum) {
    if (Math.multiplyHigh(total, weight) == 0 && total * weight >= 0) {
      return total * weight % sum;
    }
    return BigInteger.valueOf(total)
        .multiply(BigInteger.valueOf(weight))
        .mod(BigInteger.valueOf(sum))
        .longValueExact();
  }
}
