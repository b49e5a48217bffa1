// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// A text of the last K events, newest first.
public final class LastKAggregation extends SequenceAggregation {
  public LastKAggregation(EventTypes events, EventField of, int k, Window window) {
    super(events, of, k, window);
  }

  @Override
  boolean before(long newUnixMillis, long knownUnixMillis) {
    return newUnixMillis >= knownUnixMillis;
  }

  @Override
  boolean isByHop() {
    // The last ones of all are also the last ones of any window that has them.
    return false;
  }

  @Override
  String name() {
    return "last";
  }
}
