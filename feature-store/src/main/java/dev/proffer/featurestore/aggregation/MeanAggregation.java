// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// The mean of a number that events carry; null without events.
public final class MeanAggregation extends FieldAggregation {
  public MeanAggregation(EventTypes events, EventField of, Window window) {
    super(events, of, window, 2);
  }

  @Override
  String name() {
    return "mean";
  }

  @Override
  void add(double[] numbers, int at, double value) {
    numbers[at]++;
    numbers[at + 1] += value;
  }

  @Override
  void merge(double[] into, int to, double[] numbers, int at) {
    into[to] += numbers[at];
    into[to + 1] += numbers[at + 1];
  }

  @Override
  double result(double[] sum) {
    return sum[0] == 0 ? Double.NaN : sum[1] / sum[0];
  }
}
