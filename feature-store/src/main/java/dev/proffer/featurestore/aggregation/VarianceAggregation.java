// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// The population variance of a number that events carry; null without events.
///
/// Each hop keeps count, mean and sum of squared deviations, updated one event at a time (Welford
/// 1962) and merged pairwise (Chan, Golub, LeVeque 1979), which stays accurate where the difference
/// of two large sums would not.
public final class VarianceAggregation extends FieldAggregation {
  public VarianceAggregation(EventTypes events, EventField of, Window window) {
    super(events, of, window, 3);
  }

  @Override
  String name() {
    return "variance";
  }

  @Override
  void add(double[] numbers, int at, double value) {
    double count = ++numbers[at];
    double delta = value - numbers[at + 1];
    numbers[at + 1] += delta / count;
    numbers[at + 2] += delta * (value - numbers[at + 1]);
  }

  @Override
  void merge(double[] into, int to, double[] numbers, int at) {
    double count = into[to] + numbers[at];
    if (numbers[at] == 0) {
      return;
    }
    double delta = numbers[at + 1] - into[to + 1];
    into[to + 2] += numbers[at + 2] + delta * delta * into[to] * numbers[at] / count;
    into[to + 1] += delta * numbers[at] / count;
    into[to] = count;
  }

  @Override
  double result(double[] sum) {
    return sum[0] == 0 ? Double.NaN : sum[2] / sum[0];
  }
}
