// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

/// The time before a read that an aggregation looks at.
///
/// Time is cut into hops, the longest of a fixed list that fits 60 times into the window. A window
/// of length W that is read at t counts the hop of t and the W/hop − 1 hops before it. So an event
/// older than W never counts, an event younger than W − hop always does, and the edge is where the
/// read is, not where the last write was. An event that was accepted with a time a little ahead of
/// the reader's clock counts: it has happened.
///
/// @param millis the length; 0 means all time
public record Window(long millis) {
  public static final Window ALL_TIME = new Window(0);

  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long MILLIS_MIN = MINUTE;
  private static final long MILLIS_MAX = 400 * DAY;
  private static final long[] HOPS = {
    DAY, 6 * HOUR, HOUR, 15 * MINUTE, 5 * MINUTE, MINUTE, 15 * SECOND, 5 * SECOND, SECOND
  };

  /// Events may arrive with times a little ahead of the reader's clock. Hops are kept for this much
  /// longer, so that such an event does not push out a hop that is still looked at.
  private static final long SLACK_MILLIS = 15 * MINUTE;

  public Window {
    if (millis != 0 && (millis < MILLIS_MIN || millis > MILLIS_MAX)) {
      throw new IllegalArgumentException("a window must be from 1m to 400d");
    }
    if (millis != 0 && millis % hopOf(millis) != 0) {
      throw new IllegalArgumentException(
          "a window must be a multiple of its hop, " + textOf(hopOf(millis)));
    }
  }

  public boolean isAllTime() {
    return millis == 0;
  }

  public long hopMillis() {
    return isAllTime() ? 0 : hopOf(millis);
  }

  /// The hop of a time.
  public long hopAt(long unixMillis) {
    return isAllTime() ? 0 : Math.floorDiv(unixMillis, hopOf(millis));
  }

  /// The oldest hop that counts at a time.
  public long oldestHopAt(long unixMillis) {
    return isAllTime() ? 0 : hopAt(unixMillis) - millis / hopOf(millis) + 1;
  }

  /// The oldest hop worth keeping once there is an event in a hop.
  public long oldestHopKept(long newestHop) {
    return isAllTime() ? 0 : newestHop - millis / hopOf(millis) - SLACK_MILLIS / hopOf(millis) - 1;
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

  private static long hopOf(long millis) {
    for (long hop : HOPS) {
      if (hop * 60 <= millis) {
        return hop;
      }
    }
    return SECOND;
  }
}
