// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.handoff;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// When humans are at the desk, such as `mon-fri 09:00-18:00`, in the time zone of the shop.
public final class DeskHours {
  private static final Pattern SPAN =
      Pattern.compile("([a-z]{3})(?:-([a-z]{3}))? (\\d\\d):(\\d\\d)-(\\d\\d):(\\d\\d)");
  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
  private static final int MINUTES_OF_DAY = 24 * 60;

  /// Minutes of a day, the end exclusive.
  private record Span(int fromDay, int toDay, int fromMinute, int toMinute) {
    boolean has(DayOfWeek day) {
      int index = day.getValue() - 1;
      return fromDay <= toDay
          ? index >= fromDay && index <= toDay
          : index >= fromDay || index <= toDay;
    }
  }

  private final List<Span> spans;
  private final ZoneId zone;

  private DeskHours(List<Span> spans, ZoneId zone) {
    this.spans = spans;
    this.zone = zone;
  }

  /// Reads spans such as `mon-fri 09:00-18:00`; `always` is every hour, `never` none.
  public static DeskHours parse(List<String> texts, ZoneId zone) {
    List<Span> spans = new ArrayList<>();
    for (String text : texts) {
      String span = text.strip().toLowerCase(Locale.ROOT);
      if (span.equals("always")) {
        spans.add(new Span(0, 6, 0, MINUTES_OF_DAY));
      } else if (!span.equals("never")) {
        Matcher m = SPAN.matcher(span);
        int from = m.matches() ? DAYS.indexOf(m.group(1)) : -1;
        int to = from < 0 || m.group(2) == null ? from : DAYS.indexOf(m.group(2));
        if (from < 0 || to < 0) {
          throw wrong(text);
        }
        int begin = minute(m.group(3), m.group(4));
        int end = minute(m.group(5), m.group(6));
        if (begin >= end || end > MINUTES_OF_DAY) {
          throw wrong(text);
        }
        spans.add(new Span(from, to, begin, end));
      }
    }
    return new DeskHours(spans, zone);
  }

  public boolean isOpen(Instant now) {
    ZonedDateTime time = now.atZone(zone);
    int minute = time.getHour() * 60 + time.getMinute();
    return spans.stream()
        .anyMatch(span ->
            span.has(time.getDayOfWeek()) && minute >= span.fromMinute && minute < span.toMinute);
  }

  /// When it opens next, in Unix milliseconds; empty when it never does.
  public OptionalLong nextOpening(Instant now) {
    LocalDate today = now.atZone(zone).toLocalDate();
    for (int days = 0; days <= 7; days++) {
      LocalDate day = today.plusDays(days);
      OptionalLong first =
          spans.stream()
              .filter(span -> span.has(day.getDayOfWeek()))
              .mapToLong(span ->
                  day.atTime(LocalTime.ofSecondOfDay(span.fromMinute * 60L))
                      .atZone(zone)
                      .toInstant()
                      .toEpochMilli())
              .filter(millis -> millis > now.toEpochMilli())
              .min();
      if (first.isPresent()) {
        return first;
      }
    }
    return OptionalLong.empty();
  }

  private static int minute(String hours, String minutes) {
    return Integer.parseInt(hours) * 60 + Integer.parseInt(minutes);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "chatbot.desk-hours: '"
            + text
            + "' (expected: always, never, or spans such as mon-fri 09:00-18:00)");
  }
}
