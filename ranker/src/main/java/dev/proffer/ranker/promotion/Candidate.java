// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// A promotion that is open to the person and finds lines in the cart; whether it applies is up to
/// the prices that lanes before leave and to the other promotions.
final class Candidate {
  final CompiledPromotion promotion;
  final Effect effect;

  /// The lines that count and, but for [#fromLines], change.
  final int[] lines;

  /// The lines that the free units of [Effect.BuyGet] come from, when they are others.
  final int[] fromLines;

  /// The number of its exclusive group among the candidates, or -1.
  final int group;

  /// The number of its joint cap among the candidates, or -1.
  final int joint;

  final long budgetLeft;

  /// Whether each line's price after it is a function of that line's price alone.
  final boolean separable;

  /// Whether it may be chosen line by line in a lane where each line takes one promotion.
  final boolean lineChoice;

  /// Whether it takes no line, so that it never competes for one: gifts, shipping, points.
  final boolean tail;

  /// The most that it takes off this cart, whatever else applies.
  final long savingMax;

  /// What its gift is worth at list price.
  final long giftValue;

  private final long[] touched;

  Candidate(
      CompiledPromotion promotion,
      int[] lines,
      int[] fromLines,
      int group,
      int joint,
      long budgetLeft,
      Basket basket,
      long giftValue) {
    this.promotion = promotion;
    this.effect = promotion.effect();
    this.lines = lines;
    this.fromLines = fromLines;
    this.group = group;
    this.joint = joint;
    this.budgetLeft = budgetLeft;
    this.giftValue = giftValue;
    this.separable =
        promotion.cap() == Long.MAX_VALUE
            && joint < 0
            && switch (effect) {
              case Effect.Percent _, Effect.AmountEach _ -> true;
              case Effect.Fixed(long _, int maxUnits) -> maxUnits == Integer.MAX_VALUE;
              case Effect.AmountOnce _,
                  Effect.Tiered _,
                  Effect.Nth _,
                  Effect.BuyGet _,
                  Effect.Present _,
                  Effect.ShippingFree _,
                  Effect.Bundle _,
                  Effect.Points _ ->
                  false;
            };
    this.lineChoice =
        separable && promotion.minMatchingAmount() == 0 && promotion.minQuantity() == 0;
    this.tail =
        effect instanceof Effect.Present
            || effect instanceof Effect.ShippingFree
            || effect instanceof Effect.Points;
    this.touched = new long[(basket.size() + 63) / 64];
    for (int line : lines) {
      touched[line >> 6] |= 1L << line;
    }
    for (int line : fromLines) {
      touched[line >> 6] |= 1L << line;
    }
    this.savingMax = Math.min(promotion.cap(), savingMax(basket));
  }

  /// Whether the order of the two may matter to what they take off.
  boolean overlaps(Candidate other) {
    if (joint >= 0 && joint == other.joint) {
      return true;
    }
    for (int word = 0; word < touched.length; word++) {
      if ((touched[word] & other.touched[word]) != 0) {
        return true;
      }
    }
    return false;
  }

  boolean touches(int line) {
    return (touched[line >> 6] & (1L << line)) != 0;
  }

  /// The amount of a line after a separable effect.
  long after(long amount, int quantity, long floor) {
    long off =
        switch (effect) {
          case Effect.Percent(int basisPoints) -> Arithmetic.percent(amount, basisPoints);
          case Effect.AmountEach(long each) ->
              each > amount / quantity + 1 ? amount : each * quantity;
          case Effect.Fixed(long price, int _) -> Discounts.aboveFixed(amount, quantity, price);
          case Effect.AmountOnce _,
              Effect.Tiered _,
              Effect.Nth _,
              Effect.BuyGet _,
              Effect.Present _,
              Effect.ShippingFree _,
              Effect.Bundle _,
              Effect.Points _ ->
              0;
        };
    return amount - Math.max(0, Math.min(off, amount - floor));
  }

  /// A bound from list prices. Savings do not grow when prices fall or lines are taken away, except
  /// where the cheapest units are free: there the dearest units bound what may become free.
  private long savingMax(Basket basket) {
    long headroom = 0;
    long spend = 0;
    for (int line : lines) {
      headroom += Math.max(0, basket.before(line) - basket.floor(line));
      spend += basket.before(line);
    }
    return switch (effect) {
      case Effect.ShippingFree _ -> basket.shipping();
      case Effect.Present _ -> 0;
      case Effect.AmountOnce(long amount) -> Math.min(amount, headroom);
      case Effect.Tiered tiered -> {
        int tier = tiered.reached(spend);
        long most = 0;
        // A lower tier may take off more than a higher one.
        for (int i = 0; i <= tier; i++) {
          most =
              Math.max(
                  most,
                  tiered.basisPoints()[i] > 0
                      ? Arithmetic.percent(spend, tiered.basisPoints()[i]) + lines.length
                      : Arithmetic.tieredAmount(tiered, i, spend));
        }
        yield Math.min(most, headroom);
      }
      case Effect.Points(long pointsPerStep, long stepAmount, int maxBasisPoints) ->
          Math.min(
              Discounts.pointSteps(basket.points(), pointsPerStep, stepAmount, headroom)
                  * stepAmount,
              spend / 10_000 * maxBasisPoints + spend % 10_000 * maxBasisPoints / 10_000);
      case Effect.Percent(int basisPoints) ->
          Math.min(headroom, Arithmetic.percent(spend, basisPoints) + lines.length);
      case Effect.Nth(int _, int basisPoints) ->
          Math.min(headroom, Arithmetic.percent(spend, basisPoints) + unitCount(basket, lines));
      case Effect.AmountEach(long amount) -> {
        long units = unitCount(basket, lines);
        yield amount > headroom / Math.max(1, units)
            ? headroom
            : Math.min(headroom, amount * units);
      }
      case Effect.Fixed(long price, int maxUnits) -> {
        long most = 0;
        long dearest = 0;
        for (int line : lines) {
          most += Discounts.aboveFixed(basket.before(line), basket.quantities()[line], price);
          dearest = Math.max(dearest, basket.unitPrices()[line] - price);
        }
        yield Math.min(
            Math.min(headroom, most),
            dearest > headroom / maxUnits ? headroom : dearest * maxUnits);
      }
      case Effect.BuyGet buyGet -> {
        int[] free = buyGet.from() == null ? lines : fromLines;
        long units = unitCount(basket, lines);
        long times =
            Math.min(
                buyGet.maxTimes(),
                buyGet.from() == null
                    ? units / (buyGet.buy() + buyGet.get())
                    : units / buyGet.buy());
        long dearest = 0;
        long all = 0;
        for (int line : free) {
          dearest = Math.max(dearest, basket.unitPrices()[line]);
          all += Math.max(0, basket.before(line) - basket.floor(line));
        }
        long freeUnits = times * buyGet.get();
        yield freeUnits == 0
            ? 0
            : dearest > all / freeUnits ? all : Math.min(all, dearest * freeUnits);
      }
      case Effect.Bundle _ -> headroom;
    };
  }

  private static long unitCount(Basket basket, int[] lines) {
    long units = 0;
    for (int line : lines) {
      units += basket.quantities()[line];
    }
    return units;
  }
}
