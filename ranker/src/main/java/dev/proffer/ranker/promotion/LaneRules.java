// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Lane;

/// The mode of each lane. Lanes always apply in the order of the components.
public record LaneRules(LaneMode item, LaneMode order, LaneMode shipping, LaneMode member) {
  /// One promotion a line, stacked with what is taken off the order, the shipping and for members.
  public static final LaneRules DEFAULT =
      new LaneRules(LaneMode.BEST, LaneMode.ALL, LaneMode.BEST, LaneMode.BEST);

  /// Lanes that are evaluated, in order.
  static final int LANES = 4;

  LaneMode mode(int lane) {
    return switch (lane) {
      case 0 -> item;
      case 1 -> order;
      case 2 -> shipping;
      case 3 -> member;
      default -> throw new IllegalArgumentException("lane: " + lane);
    };
  }

  static Lane lane(int index) {
    return Lane.forNumber(index + 1);
  }

  static int index(Lane lane) {
    return lane.getNumber() - 1;
  }
}
