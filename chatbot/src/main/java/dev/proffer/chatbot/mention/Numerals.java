// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/// Reads numbers as people write them: `1,299.50`, `3k`, `1.5万`, `三百五`, `一千零二十`, `twenty`.
public final class Numerals {
  /// A regular expression for a number in either script, without groups.
  static final String NUMBER =
      "(?:\\d+(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?(?:\\s?k\\b|万|千|百)?|[零一二两三四五六七八九十百千万]+)";

  /// Numbers beyond this are not prices, quantities or percentages of any shop.
  private static final BigDecimal MAX = new BigDecimal("10000000000");

  private static final Map<String, Integer> ENGLISH =
      Map.ofEntries(
          Map.entry("one", 1),
          Map.entry("two", 2),
          Map.entry("three", 3),
          Map.entry("four", 4),
          Map.entry("five", 5),
          Map.entry("six", 6),
          Map.entry("seven", 7),
          Map.entry("eight", 8),
          Map.entry("nine", 9),
          Map.entry("ten", 10),
          Map.entry("twenty", 20),
          Map.entry("thirty", 30),
          Map.entry("forty", 40),
          Map.entry("fifty", 50),
          Map.entry("hundred", 100));

  private Numerals() {}

  /// The number that a text says, or empty when it says none that a shop can mean.
  public static Optional<BigDecimal> parse(String text) {
    String number = text.strip().replace(",", "").replace(" ", "");
    if (number.isEmpty() || number.length() > 20) {
      return Optional.empty();
    }
    Integer word = ENGLISH.get(number);
    if (word != null) {
      return Optional.of(BigDecimal.valueOf(word));
    }
    try {
      BigDecimal value =
          Character.isDigit(number.charAt(0)) ? parseDigits(number) : parseHan(number);
      return value.compareTo(MAX) <= 0 ? Optional.of(value.stripTrailingZeros()) : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /// The plain text of a number, without an exponent.
  static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  private static BigDecimal parseDigits(String number) {
    char last = number.charAt(number.length() - 1);
    int factor =
        switch (last) {
          case 'k', '千' -> 1_000;
          case '万' -> 10_000;
          case '百' -> 100;
          default -> 1;
        };
    String digits = factor == 1 ? number : number.substring(0, number.length() - 1);
    if (!digits.matches("\\d{1,15}(\\.\\d{1,6})?")) {
      throw new NumberFormatException(number);
    }
    return new BigDecimal(digits).multiply(BigDecimal.valueOf(factor));
  }

  /// Section by section of ten thousand; a digit at the end stands for the next lower unit, as in
  /// 三百五 (350), unless a zero stands before it, as in 三百零五 (305).
  private static BigDecimal parseHan(String number) {
    long total = 0;
    long section = 0;
    long digit = 0;
    long lastUnit = 1;
    boolean zero = false;
    boolean anyUnit = false;
    StringBuilder plainDigits = new StringBuilder();
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      int value = "零一二三四五六七八九".indexOf(c);
      if (c == '两') {
        value = 2;
      }
      if (value >= 0) {
        zero = value == 0;
        digit = value;
        plainDigits.append(value);
        continue;
      }
      long unit =
          switch (c) {
            case '十' -> 10;
            case '百' -> 100;
            case '千' -> 1_000;
            case '万' -> 10_000;
            default -> throw new NumberFormatException(number);
          };
      anyUnit = true;
      if (unit == 10_000) {
        total += (section + digit) * unit;
        section = 0;
      } else {
        section += (digit == 0 ? 1 : digit) * unit;
      }
      digit = 0;
      zero = false;
      lastUnit = unit;
    }
    if (!anyUnit) {
      return new BigDecimal(plainDigits.toString());
    }
    long tail = !zero && digit > 0 && lastUnit >= 100 && !endsAfterZero(number) ? lastUnit / 10 : 1;
    return BigDecimal.valueOf(total + section + digit * tail);
  }

  private static boolean endsAfterZero(String number) {
    return number.length() >= 2 && number.charAt(number.length() - 2) == '零';
  }
}
