// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.reply;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;

/// Writes amounts for people.
public final class Money {
  private Money() {}

  /// Such as `GBP 12.50`, with as many decimals as the currency has.
  public static String text(long minorUnits, String currency) {
    return currency + " " + amount(minorUnits, currency);
  }

  /// The amount alone, such as `12.50`.
  public static String amount(long minorUnits, String currency) {
    return BigDecimal.valueOf(minorUnits, decimals(currency)).toPlainString();
  }

  private static int decimals(String currency) {
    try {
      return Math.max(
          0, Currency.getInstance(currency.toUpperCase(Locale.ROOT)).getDefaultFractionDigits());
    } catch (IllegalArgumentException e) {
      // A currency that this Java does not know: most have two.
      return 2;
    }
  }
}
