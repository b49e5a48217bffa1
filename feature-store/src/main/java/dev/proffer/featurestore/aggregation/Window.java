// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// The time before a read that an aggregation looks at.
///
/// A window of length W that is read at t holds the events with times in `(t − W, ∞)`: what is as
/// old as W does not count, what is younger does, and the edge is where the read is, not where the
/// last write was. An event that was accepted with a time a little ahead of the reader's clock
/// counts: it has happened.
///
/// So that a read need not look at every event, time is cut into hops of a sixtieth of the window;
/// what aggregations keep for a hop is theirs to say.
///
/// @param millis the length; 0 means all time
public record Window(long millis) {
  public static final Window ALL_TIME = new Window(0);

  /// How many hops a window has at most, not counting those kept for clocks that differ.
  public static final int HOPS = 60;

  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long MILLIS_MIN = MINUTE;
  private static final long MILLIS_MAX = 400 * DAY;
  private static final long HOP_MILLIS_MIN = 5 * SECOND;

  /// Events may arrive with times a little ahead of the reader's clock. What such an event makes
  /// old is kept for this much longer, so that it does not push out what is still looked at.
  private static final long SLACK_MILLIS = 15 * MINUTE;

  public Window {
    if (millis != 0 && (millis < MILLIS_MIN || millis > MILLIS_MAX)) {
      throw new IllegalArgumentException("a window must be from 1m to 400d");
    }
  }

  public boolean isAllTime() {
    return millis == 0;
  }

  public long hopMillis() {
    return isAllTime() ? Long.MAX_VALUE : Math.max(HOP_MILLIS_MIN, Math.ceilDiv(millis, HOPS));
  }

  /// The hop of a time.
  public long hopAt(long unixMillis) {
    return isAllTime() ? 0 : Math.floorDiv(unixMillis, hopMillis());
  }

  /// The edge of the window at a time: only what is younger counts.
  public long edgeAt(long unixMillis) {
    return isAllTime() ? Long.MIN_VALUE : unixMillis - millis;
  }

  /// What is not younger than this is not looked at any more once there is an event at a time.
  public long oldestKept(long newestUnixMillis) {
    return isAllTime() ? Long.MIN_VALUE : newestUnixMillis - millis - SLACK_MILLIS;
  }

  /// The oldest hop worth keeping once there is an event in a hop.
  public long oldestHopKept(long newestHop) {
    return isAllTime()
        ? 0
        : newestHop - Math.ceilDiv(millis, hopMillis()) - Math.ceilDiv(SLACK_MILLIS, hopMillis());
  }

  public String describe() {
    return isAllTime() ? "" : " over " + textOf(millis);
  }

  /// A time in the largest unit that divides it, such as `7d`.
  public static String textOf(long millis) {
    if (millis % DAY == 0) {
      return millis / DAY + "d";
    }
    if (millis % HOUR == 0) {
      return millis / HOUR + "h";
    }
    if (millis % MINUTE == 0) {
      return millis / MINUTE + "m";
    }
    return millis % SECOND == 0 ? millis / SECOND + "s" : millis + "ms";
  }
}
