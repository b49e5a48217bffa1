// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What one promotion takes off at given prices: the conditions on the cart and all effects, exact
/// to the minor unit. An instance holds scratch space for one evaluation and is used by one thread.
///
/// The price of a unit is its line split as evenly as possible; the first units of a line carry the
/// minor units that do not divide.
final class Discounts {
  // A run is units of one line at one price. Runs are sorted as longs: price, then run number.
  private static final int RUN_BITS = 11;
  private static final int RUN_MASK = (1 << RUN_BITS) - 1;

  /// The most lines whose runs fit into a sort key; a line makes two runs at most.
  static final int LINES_MAX = 1 << (RUN_BITS - 1);

  private final Basket basket;
  private final long[] floors;

  /// What the last [#compute] takes off each line; entries of other lines are not meant.
  final long[] off;

  long shippingOff;
  long pointsUsed;

  private final long[] room;
  private final long[] capped;
  private final int[] open;
  private int openCount;
  private final long[] runKeys;
  private final long[] runPrices;
  private final long[] runCounts;
  private final int[] runLines;
  private int runs;

  Discounts(Basket basket) {
    this.basket = basket;
    int lines = basket.size();
    floors = new long[lines];
    for (int line = 0; line < lines; line++) {
      floors[line] = basket.floor(line);
    }
    off = new long[lines];
    room = new long[lines];
    capped = new long[lines];
    open = new int[lines];
    runKeys = new long[2 * lines];
    runPrices = new long[2 * lines];
    runCounts = new long[2 * lines];
    runLines = new int[2 * lines];
  }

  long floor(int line) {
    return floors[line];
  }

  /// Whether the conditions on the cart hold, at the prices that the lanes before left. Lines that
  /// another promotion of the lane took do not count.
  boolean conditionsHold(Candidate candidate, long[] entry, boolean @Nullable [] taken) {
    CompiledPromotion promotion = candidate.promotion;
    if (promotion.minCartAmount() > 0) {
      long spend = 0;
      for (long amount : entry) {
        spend += amount;
      }
      if (spend < promotion.minCartAmount()) {
        return false;
      }
    }
    if (promotion.minMatchingAmount() > 0
        && matchingSpend(candidate, entry, taken) < promotion.minMatchingAmount()) {
      return false;
    }
    if (promotion.minQuantity() > 0) {
      long units = 0;
      for (int line : candidate.lines) {
        if (taken == null || !taken[line]) {
          units += basket.quantities()[line];
        }
      }
      return units >= promotion.minQuantity();
    }
    return true;
  }

  static long matchingSpend(Candidate candidate, long[] entry, boolean @Nullable [] taken) {
    long spend = 0;
    for (int line : candidate.lines) {
      if (taken == null || !taken[line]) {
        spend += entry[line];
      }
    }
    return spend;
  }

  /// Computes what a candidate takes off, into [#off], [#shippingOff] and [#pointsUsed], and
  /// returns the sum; 0 when it takes nothing off.
  ///
  /// @param amounts the lines as they are now
  /// @param entry the lines as the lanes before left them
  /// @param taken the lines that other promotions of the lane took; null when lines are shared
  /// @param capLeft what is left of its joint cap
  long compute(
      Candidate candidate,
      long[] amounts,
      long[] entry,
      boolean @Nullable [] taken,
      long shipping,
      long pointsLeft,
      long capLeft) {
    shippingOff = 0;
    pointsUsed = 0;
    openCount = 0;
    long headroom = 0;
    for (int line : candidate.fromLines) {
      off[line] = 0;
    }
    for (int line : candidate.lines) {
      off[line] = 0;
      if (taken == null || !taken[line]) {
        open[openCount++] = line;
        room[line] = Math.max(0, amounts[line] - floors[line]);
        headroom += room[line];
      }
    }
    long cap = Math.min(candidate.promotion.cap(), capLeft);
    if (openCount == 0 || cap <= 0) {
      return 0;
    }
    return switch (candidate.effect) {
      case Effect.Percent(int basisPoints) -> {
        for (int k = 0; k < openCount; k++) {
          int line = open[k];
          off[line] = Math.min(room[line], Arithmetic.percent(amounts[line], basisPoints));
        }
        yield capped(open, openCount, cap);
      }
      case Effect.AmountEach(long amount) -> {
        for (int k = 0; k < openCount; k++) {
          int line = open[k];
          off[line] = Math.min(room[line], amountEach(amount, basket.quantities()[line]));
        }
        yield capped(open, openCount, cap);
      }
      case Effect.Fixed(long price, int maxUnits) -> fixed(amounts, price, maxUnits, cap);
      case Effect.AmountOnce(long amount) -> shared(amounts, Math.min(amount, cap), headroom);
      case Effect.Tiered tiered -> tiered(tiered, amounts, entry, headroom, cap);
      case Effect.Nth(int nth, int basisPoints) -> everyNth(amounts, nth, basisPoints, cap);
      case Effect.BuyGet buyGet -> buyGet(candidate, buyGet, amounts, taken, cap);
      case Effect.Bundle bundle -> bundle(bundle, amounts, cap);
      case Effect.Points(long pointsPerStep, long stepAmount, int maxBasisPoints) -> {
        long spend = 0;
        for (int k = 0; k < openCount; k++) {
          spend += amounts[open[k]];
        }
        long payable =
            Math.min(
                Math.min(headroom, cap),
                spend / 10_000 * maxBasisPoints + spend % 10_000 * maxBasisPoints / 10_000);
        long steps = pointSteps(pointsLeft, pointsPerStep, stepAmount, payable);
        pointsUsed = steps * pointsPerStep;
        yield shared(amounts, steps * stepAmount, headroom);
      }
      case Effect.ShippingFree() -> {
        shippingOff = Math.min(shipping, cap);
        yield shippingOff;
      }
      case Effect.Present _ -> 0;
    };
  }

