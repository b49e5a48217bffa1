// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import java.util.Arrays;

/// What each offer is expected to bring and to cost for each person: people in rows, offers in
/// columns, both as flat arrays. To make no offer brings and costs nothing.
///
/// @param people number of people
/// @param offers number of offers
/// @param values expected value of giving an offer, in minor units; may be negative; minus infinity
///   where the person may not have it
/// @param costs expected cost in minor units, 0 or more
/// @param budget what all of them together may cost
/// @param offerBudgets what each offer may cost, or [Long#MAX_VALUE]
/// @param offerCaps to how many people each offer may go, or [Long#MAX_VALUE]
@SuppressWarnings("ArrayRecordComponent") // Millions of entries, read in loops, never changed.
public record Choices(
    int people,
    int offers,
    double[] values,
    long[] costs,
    long budget,
    long[] offerBudgets,
    long[] offerCaps) {
  public Choices {
    if (values.length != people * offers || costs.length != people * offers) {
      throw new IllegalArgumentException(
          "values and costs: "
              + values.length
              + " and "
              + costs.length
              + " (expected: people x offers = "
              + people * offers
              + ")");
    }
    if (offerBudgets.length != offers || offerCaps.length != offers) {
      throw new IllegalArgumentException(
          "offerBudgets and offerCaps: "
              + offerBudgets.length
              + " and "
              + offerCaps.length
              + " (expected: "
              + offers
              + ")");
    }
    for (long cost : costs) {
      if (cost < 0) {
        throw new IllegalArgumentException("costs: " + cost + " (expected: 0 or more)");
      }
    }
  }

  /// Without caps on people.
  public Choices(
      int people, int offers, double[] values, long[] costs, long budget, long[] offerBudgets) {
    this(people, offers, values, costs, budget, offerBudgets, unlimited(offers));
  }

  static long[] unlimited(int offers) {
    long[] limits = new long[offers];
    Arrays.fill(limits, Long.MAX_VALUE);
    return limits;
  }

  double value(int person, int offer) {
    return values[person * offers + offer];
  }

  long cost(int person, int offer) {
    return costs[person * offers + offer];
  }
}
