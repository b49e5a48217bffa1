// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// The smallest number that events carry; null without events.
public final class MinAggregation extends FieldAggregation {
  public MinAggregation(EventTypes events, EventField of, Window window) {
    super(events, of, window, 1);
  }

  @Override
  String name() {
    return "min";
  }

  @Override
  void begin(double[] numbers, int at) {
    numbers[at] = Double.POSITIVE_INFINITY;
  }

  @Override
  void add(double[] numbers, int at, double value) {
    numbers[at] = Math.min(numbers[at], value);
  }

  @Override
  void merge(double[] into, int to, double[] numbers, int at) {
    into[to] = Math.min(into[to], numbers[at]);
  }

  @Override
  double result(double[] sum) {
    return Double.isInfinite(sum[0]) ? Double.NaN : sum[0];
  }
}
