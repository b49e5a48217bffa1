// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.answer;

import com.ibm.icu.number.LocalizedNumberFormatter;
import com.ibm.icu.number.NumberFormatter;
import com.ibm.icu.number.Precision;
import com.ibm.icu.util.Currency;
import dev.proffer.chatbot.language.Language;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.Map;

/// How money, dates and percentages are written in each language. Safe for use by many threads.
public final class Formats {
  private static final Map<Language, LocalizedNumberFormatter> MONEY =
      new EnumMap<>(Language.class);

  static {
    for (Language language : Language.values()) {
      MONEY.put(
          language,
          NumberFormatter.withLocale(language.locale())
              .unitWidth(NumberFormatter.UnitWidth.NARROW)
              .precision(
                  Precision.currency(Currency.CurrencyUsage.STANDARD)
                      .trailingZeroDisplay(NumberFormatter.TrailingZeroDisplay.HIDE_IF_WHOLE)));
    }
  }

  private static final DateTimeFormatter ENGLISH_DAY = pattern("MMM d", Language.ENGLISH);
  private static final DateTimeFormatter ENGLISH_DAY_YEAR =
      pattern("MMM d, yyyy", Language.ENGLISH);
  private static final DateTimeFormatter CHINESE_DAY = pattern("M月d日", Language.CHINESE);
  private static final DateTimeFormatter CHINESE_DAY_YEAR = pattern("yyyy年M月d日", Language.CHINESE);
  private static final DateTimeFormatter TIME = pattern("HH:mm", Language.ENGLISH);

  private final ZoneId zone;

  /// @param zone the time zone of the shop, in which all dates are said
  public Formats(ZoneId zone) {
    this.zone = zone;
  }

  public ZoneId zone() {
    return zone;
  }

  /// An amount such as `$59` or `¥19.90`.
  public String money(long minorUnits, String currency, Language language) {
    LocalizedNumberFormatter formatter = MONEY.get(language);
    if (formatter == null || currency.isEmpty()) {
      return majorUnits(minorUnits, currency).toPlainString();
    }
    return formatter
        .unit(Currency.getInstance(currency))
        .format(majorUnits(minorUnits, currency))
        .toString();
  }

  /// A moment such as `Nov 27, 20:00` or `11月27日20:00`; the year is said when it is not the year of
  /// `now`.
  public String moment(long unixMillis, Instant now, Language language) {
    ZonedDateTime time = Instant.ofEpochMilli(unixMillis).atZone(zone);
    boolean sameYear = time.getYear() == now.atZone(zone).getYear();
    String day =
        switch (language) {
          case ENGLISH -> (sameYear ? ENGLISH_DAY : ENGLISH_DAY_YEAR).format(time);
          case CHINESE -> (sameYear ? CHINESE_DAY : CHINESE_DAY_YEAR).format(time);
        };
    String clock = TIME.format(time);
    return language == Language.ENGLISH ? day + ", " + clock : day + clock;
  }

  LocalDate day(Instant moment) {
    return moment.atZone(zone).toLocalDate();
  }

  /// Minor units as a number of major units.
  public static BigDecimal majorUnits(long minorUnits, String currency) {
    return BigDecimal.valueOf(minorUnits, digits(currency));
  }

  /// A number of major units as minor units, rounded down.
  public static long minorUnits(BigDecimal majorUnits, String currency) {
    BigDecimal minor = majorUnits.movePointRight(digits(currency));
    return minor.compareTo(BigDecimal.valueOf(1_000_000_000_000L)) > 0
        ? 1_000_000_000_000L
        : minor.longValue();
  }

  private static int digits(String currency) {
    if (currency.length() != 3) {
      return 2;
    }
    try {
      return Math.max(0, java.util.Currency.getInstance(currency).getDefaultFractionDigits());
    } catch (IllegalArgumentException _) {
      return 2;
    }
  }

  private static DateTimeFormatter pattern(String pattern, Language language) {
    return DateTimeFormatter.ofPattern(pattern, language.locale());
  }
}
