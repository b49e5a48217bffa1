// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// A text of the first K events, oldest first. In a window these are the first ones after its edge.
public final class FirstKAggregation extends SequenceAggregation {
  /// A window keeps the first events of each of its hops, so it has less room for each.
  private static final int K_IN_WINDOW_MAX = 32;

  public FirstKAggregation(EventTypes events, EventField of, int k, Window window) {
    super(events, of, k, window);
    if (!window.isAllTime() && k > K_IN_WINDOW_MAX) {
      throw new IllegalArgumentException(
          "k must be at most " + K_IN_WINDOW_MAX + " where first has a window");
    }
  }

  @Override
  boolean before(long newUnixMillis, long knownUnixMillis) {
    return newUnixMillis < knownUnixMillis;
  }

  @Override
  boolean isByHop() {
    return true;
  }

  @Override
  String name() {
    return "first";
  }
}
