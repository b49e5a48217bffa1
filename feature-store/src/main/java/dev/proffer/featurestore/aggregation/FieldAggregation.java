// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;

/// An aggregation over a number that events carry.
abstract class FieldAggregation extends HopAggregation {
  private final EventTypes events;
  private final EventField of;

  FieldAggregation(EventTypes events, EventField of, Window window, int width) {
    super(window, width);
    this.events = events;
    this.of = of;
  }

  abstract void add(double[] numbers, int at, double value);

  /// The name in declarations.
  abstract String name();

  @Override
  public final boolean reads(EventType type) {
    return events.contains(type);
  }

  @Override
  public final boolean reads(Event event) {
    return events.contains(event.getType()) && !Double.isNaN(of.number(event));
  }

  @Override
  final void add(double[] numbers, int at, Event event) {
    add(numbers, at, of.number(event));
  }

  @Override
  final String describeFunction() {
    return name() + " of " + of + " (" + events + ")";
  }
}
