// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;

/// How many events there were.
public final class CountAggregation extends HopAggregation {
  private final EventTypes events;

  public CountAggregation(EventTypes events, Window window) {
    super(window, 1);
    this.events = events;
  }

  @Override
  public boolean reads(EventType type) {
    return events.contains(type);
  }

  @Override
  public boolean gives(FeatureType type) {
    return type.isNumeric() && type != FeatureType.BOOL;
  }

  @Override
  public boolean reads(Event event) {
    return events.contains(event.getType());
  }

  @Override
  void add(double[] numbers, int at, Event event) {
    numbers[at]++;
  }

  @Override
  void merge(double[] into, int to, double[] numbers, int at) {
    into[to] += numbers[at];
  }

  @Override
  double result(double[] sum) {
    return sum[0];
  }

  @Override
  String describeFunction() {
    return "count(" + events + ")";
  }
}
