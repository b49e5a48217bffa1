// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.basket.DailyBaskets;
import dev.proffer.ranker.insight.ShopAnalysis.Basis;

/// The baskets of the log between studies: a study reads only the days of which events came in
/// since the one before.
public final class BasketDays {
  private final DailyBaskets purchases = new DailyBaskets();
  private final DailyBaskets views = new DailyBaskets();
  private final DailyBaskets categories = new DailyBaskets(DailyBaskets::isAncestor);
  private long next;

  /// Brings the baskets up to date with a table, whose events before the last call are the same.
  ///
  /// @param windowDays days before the newest that count; older ones go
  void follow(ShopAnalysis analysis, long asOfMillis, long events, int windowDays) {
    for (int day : analysis.changedDays(next)) {
      purchases.remove(day);
      views.remove(day);
      categories.remove(day);
    }
    analysis.baskets(Basis.PURCHASES, asOfMillis, next, purchases::add);
    analysis.baskets(Basis.VIEWS, asOfMillis, next, views::add);
    analysis.baskets(Basis.CATEGORIES, asOfMillis, next, categories::add);
    next = events;
    for (DailyBaskets each : new DailyBaskets[] {purchases, views, categories}) {
      if (each.size() > 0) {
        each.removeBefore(each.lastDay() - windowDays);
      }
    }
  }

  DailyBaskets of(Basis basis) {
    return switch (basis) {
      case PURCHASES -> purchases;
      case VIEWS -> views;
      case CATEGORIES -> categories;
    };
  }
}
