// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// A text of the first K events, oldest first.
public final class FirstKAggregation extends SequenceAggregation {
  public FirstKAggregation(EventTypes events, EventField of, int k, Window window) {
    super(events, of, k, window);
  }

  @Override
  boolean before(long newUnixMillis, long knownUnixMillis) {
    return newUnixMillis < knownUnixMillis;
  }

  @Override
  String name() {
    return "first";
  }
}
