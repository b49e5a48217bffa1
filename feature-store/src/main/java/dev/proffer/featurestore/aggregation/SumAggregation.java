// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.FeatureType;

/// The sum of a number that events carry; 0 without events.
public final class SumAggregation extends FieldAggregation {
  public SumAggregation(EventTypes events, EventField of, Window window) {
    super(events, of, window, 1);
  }

  @Override
  String name() {
    return "sum";
  }

  @Override
  public boolean gives(FeatureType type) {
    return type.isNumeric() && type != FeatureType.BOOL;
  }

  @Override
  void add(double[] numbers, int at, double value) {
    numbers[at] += value;
  }

  @Override
  void merge(double[] into, int to, double[] numbers, int at) {
    into[to] += numbers[at];
  }

  @Override
  double result(double[] sum) {
    return sum[0];
  }
}
