// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import dev.proffer.chatbot.language.NormalText;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Chinese dates and the retail calendar of both languages, neither of which CoreNLP knows.
///
/// Days of a month without a year are the next ones to come. A date that does not exist (2月30日) is
/// found too, so that it can be answered honestly.
final class CalendarMentions {
  private static final Pattern RELATIVE_DAY = Pattern.compile("大后天|今天|今日|今晚|明天|明日|明晚|后天|昨天");
  private static final Pattern WEEKDAY = Pattern.compile("(这|本|下下|下|上)?个?(?:周|星期|礼拜)([一二三四五六日天末])");
  private static final Pattern MONTH_DAY =
      Pattern.compile(
          "(?:(\\d{4})年)?([\\d]{1,2}|[一二三四五六七八九十]{1,2})月([\\d]{1,2}|[一二三四五六七八九十]{1,3})[日号]?");
  private static final Pattern ISO =
      Pattern.compile("(?<!\\d)(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})(?!\\d)");
  private static final Pattern DAY_OF_MONTH =
      Pattern.compile("(?<![\\d月第])([\\d]{1,2}|[一二三]?十[一二三四五六七八九]?)号(?!店|线|楼|色|码)");
  private static final Pattern ENGLISH_MONTH_DAY =
      Pattern.compile(
          "\\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\\d{1,2})(?:st|nd|rd|th)?\\b(?:,? (\\d{4}))?");

  private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
  private static final Pattern ENGLISH_DAY_MONTH =
      Pattern.compile(
          "\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\b(?:,? (\\d{4}))?");

  private record Holiday(Pattern pattern, HolidayRule rule) {}

  private interface HolidayRule {
    LocalDate in(int year);
  }

  private static final List<Holiday> HOLIDAYS =
      List.of(
          holiday("black friday|黑五|黑色星期五", CalendarMentions::blackFriday),
          holiday("cyber monday|网络星期一", year -> blackFriday(year).plusDays(3)),
          holiday(
              "singles['’]? day|double (?:11|eleven)|(?<!\\d)11\\.11(?!\\d)|双\\s?(?:11|十一)",
              year -> LocalDate.of(year, 11, 11)),
          holiday("double (?:12|twelve)|双\\s?(?:12|十二)", year -> LocalDate.of(year, 12, 12)),
          holiday("(?<!\\d)618(?!\\d)|六一八", year -> LocalDate.of(year, 6, 18)),
          holiday("christmas eve|平安夜", year -> LocalDate.of(year, 12, 24)),
          holiday("christmas|xmas|圣诞节?", year -> LocalDate.of(year, 12, 25)),
          holiday("boxing day", year -> LocalDate.of(year, 12, 26)),
          holiday("new year'?s eve|跨年夜?", year -> LocalDate.of(year, 12, 31)),
          holiday("new year'?s?(?: day)?|元旦", year -> LocalDate.of(year, 1, 1)),
          holiday("valentine'?s?(?: day)?|情人节", year -> LocalDate.of(year, 2, 14)),
          holiday("women'?s day|妇女节|三八节|女神节", year -> LocalDate.of(year, 3, 8)),
          holiday("劳动节|五一", year -> LocalDate.of(year, 5, 1)),
          holiday("国庆节?", year -> LocalDate.of(year, 10, 1)),
          holiday("halloween|万圣节", year -> LocalDate.of(year, 10, 31)),
          holiday(
              "mother'?s day|母亲节",
              year ->
                  LocalDate.of(year, 5, 1)
                      .with(TemporalAdjusters.dayOfWeekInMonth(2, DayOfWeek.SUNDAY))),
          holiday(
              "father'?s day|父亲节",
              year ->
                  LocalDate.of(year, 6, 1)
                      .with(TemporalAdjusters.dayOfWeekInMonth(3, DayOfWeek.SUNDAY))));

  private CalendarMentions() {}

