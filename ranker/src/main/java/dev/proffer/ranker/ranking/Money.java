// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import java.math.BigDecimal;
import java.util.Currency;

/// Amounts as people write them.
final class Money {
  private Money() {}

  /// Such as `GBP 12.50` or `CNY 35`; whole amounts without decimals.
  static String text(long minorUnits, String currency) {
    int digits = 2;
    try {
      digits = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    } catch (IllegalArgumentException e) {
      // A code that Java does not know: two decimals are the usual ones.
      digits = 2;
    }
    BigDecimal amount = BigDecimal.valueOf(minorUnits, digits);
    boolean whole = amount.stripTrailingZeros().scale() <= 0;
    String figure = whole ? amount.toBigInteger().toString() : amount.toPlainString();
    return switch (currency) {
      case "CNY" -> "¥" + figure;
      case "GBP" -> "£" + figure;
      case "USD" -> "$" + figure;
      case "EUR" -> "€" + figure;
      default -> currency + " " + figure;
    };
  }
}
