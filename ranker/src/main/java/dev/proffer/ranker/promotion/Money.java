// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;

/// Amounts as people read them: `¥1,234.50`, `$9.99`, `JP¥500`.
public final class Money {
  private Money() {}

  /// Whether this is a currency with a known number of minor digits.
  public static boolean isKnown(String currency) {
    try {
      return Currency.getInstance(currency).getDefaultFractionDigits() >= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  public static String format(long minorUnits, String currency) {
    int digits = isKnown(currency) ? Currency.getInstance(currency).getDefaultFractionDigits() : 2;
    String symbol =
        switch (currency) {
          case "CNY" -> "¥";
          case "JPY" -> "JP¥";
          case "USD" -> "$";
          case "EUR" -> "€";
          case "GBP" -> "£";
          case "HKD" -> "HK$";
          case "TWD" -> "NT$";
          default -> currency + " ";
        };
    String sign = minorUnits < 0 ? "-" : "";
    BigDecimal amount = BigDecimal.valueOf(minorUnits, digits).abs();
    return sign + symbol + String.format(Locale.ROOT, "%,." + digits + "f", amount);
  }
}