  /// What `quantity` units that cost `amount` together cost above `price` each.
  static long aboveFixed(long amount, int quantity, long price) {
    long base = amount / quantity;
    long dearer = amount % quantity;
    return Math.max(0, base + 1 - price) * dearer + Math.max(0, base - price) * (quantity - dearer);
  }

  static long pointSteps(long points, long pointsPerStep, long stepAmount, long payable) {
    return Math.min(points / pointsPerStep, payable / stepAmount);
  }

  private static long amountEach(long amount, int quantity) {
    return amount > Arithmetic.AMOUNT_MAX / quantity ? Arithmetic.AMOUNT_MAX : amount * quantity;
  }

  private long fixed(long[] amounts, long price, int maxUnits, long cap) {
    long left = maxUnits;
    collectRuns(amounts, open, openCount, true);
    for (int r = runs - 1; r >= 0 && left > 0; r--) {
      int run = RUN_MASK - (int) (runKeys[r] & RUN_MASK);
      long above = runPrices[run] - price;
      if (above <= 0) {
        break;
      }
      long units = Math.min(left, runCounts[run]);
      left -= units;
      off[runLines[run]] += above * units;
    }
    return capped(open, openCount, cap);
  }

  private long tiered(Effect.Tiered tiered, long[] amounts, long[] entry, long headroom, long cap) {
    long spend = 0;
    for (int k = 0; k < openCount; k++) {
      spend += entry[open[k]];
    }
    int tier = tiered.reached(spend);
    if (tier < 0) {
      return 0;
    }
    int basisPoints = tiered.basisPoints()[tier];
    if (basisPoints == 0) {
      return shared(amounts, Math.min(cap, Arithmetic.tieredAmount(tiered, tier, spend)), headroom);
    }
    for (int k = 0; k < openCount; k++) {
      int line = open[k];
      off[line] = Math.min(room[line], Arithmetic.percent(amounts[line], basisPoints));
    }
    return capped(open, openCount, cap);
  }

  private long everyNth(long[] amounts, int nth, int basisPoints, long cap) {
    collectRuns(amounts, open, openCount, true);
    long position = 0;
    for (int r = runs - 1; r >= 0; r--) {
      int run = RUN_MASK - (int) (runKeys[r] & RUN_MASK);
      long end = position + runCounts[run];
      long hits = end / nth - position / nth;
      off[runLines[run]] += hits * Arithmetic.percent(runPrices[run], basisPoints);
      position = end;
    }
    return capped(open, openCount, cap);
  }

  private long buyGet(
      Candidate candidate,
      Effect.BuyGet buyGet,
      long[] amounts,
      boolean @Nullable [] taken,
      long cap) {
    if (buyGet.from() == null) {
      long units = 0;
      for (int k = 0; k < openCount; k++) {
        units += basket.quantities()[open[k]];
      }
      long times = Math.min(buyGet.maxTimes(), units / (buyGet.buy() + buyGet.get()));
      collectRuns(amounts, open, openCount, false);
      takeCheapest(times * buyGet.get(), null, 0);
      return capped(open, openCount, cap);
    }
    // Units that only count, units that may only be free, and units that may be either.
    int[] from = new int[candidate.fromLines.length];
    int fromCount = 0;
    boolean[] either = new boolean[basket.size()];
    long onlyFree = 0;
    long both = 0;
    for (int line : candidate.fromLines) {
      if (taken == null || !taken[line]) {
        from[fromCount++] = line;
        room[line] = Math.max(0, amounts[line] - floors[line]);
        onlyFree += basket.quantities()[line];
      }
    }
    long onlyCount = 0;
    for (int k = 0; k < openCount; k++) {
      int line = open[k];
      boolean free = false;
      for (int j = 0; j < fromCount; j++) {
        free |= from[j] == line;
      }
      either[line] = free;
      if (free) {
        both += basket.quantities()[line];
        onlyFree -= basket.quantities()[line];
      } else {
        onlyCount += basket.quantities()[line];
      }
    }
    // The most times for which enough units are left to pay for.
    long low = 0;
    long high = Math.min(buyGet.maxTimes(), (onlyCount + both) / buyGet.buy());
    while (low < high) {
      long times = (low + high + 1) / 2;
      long eitherFree = both - Math.max(0, times * buyGet.buy() - onlyCount);
      if (eitherFree >= 0 && times * buyGet.get() <= onlyFree + eitherFree) {
        low = times;
      } else {
        high = times - 1;
      }
    }
    if (low == 0) {
      return 0;
    }
    collectRuns(amounts, from, fromCount, false);
    takeCheapest(low * buyGet.get(), either, both - Math.max(0, low * buyGet.buy() - onlyCount));
    return capped(from, fromCount, cap);
  }

