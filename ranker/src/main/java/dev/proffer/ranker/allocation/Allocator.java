// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import java.util.Arrays;

/// Chooses an offer, or none, for each person so that the expected value is greatest within every
/// budget and cap: a multiple-choice knapsack, solved through its dual.
///
/// 1. Prices. With a price on budget (and on each offer's own budget and cap) every person chooses
///    alone: the offer with the greatest value less priced cost. The sum of what they gain plus
///    what the limits are worth at these prices bounds every allocation from above, also those of
///    the linear program that may split people. For a single budget the price is found by
///    bisection, and the bound is the optimum of the linear program; with more limits the prices
///    move along the limits' excess and then one by one until the bound no longer falls.
/// 2. People. At the best prices everybody takes their choice, those with the greatest gain a unit
///    of cost first, as long as it fits; what no longer fits is tried with the next offer of the
///    same person. Money that is left goes to the upgrades that bring most a unit.
///
/// No step ever goes above a limit. The gap to the bound is less than one offer a budget where one
/// budget binds.
public final class Allocator {
  private static final int DUAL_STEPS = 150;
  private static final double[] DUAL_SCALES = {.5, .1, .02, .004};
  private static final int FIT_PASSES = 2;

  private Allocator() {}

  public static Allocation allocate(Choices choices) {
    double[] limits = limits(choices);
    boolean single = Arrays.stream(limits).skip(1).allMatch(Double::isInfinite);
    Prices prices = new Prices(choices.offers());
    if (single) {
      prices.fit(choices.values(), choices.costs(), choices.people(), limits, 1, 1e-12);
    } else {
      prices = descend(choices, limits);
    }
    double bound = bound(choices, prices, limits);
    Allocation efficient = fill(choices, prices, bound, false);
    if (single) {
      return efficient;
    }
    Allocation urgent = fill(choices, prices, bound, true);
    return urgent.value() > efficient.value() ? urgent : efficient;
  }

  // ---- Prices ----

  private static double[] limits(Choices choices) {
    int offers = choices.offers();
    double[] limits = new double[1 + 2 * offers];
    limits[0] = choices.budget() == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : choices.budget();
    for (int offer = 0; offer < offers; offer++) {
      limits[1 + offer] = finite(choices.offerBudgets()[offer]);
      limits[1 + offers + offer] = finite(choices.offerCaps()[offer]);
    }
    return limits;
  }

  private static double finite(long limit) {
    return limit == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : limit;
  }

  /// Moves the prices of all limits along their relative excess, with falling steps, fits them one
  /// by one, and keeps those of the lowest bound. (The steps are those of AdaGrad.)
  private static Prices descend(Choices choices, double[] limits) {
    int offers = choices.offers();
    double budgetScale = meanEfficiency(choices);
    double capScale = meanValue(choices);
    Prices best = new Prices(offers);
    double bestBound = bound(choices, best, limits);
    for (double scale : DUAL_SCALES) {
      Prices prices = best.copy();
      double[] squares = new double[limits.length];
      for (int step = 0; step < DUAL_STEPS; step++) {
        double[] use = prices.use(choices.values(), choices.costs(), choices.people());
        prices.budget = moved(prices.budget, use, limits, 0, squares, scale * budgetScale);
        for (int offer = 0; offer < offers; offer++) {
          prices.offers[offer] =
              moved(prices.offers[offer], use, limits, 1 + offer, squares, scale * budgetScale);
          prices.caps[offer] =
              moved(prices.caps[offer], use, limits, 1 + offers + offer, squares, scale * capScale);
        }
        double bound = bound(choices, prices, limits);
        if (bound < bestBound) {
          bestBound = bound;
          best = prices.copy();
        }
      }
    }
    Prices fitted = best.copy();
    for (int pass = 0; pass < FIT_PASSES; pass++) {
      fitted.fit(choices.values(), choices.costs(), choices.people(), limits, 1, 1e-9);
      double bound = bound(choices, fitted, limits);
      if (bound < bestBound) {
        bestBound = bound;
        best = fitted.copy();
      }
    }
    return best;
  }

  /// A step along the relative excess of one limit, the smaller the more that limit was moved
  /// before.
  private static double moved(
      double price, double[] use, double[] limits, int limit, double[] squares, double scale) {
    if (Double.isInfinite(limits[limit])) {
      return 0;
    }
    double excess =
        Math.clamp((use[limit] - limits[limit]) / Math.max(1, limits[limit]), -1.0, 1.0);
    squares[limit] += excess * excess;
    return Math.max(0, price + scale * excess / Math.sqrt(1e-6 + squares[limit]));
  }

  private static double meanEfficiency(Choices choices) {
    double value = 0;
    double cost = 0;
    for (int i = 0; i < choices.values().length; i++) {
      value += Math.max(0, choices.values()[i]);
      cost += choices.costs()[i];
    }
    return cost == 0 ? 1 : value / cost;
  }

  private static double meanValue(Choices choices) {
    double value = 0;
    for (double one : choices.values()) {
      value += Math.max(0, one);
    }
    return value / Math.max(1, choices.values().length);
  }

