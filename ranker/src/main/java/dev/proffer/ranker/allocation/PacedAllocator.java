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
  private static final double TREND_PRIOR = 200;
  private static final double TREND_MAX = 10;

  private final int offers;
  private final double[] left;
  private final @Nullable Choices past;
  private final double[] recentValues;
  private final long[] recentCosts;
  private final Prices prices;
  private final double[] limits;
  private long seen;
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
    this.limits = left.clone();
    this.recentValues = new double[RECENT * offers];
    this.recentCosts = new long[RECENT * offers];
    this.prices = new Prices(offers);
  }

  /// The offer for the next person, or -1 for none.
  ///
  /// @param rest how many people are expected after this one
  public int next(double[] values, long[] costs, double rest) {
    remember(values, costs);
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

  /// Takes somebody who came as an example of those who come, as after a restart.
  public void remember(double[] values, long[] costs) {
    int at = (int) (seen % RECENT) * offers;
    System.arraycopy(values, 0, recentValues, at, offers);
    System.arraycopy(costs, 0, recentCosts, at, offers);
    seen++;
  }

  /// Takes over what the record says, which several servers write.
  ///
  /// @param everybody who came until now, at any server
  /// @param spentByOffer what each offer is expected to cost
  /// @param givenByOffer to how many people each went
  public void sync(long everybody, long[] spentByOffer, long[] givenByOffer) {
    long all = 0;
    for (int offer = 0; offer < offers; offer++) {
      left[1 + offer] = limits[1 + offer] - spentByOffer[offer];
      left[1 + offers + offer] = limits[1 + offers + offer] - givenByOffer[offer];
      all += spentByOffer[offer];
    }
    left[0] = limits[0] - all;
    spent = all;
    came = everybody;
  }

  /// The dual prices: of the common budget, of each offer's budget, of each offer's cap.
  public double[] prices() {
    double[] all = new double[1 + 2 * offers];
    all[0] = prices.budget;
    System.arraycopy(prices.offers, 0, all, 1, offers);
    System.arraycopy(prices.caps, 0, all, 1 + offers, offers);
    return all;
  }

  /// Begins with the prices of an earlier run.
  public void restore(double[] all) {
    if (all.length == 1 + 2 * offers) {
      prices.budget = all[0];
      System.arraycopy(all, 1, prices.offers, 0, offers);
      System.arraycopy(all, 1 + offers, prices.caps, 0, offers);
    }
  }

  private boolean fits(int offer, long cost) {
    return cost <= left[0] && cost <= left[1 + offer] && left[1 + offers + offer] >= 1;
  }

  /// Sets the prices at which people like those expected would use what is left.
  private void solve(double rest) {
    int recent = (int) Math.min(seen, RECENT);
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
    Trend trend =
        known == null ? Trend.NONE : trend(known, recent, came / (came + rest), historyFrom);
    int people = fromHistory + fromRecent;
    double[] values = new double[people * offers];
    long[] costs = new long[people * offers];
    for (int i = 0; i < fromHistory && known != null; i++) {
      int person = historyFrom + (int) ((long) i * history / fromHistory);
      for (int offer = 0; offer < offers; offer++) {
        int to = i * offers + offer;
        values[to] = known.value(person, offer) * trend.valuesSinceThen();
        costs[to] = Math.round(known.cost(person, offer) * trend.costsSinceThen());
      }
    }
    for (int i = 0; i < fromRecent; i++) {
      int from = (int) ((seen - 1 - (long) i * recent / fromRecent) % RECENT) * offers;
      for (int offer = 0; offer < offers; offer++) {
        int to = (fromHistory + i) * offers + offer;
        values[to] = recentValues[from + offer] * trend.valuesAhead();
        costs[to] = Math.round(recentCosts[from + offer] * trend.costsAhead());
      }
    }
    double[] shares = new double[left.length];
    for (int limit = 0; limit < shares.length; limit++) {
      shares[limit] = Math.max(0, left[limit]) * people / Math.max(1, rest);
    }
    prices.fit(values, costs, people, shares, PASSES, 1e-4);
  }

  /// How people change: from a past campaign to this one at the same stretch, and from now to the
  /// rest of the campaign, as they did in the past one. Each as a factor of values and of costs.
  private record Trend(
      double valuesSinceThen, double costsSinceThen, double valuesAhead, double costsAhead) {
    static final Trend NONE = new Trend(1, 1, 1, 1);
  }

  private Trend trend(Choices known, int recent, double done, int restFrom) {
    // The same people of the past: those who came over the same stretch, as many as are recent.
    int until = Math.clamp((long) (done * known.people()), 1, known.people());
    int since =
        Math.clamp((long) ((came - recent) / (double) came * done * known.people()), 0, until - 1);
    double[] then = means(known.values(), known.costs(), since, until);
    double[] ahead = means(known.values(), known.costs(), restFrom, known.people());
    double[] now = means(recentValues, recentCosts, 0, recent);
    // A few people say little: they are mixed with as many as the past would have sent.
    double valuesSince = shrunk(now[0], then[0], recent);
    double costsSince = shrunk(now[1], then[1], recent);
    return new Trend(valuesSince, costsSince, ratio(ahead[0], then[0]), ratio(ahead[1], then[1]));
  }

  private static double shrunk(double now, double then, int recent) {
    return (recent * ratio(now, then) + TREND_PRIOR) / (recent + TREND_PRIOR);
  }

  private static double ratio(double a, double b) {
    return a > 0 && b > 0 ? Math.clamp(a / b, 1 / TREND_MAX, TREND_MAX) : 1;
  }

  /// The mean of the best value, and of the costs, over people.
  private double[] means(double[] values, long[] costs, int from, int to) {
    double value = 0;
    double cost = 0;
    for (int person = from; person < to; person++) {
      double best = 0;
      for (int offer = 0; offer < offers; offer++) {
        best = Math.max(best, values[person * offers + offer]);
        cost += costs[person * offers + offer];
      }
      value += best;
    }
    int people = Math.max(1, to - from);
    return new double[] {value / people, cost / people};
  }

  /// A guess from the first few people: half of the best return on cost among them.
  private void first() {
    double best = 0;
    for (int i = 0; i < Math.min(seen, RECENT) * offers; i++) {
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
