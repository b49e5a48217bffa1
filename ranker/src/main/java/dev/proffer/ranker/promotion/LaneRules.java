// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Lane;
import java.util.List;

/// The mode of each lane. Lanes always apply in the order of the components.
public record LaneRules(LaneMode item, LaneMode order, LaneMode shipping, LaneMode member) {
  /// One promotion a line, stacked with what is taken off the order, the shipping and for members.
  public static final LaneRules DEFAULT =
      new LaneRules(LaneMode.BEST, LaneMode.ALL, LaneMode.BEST, LaneMode.BEST);

  /// Lanes that are evaluated, in order.
  static final int LANES = 4;

  /// Reads rules such as `item=best,order=all,shipping=best,member=best`; lanes that are not named
  /// are as in [#DEFAULT].
  ///
  /// @throws IllegalArgumentException naming what is wrong
  public static LaneRules parse(String text) {
    LaneMode[] modes = {DEFAULT.item, DEFAULT.order, DEFAULT.shipping, DEFAULT.member};
    for (String part : text.split(",", -1)) {
      String[] pair = part.strip().split("=", -1);
      int lane =
          pair.length == 2 ? List.of("item", "order", "shipping", "member").indexOf(pair[0]) : -1;
      if (lane < 0) {
        throw new IllegalArgumentException(
            part.strip() + " (expected: item, order, shipping or member, '=', best, all or first)");
      }
      modes[lane] =
          switch (pair[1]) {
            case "best" -> LaneMode.BEST;
            case "all" -> LaneMode.ALL;
            case "first" -> LaneMode.FIRST;
            default ->
                throw new IllegalArgumentException(pair[1] + " (expected: best, all or first)");
          };
    }
    return new LaneRules(modes[0], modes[1], modes[2], modes[3]);
  }

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
