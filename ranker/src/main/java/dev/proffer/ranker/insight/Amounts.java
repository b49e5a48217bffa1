// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.Currency;
import java.util.Locale;

/// Writes amounts of one currency for people, such as `£1,234` or `¥58.50`.
public final class Amounts {
  private final String symbol;
  private final int digits;

  /// @param currency ISO 4217; an unknown or empty one is written with two digits and its code
  public Amounts(String currency) {
    String sign =
        switch (currency) {
          case "CNY" -> "¥";
          case "JPY" -> "JP¥";
          case "GBP" -> "£";
          case "EUR" -> "€";
          case "USD" -> "$";
          default -> currency.isEmpty() ? "" : currency + " ";
        };
    int fraction = 2;
    try {
      fraction = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    } catch (IllegalArgumentException _) {
      // A currency that the JDK does not know; two digits are the rule.
    }
    this.symbol = sign;
    this.digits = fraction;
  }

  public String text(long minorUnits) {
    return text((double) minorUnits);
  }

  /// Whole units from one hundred on, the fraction below.
  public String text(double minorUnits) {
    double units = minorUnits / Math.pow(10, digits);
    int shown = Math.abs(units) >= 100 ? 0 : digits;
    return symbol + String.format(Locale.ROOT, "%,." + shown + "f", units);
  }
}
