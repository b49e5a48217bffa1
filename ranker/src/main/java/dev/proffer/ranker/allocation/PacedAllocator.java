// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

/// Chooses offers one person at a time, as requests come, without knowing who comes later.
///
/// A choice is the offer with the greatest value less priced cost. The price follows the pace: when
/// the budget is spent faster than people come it rises, when slower it falls, by a factor that is
/// largest while little is known. A choice that the rest of the budget cannot pay for is not made,
/// so the budget is never overspent. For one thread; a server keeps one per campaign behind its
/// lock.
public final class PacedAllocator {
  private static final double RATE_START = 0.5;
  private static final double RATE_END = 0.02;
  private static final double PRICE_MIN = 1e-9;

  private final long budget;
  private final long peopleExpected;
  private long spent;
  private long came;
  private double price;
  private double smoothedPace;
  private double value;

  /// @param peopleExpected how many people will come while the budget lasts
  /// @param priceStart a first guess of the value of one minor unit
  public PacedAllocator(long budget, long peopleExpected, double priceStart) {
    if (budget < 0 || peopleExpected <= 0) {
      throw new IllegalArgumentException(
          "budget and peopleExpected: " + budget + " and " + peopleExpected);
    }
    this.budget = budget;
    this.peopleExpected = peopleExpected;
    this.price = Math.max(PRICE_MIN, priceStart);
    this.smoothedPace = (double) budget / peopleExpected;
  }

  /// The offer for the next person, or -1 for none.
  public int next(double[] values, long[] costs) {
    int best = -1;
    double bestGain = 0;
    for (int offer = 0; offer < values.length; offer++) {
      double gain = values[offer] - price * costs[offer];
      if (gain > bestGain && costs[offer] <= budget - spent) {
        best = offer;
        bestGain = gain;
      }
    }
    long cost = best < 0 ? 0 : costs[best];
    spent += cost;
    value += best < 0 ? 0 : values[best];
    came++;
    follow(cost);
    return best;
  }

  private void follow(long cost) {
    long rest = Math.max(1, peopleExpected - came);
    double wanted = (double) (budget - spent) / (double) rest;
    double window = (double) Math.min(came, 200);
    smoothedPace += (cost - smoothedPace) / Math.max(20, window);
    double rate = Math.max(RATE_END, RATE_START / Math.sqrt((double) came));
    double excess = wanted <= 0 ? 1 : Math.clamp(smoothedPace / wanted - 1, -1.0, 1.0);
    price = Math.max(PRICE_MIN, price * Math.exp(rate * excess));
  }

  public long spent() {
    return spent;
  }

  public double value() {
    return value;
  }

  public double price() {
    return price;
  }
}
