// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import java.util.Arrays;

/// Chooses an offer, or none, for each person so that the expected value is greatest within every
/// budget: a multiple-choice knapsack, solved through its dual.
///
/// 1. Prices. With a price on budget (and one on each offer's own budget) every person chooses
///    alone: the offer with the greatest value less priced cost. The sum of what they gain plus
///    what the budgets are worth at these prices bounds every allocation from above. Prices are
///    moved along the budgets' excess until the bound no longer falls; for a single budget they are
///    found by bisection, and the bound is the optimum of the linear program.
/// 2. People. At the best prices everybody takes their choice, those with the greatest gain a unit
///    of cost first, as long as it fits; what no longer fits is tried with the next offer of the
///    same person. Money that is left goes to the upgrades that bring most a unit.
///
/// No step ever goes above a budget. The gap to the bound is less than one offer a budget where one
/// budget binds.
public final class Allocator {
  private static final int BISECTIONS = 100;
  private static final int DUAL_STEPS = 400;

  private Allocator() {}

  public static Allocation allocate(Choices choices) {
    boolean single = Arrays.stream(choices.offerBudgets()).allMatch(b -> b == Long.MAX_VALUE);
    double[] offerPrices = new double[choices.offers()];
    double price = single ? bisect(choices, offerPrices) : descend(choices, offerPrices);
    double bound = bound(choices, price, offerPrices);
    return fill(choices, price, offerPrices, bound);
  }

  // ---- Prices ----

  /// The lowest price at which everybody's own choice costs no more than the budget.
  private static double bisect(Choices choices, double[] offerPrices) {
    if (cost(choices, 0, offerPrices) <= choices.budget()) {
      return 0;
    }
    double low = 0;
    double high = 1;
    while (cost(choices, high, offerPrices) > choices.budget()) {
      high *= 2;
    }
    for (int i = 0; i < BISECTIONS && high - low > 1e-12 * high; i++) {
      double middle = (low + high) / 2;
      if (cost(choices, middle, offerPrices) > choices.budget()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /// Moves the prices of all budgets along their relative excess, with falling steps, and keeps
  /// those of the lowest bound.
  private static double descend(Choices choices, double[] offerPrices) {
    int offers = choices.offers();
    double scale = meanEfficiency(choices);
    double[] prices = new double[offers + 1];
    double[] best = prices.clone();
    double bestBound = Double.MAX_VALUE;
    long[] spent = new long[offers];
    double[] own = new double[offers];
    for (int step = 0; step < DUAL_STEPS; step++) {
      System.arraycopy(prices, 1, own, 0, offers);
      double bound = bound(choices, prices[0], own);
      if (bound < bestBound) {
        bestBound = bound;
        best = prices.clone();
      }
      Arrays.fill(spent, 0);
      for (int person = 0; person < choices.people(); person++) {
        int offer = choice(choices, person, prices[0], own);
        if (offer >= 0) {
          spent[offer] += choices.cost(person, offer);
        }
      }
      double rate = scale / Math.sqrt(1 + step);
      prices[0] = moved(prices[0], Arrays.stream(spent).sum(), choices.budget(), rate);
      for (int offer = 0; offer < offers; offer++) {
        if (choices.offerBudgets()[offer] != Long.MAX_VALUE) {
          prices[offer + 1] =
              moved(prices[offer + 1], spent[offer], choices.offerBudgets()[offer], rate);
        }
      }
    }
    System.arraycopy(best, 1, offerPrices, 0, offers);
    return best[0];
  }

  private static double moved(double price, long spent, long budget, double rate) {
    double excess = Math.clamp((double) (spent - budget) / Math.max(1, budget), -1, 1);
    return Math.max(0, price + rate * excess);
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

  /// The offer that one person chooses at these prices, or -1. Ties go to the cheaper one.
  static int choice(Choices choices, int person, double price, double[] offerPrices) {
    int best = -1;
    double bestGain = 0;
    for (int offer = 0; offer < choices.offers(); offer++) {
      long cost = choices.cost(person, offer);
      double gain = choices.value(person, offer) - (price + offerPrices[offer]) * cost;
      if (gain > bestGain || (gain == bestGain && best >= 0 && cost < choices.cost(person, best))) {
        best = offer;
        bestGain = gain;
      }
    }
    return best;
  }

  private static long cost(Choices choices, double price, double[] offerPrices) {
    long cost = 0;
    for (int person = 0; person < choices.people(); person++) {
      int offer = choice(choices, person, price, offerPrices);
      if (offer >= 0) {
        cost += choices.cost(person, offer);
      }
    }
    return cost;
  }

  private static double bound(Choices choices, double price, double[] offerPrices) {
    double bound = price * choices.budget();
    for (int offer = 0; offer < choices.offers(); offer++) {
      if (offerPrices[offer] > 0) {
        bound += offerPrices[offer] * choices.offerBudgets()[offer];
      }
    }
    for (int person = 0; person < choices.people(); person++) {
      int offer = choice(choices, person, price, offerPrices);
      if (offer >= 0) {
        bound +=
            choices.value(person, offer)
                - (price + offerPrices[offer]) * choices.cost(person, offer);
      }
    }
    return bound;
  }

  // ---- People ----

  private static Allocation fill(
      Choices choices, double price, double[] offerPrices, double bound) {
    int people = choices.people();
    int[] chosen = new int[people];
    Arrays.fill(chosen, -1);
    long[] offerLeft = choices.offerBudgets().clone();
    long left = choices.budget();
    // 1. Everybody's choice, the most efficient first.
    double[] order = new double[people];
    for (int person = 0; person < people; person++) {
      int offer = choice(choices, person, price, offerPrices);
      order[person] =
          offer < 0
              ? Double.NEGATIVE_INFINITY
              : choices.value(person, offer) / Math.max(1, choices.cost(person, offer));
    }
    for (int person : descending(order)) {
      int offer = choice(choices, person, price, offerPrices);
      if (offer >= 0
          && choices.cost(person, offer) <= left
          && choices.cost(person, offer) <= offerLeft[offer]) {
        chosen[person] = offer;
        left -= choices.cost(person, offer);
        offerLeft[offer] -= choices.cost(person, offer);
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
        if (cost - nowCost <= left && cost <= offerLeft[offer]) {
          if (now >= 0) {
            offerLeft[now] += offerLeft[now] == Long.MAX_VALUE ? 0 : nowCost;
          }
          offerLeft[offer] -= offerLeft[offer] == Long.MAX_VALUE ? 0 : cost;
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
    return new Allocation(chosen, value, cost, price, bound);
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