  private static double bound(Choices choices, Prices prices, double[] limits) {
    double bound = prices.budget == 0 ? 0 : prices.budget * limits[0];
    int offers = choices.offers();
    for (int offer = 0; offer < offers; offer++) {
      bound += prices.offers[offer] > 0 ? prices.offers[offer] * limits[1 + offer] : 0;
      bound += prices.caps[offer] > 0 ? prices.caps[offer] * limits[1 + offers + offer] : 0;
    }
    for (int person = 0; person < choices.people(); person++) {
      int from = person * offers;
      int offer = prices.choice(choices.values(), choices.costs(), from);
      bound += offer < 0 ? 0 : prices.gain(choices.values(), choices.costs(), from, offer);
    }
    return bound;
  }

  // ---- People ----

  /// @param urgent whether those go first who would lose most by getting another offer, instead of
  ///   those who bring most a unit of cost
  private static Allocation fill(Choices choices, Prices prices, double bound, boolean urgent) {
    int people = choices.people();
    int[] chosen = new int[people];
    Arrays.fill(chosen, -1);
    long[] offerLeft = choices.offerBudgets().clone();
    long[] capLeft = choices.offerCaps().clone();
    long left = choices.budget();
    // 1. Everybody's choice, the most efficient first.
    double[] order = new double[people];
    for (int person = 0; person < people; person++) {
      int offer = prices.choice(choices.values(), choices.costs(), person * choices.offers());
      order[person] =
          offer < 0
              ? Double.NEGATIVE_INFINITY
              : urgent
                  ? advantage(choices, prices, person, offer)
                  : choices.value(person, offer) / Math.max(1, choices.cost(person, offer));
    }
    for (int person : descending(order)) {
      int offer = prices.choice(choices.values(), choices.costs(), person * choices.offers());
      if (offer >= 0
          && capLeft[offer] > 0
          && choices.cost(person, offer) <= left
          && choices.cost(person, offer) <= offerLeft[offer]) {
        chosen[person] = offer;
        left -= choices.cost(person, offer);
        offerLeft[offer] -= offerLeft[offer] == Long.MAX_VALUE ? 0 : choices.cost(person, offer);
        capLeft[offer] -= capLeft[offer] == Long.MAX_VALUE ? 0 : 1;
      }
    }
    // 2. What is left buys first offers and upgrades, the most efficient first, until none fits.
    boolean changed = left > 0;
    while (changed) {
      changed = false;
      double[] gains = new double[people];
      int[] upgrades = new int[people];
      for (int person = 0; person < people; person++) {
        gains[person] = Double.NEGATIVE_INFINITY;
        upgrades[person] = -1;
        int now = chosen[person];
        double nowValue = now < 0 ? 0 : choices.value(person, now);
        long nowCost = now < 0 ? 0 : choices.cost(person, now);
        for (int offer = 0; offer < choices.offers(); offer++) {
          double more = choices.value(person, offer) - nowValue;
          long extra = choices.cost(person, offer) - nowCost;
          if (offer != now
              && more > 0
              && extra <= left
              && capLeft[offer] > 0
              && choices.cost(person, offer) <= offerLeft[offer]) {
            double gain = more / Math.max(1e-9, (double) extra);
            if (gain > gains[person]) {
              gains[person] = gain;
              upgrades[person] = offer;
            }
          }
        }
      }
      for (int person : descending(gains)) {
        int offer = upgrades[person];
        if (offer < 0) {
          break;
        }
        int now = chosen[person];
        long nowCost = now < 0 ? 0 : choices.cost(person, now);
        long cost = choices.cost(person, offer);
        if (cost - nowCost <= left && cost <= offerLeft[offer] && capLeft[offer] > 0) {
          if (now >= 0) {
            offerLeft[now] += offerLeft[now] == Long.MAX_VALUE ? 0 : nowCost;
            capLeft[now] += capLeft[now] == Long.MAX_VALUE ? 0 : 1;
          }
          offerLeft[offer] -= offerLeft[offer] == Long.MAX_VALUE ? 0 : cost;
          capLeft[offer] -= capLeft[offer] == Long.MAX_VALUE ? 0 : 1;
          left -= cost - nowCost;
          chosen[person] = offer;
          changed = true;
        }
      }
    }
    double value = 0;
    long cost = 0;
    for (int person = 0; person < people; person++) {
      if (chosen[person] >= 0) {
        value += choices.value(person, chosen[person]);
        cost += choices.cost(person, chosen[person]);
      }
    }
    return new Allocation(chosen, value, cost, prices.budget, bound);
  }

  /// What a person's best offer gains, at the prices, over the next best or none.
  private static double advantage(Choices choices, Prices prices, int person, int best) {
    int from = person * choices.offers();
    double second = 0;
    for (int offer = 0; offer < choices.offers(); offer++) {
      if (offer != best) {
        second = Math.max(second, prices.gain(choices.values(), choices.costs(), from, offer));
      }
    }
    return prices.gain(choices.values(), choices.costs(), from, best) - second;
  }

  /// Indices by falling value; equal values by index.
  private static int[] descending(double[] values) {
    return java.util.stream.IntStream.range(0, values.length)
        .boxed()
        .sorted((a, b) -> {
          int byValue = Double.compare(values[b], values[a]);
          return byValue != 0 ? byValue : Integer.compare(a, b);
        })
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
