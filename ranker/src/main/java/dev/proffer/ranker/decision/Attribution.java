// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import dev.proffer.proto.experiment.v1.AttributionRule;
import java.util.ArrayList;
import java.util.List;

/// Which of the decisions before an event gets how much of its reward.
///
/// A decision is a touch when it was made at or before the event and no longer before it than the
/// window. The shares of one event add up to 1 by each rule, or there are none.
public final class Attribution {
  /// The share of one decision.
  ///
  /// @param touch its place among the times that were given
  public record Credit(int touch, double lastTouch, double firstTouch, double linear) {
    /// The share by a rule.
    public double share(AttributionRule rule) {
      return switch (rule) {
        case ATTRIBUTION_RULE_UNSPECIFIED, ATTRIBUTION_RULE_LAST_TOUCH, UNRECOGNIZED -> lastTouch;
        case ATTRIBUTION_RULE_FIRST_TOUCH -> firstTouch;
        case ATTRIBUTION_RULE_LINEAR -> linear;
      };
    }
  }

  private Attribution() {}

  /// The shares of decisions in an event. Of decisions at the same time the later in the list is
  /// the last touch.
  public static List<Credit> credits(
      List<Long> decidedAtMillis, long eventAtMillis, long windowMillis) {
    if (windowMillis < 0) {
      throw new IllegalArgumentException("window: " + windowMillis + " (expected: 0 or more)");
    }
    int last = -1;
    int first = -1;
    int touches = 0;
    for (int i = 0; i < decidedAtMillis.size(); i++) {
      long at = decidedAtMillis.get(i);
      if (isTouch(at, eventAtMillis, windowMillis)) {
        touches++;
        last = last < 0 || at >= decidedAtMillis.get(last) ? i : last;
        first = first < 0 || at < decidedAtMillis.get(first) ? i : first;
      }
    }
    List<Credit> credits = new ArrayList<>(touches);
    for (int i = 0; i < decidedAtMillis.size(); i++) {
      if (isTouch(decidedAtMillis.get(i), eventAtMillis, windowMillis)) {
        credits.add(new Credit(i, i == last ? 1 : 0, i == first ? 1 : 0, 1.0 / touches));
      }
    }
    return credits;
  }

  private static boolean isTouch(long at, long eventAt, long window) {
    return at <= eventAt && eventAt - at <= window;
  }
}
