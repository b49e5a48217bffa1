// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Schedule;
import dev.proffer.proto.promotion.v1.WeeklyWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/// The times at which a promotion applies: a span, and minutes of the week within it.
///
/// Minutes of the week count from Monday 00:00 in the zone of the schedule, so a window opens and
/// closes by the clock on the wall, also on days that a clock change makes longer or shorter.
final class LiveTimes {
  static final LiveTimes ALWAYS = new LiveTimes(Schedule.getDefaultInstance());

  private static final int DAY_MINUTES = 24 * 60;
  private static final int WEEK_MINUTES = 7 * DAY_MINUTES;

  private final long startUnixMs;
  private final long endUnixMs;
  private final ZoneId zone;
  // Spans of minutes of the week, start inclusive, end exclusive; empty means all the time.
  private final int[] opens;
  private final int[] closes;

  LiveTimes(Schedule schedule) {
    startUnixMs = schedule.getStartUnixMs();
    endUnixMs = schedule.getEndUnixMs() == 0 ? Long.MAX_VALUE : schedule.getEndUnixMs();
    zone = schedule.getTimeZone().isEmpty() ? ZoneOffset.UTC : ZoneId.of(schedule.getTimeZone());
    int count = 0;
    for (WeeklyWindow window : schedule.getWindowsList()) {
      count += window.getDaysCount() == 0 ? 7 : window.getDaysCount();
    }
    opens = new int[count];
    closes = new int[count];
    int next = 0;
    for (WeeklyWindow window : schedule.getWindowsList()) {
      int days = window.getDaysCount() == 0 ? 7 : window.getDaysCount();
      for (int i = 0; i < days; i++) {
        int day = window.getDaysCount() == 0 ? i : window.getDays(i) - 1;
        int open = day * DAY_MINUTES + window.getStartMinute();
        int close = day * DAY_MINUTES + window.getEndMinute();
        opens[next] = open;
        closes[next] = close <= open ? close + DAY_MINUTES : close;
        next++;
      }
    }
  }

  long startUnixMs() {
    return startUnixMs;
  }

  /// The millisecond after the last, or [Long#MAX_VALUE].
  long endUnixMs() {
    return endUnixMs;
  }

  ZoneId zone() {
    return zone;
  }

  boolean hasWindows() {
    return opens.length > 0;
  }

  boolean started(long unixMs) {
    return unixMs >= startUnixMs;
  }

  boolean over(long unixMs) {
    return unixMs >= endUnixMs;
  }

  boolean isLive(long unixMs) {
    return started(unixMs) && !over(unixMs) && insideWindow(unixMs);
  }

  boolean insideWindow(long unixMs) {
    if (opens.length == 0) {
      return true;
    }
    int minute = minuteOfWeek(unixMs);
    for (int i = 0; i < opens.length; i++) {
      if ((minute >= opens[i] && minute < closes[i])
          || (minute + WEEK_MINUTES >= opens[i] && minute + WEEK_MINUTES < closes[i])) {
        return true;
      }
    }
    return false;
  }

  /// The first time from `unixMs` on at which it applies, or [Long#MAX_VALUE] when it never will.
  long nextLive(long unixMs) {
    long from = Math.max(unixMs, startUnixMs);
    if (from >= endUnixMs) {
      return Long.MAX_VALUE;
    }
    if (insideWindow(from)) {
      return from;
    }
    ZonedDateTime local = Instant.ofEpochMilli(from).atZone(zone);
    LocalDate monday = local.toLocalDate().with(DayOfWeek.MONDAY);
    long best = Long.MAX_VALUE;
    for (int week = 0; week <= 1; week++) {
      for (int open : opens) {
        long candidate =
            monday
                .plusDays(week * 7L + open / DAY_MINUTES)
                .atStartOfDay()
                .plusMinutes(open % DAY_MINUTES)
                .atZone(zone)
                .toInstant()
                .toEpochMilli();
        if (candidate >= from) {
          best = Math.min(best, candidate);
        }
      }
    }
    return best < endUnixMs ? best : Long.MAX_VALUE;
  }

  /// When the time that it applies at `unixMs` ends, or [Long#MAX_VALUE].
  long liveUntil(long unixMs) {
    if (opens.length == 0) {
      return endUnixMs;
    }
    int minute = minuteOfWeek(unixMs);
    int left = 0;
    for (int i = 0; i < opens.length; i++) {
      for (int shifted = minute; shifted <= minute + WEEK_MINUTES; shifted += WEEK_MINUTES) {
        if (shifted >= opens[i] && shifted < closes[i]) {
          left = Math.max(left, closes[i] - shifted);
        }
      }
    }
    long close =
        Instant.ofEpochMilli(unixMs)
            .atZone(zone)
            .truncatedTo(java.time.temporal.ChronoUnit.MINUTES)
            .plusMinutes(left)
            .toInstant()
            .toEpochMilli();
    return Math.min(endUnixMs, close);
  }

  private int minuteOfWeek(long unixMs) {
    ZonedDateTime local = Instant.ofEpochMilli(unixMs).atZone(zone);
    return (local.getDayOfWeek().getValue() - 1) * DAY_MINUTES
        + local.getHour() * 60
        + local.getMinute();
  }
}
