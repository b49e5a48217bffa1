// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import org.jspecify.annotations.Nullable;

/// Chooses offers one person at a time, as requests come, without knowing who comes later.
///
/// A choice is the offer with the greatest value less priced cost, at the dual prices of a problem
/// that is solved again and again: the people expected from now on share what is left of every
/// budget and cap. Who they will be like is learnt from past traffic over the same stretch of a
/// campaign, as far as there is some, and from those who came last. A choice that what is left
/// cannot pay for is not made, so no limit is ever exceeded.
///
/// For one thread; a server keeps one per campaign behind its lock.
public final class PacedAllocator {
  private static final int RECENT = 4_096;
  private static final int SOLVE_PEOPLE = 2_000;
  private static final int SOLVE_EVERY_MAX = 256;
  private static final int PAST_MIN = 400;
  private static final int PASSES = 2;
  private static final double LEARN_RATE = 0.5;

  private final int offers;
  private final double[] left;
  private final @Nullable Choices past;
  private final double[] recentValues;
  private final long[] recentCosts;
  private final Prices prices;
  private long came;
  private long nextSolve;
  private double value;
  private long spent;

  /// Starts without past traffic.
  public PacedAllocator(long budget, int offers) {
    this(budget, Choices.unlimited(offers), Choices.unlimited(offers), null);
  }

  /// @param budget what all offers may cost, or [Long#MAX_VALUE]
  /// @param offerBudgets what each may cost, or [Long#MAX_VALUE]
  /// @param offerCaps to how many people each may go, or [Long#MAX_VALUE]
  /// @param past people of an earlier campaign in the order in which they came; its limits do not
  ///   matter
  public PacedAllocator(
      long budget, long[] offerBudgets, long[] offerCaps, @Nullable Choices past) {
    if (budget < 0 || offerBudgets.length != offerCaps.length) {
      throw new IllegalArgumentException(
          "budget: " + budget + " (expected: 0 or more, and a budget and a cap for each offer)");
    }
    if (past != null && past.offers() != offerBudgets.length) {
      throw new IllegalArgumentException(
          "past.offers: " + past.offers() + " (expected: " + offerBudgets.length + ")");
    }
    this.offers = offerBudgets.length;
    this.past = past;
    this.left = new double[1 + 2 * offers];
    left[0] = budget == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : budget;
    for (int offer = 0; offer < offers; offer++) {
      left[1 + offer] =
          offerBudgets[offer] == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : offerBudgets[offer];
      left[1 + offers + offer] =
          offerCaps[offer] == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : offerCaps[offer];
    }
    this.recentValues = new double[RECENT * offers];
    this.recentCosts = new long[RECENT * offers];
    this.prices = new Prices(offers);
  }

  /// The offer for the next person, or -1 for none.
  ///
  /// @param rest how many people are expected after this one
  public int next(double[] values, long[] costs, double rest) {
    int at = (int) (came % RECENT) * offers;
    System.arraycopy(values, 0, recentValues, at, offers);
    System.arraycopy(costs, 0, recentCosts, at, offers);
    came++;
    if (came >= nextSolve) {
      solve(rest + 1);
      double soon = Math.min(Math.max(4, came / 8.0), Math.max(4, rest / 32));
      nextSolve = came + (long) Math.min(SOLVE_EVERY_MAX, soon);
    }
    int best = -1;
    double bestGain = 0;
    for (int offer = 0; offer < offers; offer++) {
      double gain = prices.gain(values, costs, 0, offer);
      if (gain > bestGain && fits(offer, costs[offer])) {
        best = offer;
        bestGain = gain;
      }
    }
    if (best >= 0) {
      left[0] -= costs[best];
      left[1 + best] -= costs[best];
      left[1 + offers + best]--;
      spent += costs[best];
      value += values[best];
    }
    return best;
  }

  private boolean fits(int offer, long cost) {
    return cost <= left[0] && cost <= left[1 + offer] && left[1 + offers + offer] >= 1;
  }

  /// Sets the prices at which people like those expected would use what is left.
  private void solve(double rest) {
    int recent = (int) Math.min(came, RECENT);
    int history = 0;
    int historyFrom = 0;
    Choices known = past;
    if (known != null) {
      // The same stretch of the past campaign as is left of this one.
      double done = came / (came + rest);
      historyFrom = (int) Math.min(done * known.people(), known.people() - (double) PAST_MIN);
      historyFrom = Math.max(0, historyFrom);
      history = known.people() - historyFrom;
    }
    int fromHistory = Math.min(history, SOLVE_PEOPLE);
    // Those who came last count as much as the past once there are many of them.
    int fromRecent = Math.min(recent, fromHistory == 0 ? SOLVE_PEOPLE : SOLVE_PEOPLE / 2);
    if (fromHistory == 0 && recent < 12) {
      first();
      return;
    }
    int people = fromHistory + fromRecent;
    double[] values = new double[people * offers];
    long[] costs = new long[people * offers];
    for (int i = 0; i < fromHistory && known != null; i++) {
      int person = historyFrom + (int) ((long) i * history / fromHistory);
      System.arraycopy(known.values(), person * offers, values, i * offers, offers);
      System.arraycopy(known.costs(), person * offers, costs, i * offers, offers);
    }
    for (int i = 0; i < fromRecent; i++) {
      int person = (int) ((came - 1 - (long) i * recent / fromRecent) % RECENT);
      int at = (fromHistory + i) * offers;
      System.arraycopy(recentValues, person * offers, values, at, offers);
      System.arraycopy(recentCosts, person * offers, costs, at, offers);
    }
    double[] shares = new double[left.length];
    for (int limit = 0; limit < shares.length; limit++) {
      shares[limit] = left[limit] * people / Math.max(1, rest);
    }
    prices.fit(values, costs, people, shares, PASSES, 1e-4);
  }

  /// A guess from the first few people: half of the best return on cost among them.
  private void first() {
    double best = 0;
    for (int i = 0; i < Math.min(came, RECENT) * offers; i++) {
      if (recentCosts[i] > 0) {
        best = Math.max(best, recentValues[i] / recentCosts[i]);
      }
    }
    if (Double.isFinite(left[0])) {
      prices.budget = best * LEARN_RATE;
    }
  }

  public long spent() {
    return spent;
  }

  public double value() {
    return value;
  }

  /// The value that one more minor unit of the common budget would bring.
  public double price() {
    return prices.budget;
  }

  public long came() {
    return came;
  }
}
