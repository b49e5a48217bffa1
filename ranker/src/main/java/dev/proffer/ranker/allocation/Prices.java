// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import java.util.Arrays;

/// The dual prices of a set of limits: what one more minor unit of the common budget, one more of
/// an offer's own budget, and one more person of an offer's cap would bring. Mutable; for one
/// thread.
final class Prices {
  private static final int BISECTIONS = 60;

  double budget;
  final double[] offers;
  final double[] caps;

  Prices(int offers) {
    this.offers = new double[offers];
    this.caps = new double[offers];
  }

  Prices copy() {
    Prices copy = new Prices(offers.length);
    copy.budget = budget;
    System.arraycopy(offers, 0, copy.offers, 0, offers.length);
    System.arraycopy(caps, 0, copy.caps, 0, caps.length);
    return copy;
  }

  /// The offer that one person chooses at these prices, or -1. Ties go to the cheaper one.
  int choice(double[] values, long[] costs, int from) {
    int best = -1;
    double bestGain = 0;
    for (int offer = 0; offer < offers.length; offer++) {
      long cost = costs[from + offer];
      double gain = values[from + offer] - (budget + offers[offer]) * cost - caps[offer];
      if (gain > bestGain || (gain == bestGain && best >= 0 && cost < costs[from + best])) {
        best = offer;
        bestGain = gain;
      }
    }
    return best;
  }

  double gain(double[] values, long[] costs, int from, int offer) {
    return values[from + offer] - (budget + offers[offer]) * costs[from + offer] - caps[offer];
  }

  /// What everybody's own choices use: the common budget, then each offer's budget, then its
  /// people.
  double[] use(double[] values, long[] costs, int people) {
    int count = offers.length;
    double[] use = new double[1 + 2 * count];
    for (int person = 0; person < people; person++) {
      int offer = choice(values, costs, person * count);
      if (offer >= 0) {
        long cost = costs[person * count + offer];
        use[0] += cost;
        use[1 + offer] += cost;
        use[1 + count + offer]++;
      }
    }
    return use;
  }

  private double get(int limit) {
    return limit == 0
        ? budget
        : limit <= offers.length ? offers[limit - 1] : caps[limit - 1 - offers.length];
  }

  private void set(int limit, double price) {
    if (limit == 0) {
      budget = price;
    } else if (limit <= offers.length) {
      offers[limit - 1] = price;
    } else {
      caps[limit - 1 - offers.length] = price;
    }
  }

  /// Sets each price in turn to the lowest one that keeps its limit while the others stay: descent
  /// along the coordinates of the dual.
  ///
  /// @param limits as [#use] orders them; infinite where there is none
  /// @param passes over all limits
  /// @param precision of a price, relative
  void fit(
      double[] values, long[] costs, int people, double[] limits, int passes, double precision) {
    for (int pass = 0; pass < passes; pass++) {
      double moved = 0;
      for (int limit = 0; limit < limits.length; limit++) {
        if (Double.isInfinite(limits[limit])) {
          continue;
        }
        double before = get(limit);
        fitOne(values, costs, people, limit, limits[limit], precision);
        moved = Math.max(moved, Math.abs(get(limit) - before) / Math.max(1e-9, before));
      }
      if (moved < precision) {
        return;
      }
    }
  }

  private void fitOne(
      double[] values, long[] costs, int people, int limit, double most, double precision) {
    double start = get(limit);
    set(limit, 0);
    if (use(values, costs, people)[limit] <= most) {
      return;
    }
    // The price seldom moves far: look around where it was first.
    double low = 0;
    double high = start > 0 ? start * 1.02 : 1;
    if (start > 0) {
      set(limit, start * .98);
      if (use(values, costs, people)[limit] > most) {
        low = start * .98;
      } else {
        high = start * .98;
      }
    }
    set(limit, high);
    while (use(values, costs, people)[limit] > most && high < 1e15) {
      low = high;
      high *= 2;
      set(limit, high);
    }
    for (int i = 0; i < BISECTIONS && high - low > precision * high; i++) {
      double middle = (low + high) / 2;
      set(limit, middle);
      if (use(values, costs, people)[limit] > most) {
        low = middle;
      } else {
        high = middle;
      }
    }
    set(limit, high);
  }

  @Override
  public String toString() {
    return budget + " " + Arrays.toString(offers) + " " + Arrays.toString(caps);
  }
}