  /// Makes the cheapest units free; of lines marked in `rationed`, `ration` units at most.
  private void takeCheapest(long units, boolean @Nullable [] rationed, long ration) {
    long left = units;
    long rationLeft = ration;
    for (int r = 0; r < runs && left > 0; r++) {
      int run = (int) (runKeys[r] & RUN_MASK);
      long take = Math.min(left, runCounts[run]);
      int line = runLines[run];
      if (rationed != null && rationed[line]) {
        take = Math.min(take, rationLeft);
        rationLeft -= take;
      }
      left -= take;
      off[line] += take * runPrices[run];
    }
  }

  private long bundle(Effect.Bundle bundle, long[] amounts, long cap) {
    collectRuns(amounts, open, openCount, true);
    long[] left = Arrays.copyOf(runCounts, 2 * openCount);
    long[] used = new long[2 * openCount];
    long[] weights = new long[basket.size()];
    int parts = bundle.parts().length;
    long saving = 0;
    while (true) {
      // 1. Draw the units of one set, dearest first, part by part.
      Arrays.fill(used, 0);
      long price = 0;
      boolean complete = true;
      for (int part = 0; part < parts && complete; part++) {
        long need = bundle.quantities()[part];
        for (int r = runs - 1; r >= 0 && need > 0; r--) {
          int run = RUN_MASK - (int) (runKeys[r] & RUN_MASK);
          long take = Math.min(need, left[run] - used[run]);
          if (take > 0 && bundle.parts()[part].matches(basket.items()[runLines[run]])) {
            used[run] += take;
            need -= take;
            price += take * runPrices[run];
          }
        }
        complete = need == 0;
      }
      if (!complete || price <= bundle.price()) {
        break;
      }
      // 2. The next sets are the same as long as every run holds out.
      long sets = Long.MAX_VALUE;
      for (int run = 0; run < used.length; run++) {
        if (used[run] > 0) {
          sets = Math.min(sets, left[run] / used[run]);
        }
      }
      saving += sets * (price - bundle.price());
      for (int run = 0; run < used.length; run++) {
        left[run] -= sets * used[run];
        weights[runLines[run]] += sets * used[run] * runPrices[run];
      }
    }
    if (saving == 0) {
      return 0;
    }
    // 3. Units that were drawn carry the saving, in proportion to what they cost.
    long headroom = 0;
    for (int k = 0; k < openCount; k++) {
      int line = open[k];
      capped[line] = Math.min(room[line], weights[line]);
      headroom += capped[line];
    }
    saving = Math.min(saving, headroom);
    Arithmetic.share(saving, open, openCount, weights, capped, off);
    return capped(open, openCount, cap);
  }

  /// Shares an amount out over the open lines in proportion to what they cost now.
  private long shared(long[] amounts, long amount, long headroom) {
    long total = Math.min(amount, headroom);
    if (total <= 0) {
      return 0;
    }
    Arithmetic.share(total, open, openCount, amounts, room, off);
    return total;
  }

  /// Holds every line at its floor and the sum at the cap, and returns the sum.
  private long capped(int[] lines, int count, long cap) {
    long total = 0;
    for (int k = 0; k < count; k++) {
      int line = lines[k];
      off[line] = Math.min(off[line], room[line]);
      total += off[line];
    }
    if (total <= cap) {
      return total;
    }
    for (int k = 0; k < count; k++) {
      capped[lines[k]] = off[lines[k]];
      off[lines[k]] = 0;
    }
    Arithmetic.share(cap, lines, count, capped, capped, off);
    return cap;
  }

  /// Splits lines into runs of units at one price and sorts them by price. For a walk from the end,
  /// dearest first, equal prices go to the earlier line as well.
  private void collectRuns(long[] amounts, int[] lines, int count, boolean dearestFirst) {
    runs = 0;
    for (int k = 0; k < count; k++) {
      int line = lines[k];
      int quantity = basket.quantities()[line];
      long base = amounts[line] / quantity;
      long dearer = amounts[line] % quantity;
      if (dearer > 0) {
        addRun(line, base + 1, dearer, dearestFirst);
      }
      addRun(line, base, quantity - dearer, dearestFirst);
    }
    Arrays.sort(runKeys, 0, runs);
  }

  private void addRun(int line, long price, long units, boolean dearestFirst) {
    runLines[runs] = line;
    runPrices[runs] = price;
    runCounts[runs] = units;
    runKeys[runs] = price << RUN_BITS | (dearestFirst ? RUN_MASK - runs : runs);
    runs++;
  }
}