  static List<Mention> find(NormalText text, LocalDate today) {
    List<Mention> found = new ArrayList<>();
    String lower = text.lower();
    for (Holiday holiday : HOLIDAYS) {
      for (Matcher m = holiday.pattern.matcher(lower); m.find(); ) {
        LocalDate day = holiday.rule.in(today.getYear());
        add(found, text, m, day.isBefore(today) ? holiday.rule.in(today.getYear() + 1) : day);
      }
    }
    for (Matcher m = RELATIVE_DAY.matcher(lower); m.find(); ) {
      add(
          found,
          text,
          m,
          today.plusDays(
              switch (m.group()) {
                case "昨天" -> -1;
                case "明天", "明日", "明晚" -> 1;
                case "后天" -> 2;
                case "大后天" -> 3;
                default -> 0;
              }));
    }
    for (Matcher m = WEEKDAY.matcher(lower); m.find(); ) {
      add(found, text, m, weekday(today, m.group(1), m.group(2).charAt(0)));
    }
    for (Matcher m = ISO.matcher(lower); m.find(); ) {
      addDay(found, text, m, m.group(1), m.group(2), m.group(3), today);
    }
    for (Matcher m = MONTH_DAY.matcher(lower); m.find(); ) {
      addDay(found, text, m, m.group(1), m.group(2), m.group(3), today);
    }
    for (Matcher m = DAY_OF_MONTH.matcher(lower); m.find(); ) {
      addDay(found, text, m, null, Integer.toString(today.getMonthValue()), m.group(1), today);
    }
    for (Matcher m = ENGLISH_MONTH_DAY.matcher(lower); m.find(); ) {
      int month = MONTHS.indexOf(m.group(1)) / 3 + 1;
      addDay(found, text, m, m.group(3), Integer.toString(month), m.group(2), today);
    }
    for (Matcher m = ENGLISH_DAY_MONTH.matcher(lower); m.find(); ) {
      int month = MONTHS.indexOf(m.group(2)) / 3 + 1;
      addDay(found, text, m, m.group(3), Integer.toString(month), m.group(1), today);
    }
    return found;
  }

  private static void addDay(
      List<Mention> found,
      NormalText text,
      Matcher m,
      @org.jspecify.annotations.Nullable String year,
      String month,
      String day,
      LocalDate today) {
    Optional<Integer> monthNumber = Numerals.parse(month).map(BigDecimal::intValue);
    Optional<Integer> dayNumber = Numerals.parse(day).map(BigDecimal::intValue);
    if (monthNumber.isEmpty() || dayNumber.isEmpty()) {
      return;
    }
    try {
      if (year != null) {
        add(
            found,
            text,
            m,
            LocalDate.of(Integer.parseInt(year), monthNumber.get(), dayNumber.get()));
        return;
      }
      int thisYear = today.getYear();
      LocalDate date =
          monthNumber.get() == 2 && dayNumber.get() == 29
              ? LocalDate.of(thisYear % 4 == 0 ? thisYear : thisYear + 4 - thisYear % 4, 2, 29)
              : LocalDate.of(thisYear, monthNumber.get(), dayNumber.get());
      add(found, text, m, date.isBefore(today.minusDays(31)) ? date.plusYears(1) : date);
    } catch (DateTimeException _) {
      found.add(
          new Mention(
              MentionType.IMPOSSIBLE_DATE,
              text.text().substring(m.start(), m.end()),
              "",
              m.start(),
              m.end()));
    }
  }

  private static void add(List<Mention> found, NormalText text, Matcher m, LocalDate date) {
    found.add(
        new Mention(
            MentionType.DATE,
            text.text().substring(m.start(), m.end()),
            date.toString(),
            m.start(),
            m.end()));
  }

  private static LocalDate weekday(
      LocalDate today, @org.jspecify.annotations.Nullable String which, char day) {
    LocalDate monday = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    int offset =
        switch (day) {
          case '末', '六' -> 5;
          case '日', '天' -> 6;
          default -> "一二三四五".indexOf(day);
        };
    LocalDate date = monday.plusDays(offset);
    return switch (which == null ? "" : which) {
      case "下" -> date.plusWeeks(1);
      case "下下" -> date.plusWeeks(2);
      case "上" -> date.minusWeeks(1);
      case "" -> date.isBefore(today) ? date.plusWeeks(1) : date;
      default -> date;
    };
  }

  private static LocalDate blackFriday(int year) {
    return LocalDate.of(year, 11, 1)
        .with(TemporalAdjusters.dayOfWeekInMonth(4, DayOfWeek.THURSDAY))
        .plusDays(1);
  }

  private static Holiday holiday(String pattern, HolidayRule rule) {
    return new Holiday(Pattern.compile(pattern), rule);
  }
}
