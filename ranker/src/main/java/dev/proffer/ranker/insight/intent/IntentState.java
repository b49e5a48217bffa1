// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import dev.proffer.ranker.insight.ShopEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the models of intent know of one person or one anonymous visit, updated event by event.
///
/// Training replays the event log through this class and serving follows the log with it, so both
/// see the same numbers. Not safe for use by many threads.
public final class IntentState {
  private static final double DAY_MILLIS = 86_400_000.0;
  private static final double[] HALF_LIVES_DAYS = {1, 7, 30};
  private static final int CATEGORIES_MAX = 64;
  private static final int VISIT_ITEMS_MAX = 500;
  private static final int ORDERS_MAX = 64;

  private static final List<ShopEvent.Kind> COUNTED =
      List.of(
          ShopEvent.Kind.IMPRESSION,
          ShopEvent.Kind.CLICK,
          ShopEvent.Kind.ADD_TO_CART,
          ShopEvent.Kind.PURCHASE,
          ShopEvent.Kind.SEARCH);

  /// Names of the columns of [#person].
  public static final List<String> PERSON = personNames();

  /// Names of the columns of [#visit].
  public static final List<String> VISIT = visitNames();

  /// Names of the columns of [#category].
  public static final List<String> CATEGORY = categoryNames();

  private final ZoneId zone;
  private final double[][] decayed = new double[COUNTED.size()][HALF_LIVES_DAYS.length];
  private final Map<String, Liking> categories =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Liking> eldest) {
          return size() > CATEGORIES_MAX;
        }
      };
  private final Set<String> recentOrders = new HashSet<>();
  private long decayedAt;
  private long firstMillis;
  private long lastMillis;
  private long lastPurchaseMillis;
  private int orders;
  private double spend;
  private double gapDays;
  private int gaps;

  private String visitKey = "";
  private long visitStart;
  private int visitEvents;
  private int visitClicks;
  private int visitCarts;
  private int visitSearches;
  private int visitImpressions;
  private int visitPurchases;
  private int visitRepeats;
  private final Set<String> visitItems = new HashSet<>();

  /// What is known of a person and a category.
  private static final class Liking {
    double weight;
    double clicks;
    double carts;
    long at;
    long lastPurchase;
    int purchases;

    void decayTo(long now) {
      if (now > at) {
        double days = (now - at) / DAY_MILLIS;
        weight *= half(days, 30);
        clicks *= half(days, 7);
        carts *= half(days, 7);
        at = now;
      }
    }
  }

  public IntentState(ZoneId zone) {
    this.zone = zone;
  }

  private static double half(double days, double halfLife) {
    return Math.exp(-Math.log(2) * days / halfLife);
  }

  /// Takes in an event.
  ///
  /// @param visit the key of the visit that it belongs to
  /// @param value what was paid, for a purchase
  public void take(
      ShopEvent.Kind kind,
      long atMillis,
      String visit,
      String itemId,
      String category,
      String orderKey,
      double value) {
    if (firstMillis == 0) {
      firstMillis = atMillis;
      decayedAt = atMillis;
    }
    double late = Math.max(0, decayedAt - atMillis) / DAY_MILLIS;
    decayTo(atMillis);
    int counted = COUNTED.indexOf(kind);
    if (counted >= 0) {
      for (int h = 0; h < HALF_LIVES_DAYS.length; h++) {
        decayed[counted][h] += half(late, HALF_LIVES_DAYS[h]);
      }
    }
    visit(kind, atMillis, visit, itemId);
    if (!category.isEmpty() && kind != ShopEvent.Kind.IMPRESSION) {
      Liking liking = categories.computeIfAbsent(category, _ -> new Liking());
      liking.decayTo(atMillis);
      liking.weight += kind.interest();
      liking.clicks += kind == ShopEvent.Kind.CLICK ? 1 : 0;
      liking.carts += kind == ShopEvent.Kind.ADD_TO_CART ? 1 : 0;
      if (kind == ShopEvent.Kind.PURCHASE) {
        liking.purchases++;
        liking.lastPurchase = Math.max(liking.lastPurchase, atMillis);
      }
    }
    if (kind == ShopEvent.Kind.PURCHASE) {
      spend += value;
      if (recentOrders.add(orderKey)) {
        if (recentOrders.size() > ORDERS_MAX) {
          recentOrders.clear();
          recentOrders.add(orderKey);
        }
        if (orders > 0 && atMillis > lastPurchaseMillis) {
          gapDays += (atMillis - lastPurchaseMillis) / DAY_MILLIS;
          gaps++;
        }
        orders++;
      }
      lastPurchaseMillis = Math.max(lastPurchaseMillis, atMillis);
    }
    lastMillis = Math.max(lastMillis, atMillis);
  }

  private void visit(ShopEvent.Kind kind, long atMillis, String visit, String itemId) {
    if (!visit.equals(visitKey)) {
      visitKey = visit;
      visitStart = atMillis;
      visitEvents = 0;
      visitClicks = 0;
      visitCarts = 0;
      visitSearches = 0;
      visitImpressions = 0;
      visitPurchases = 0;
      visitRepeats = 0;
      visitItems.clear();
    }
    visitEvents++;
    switch (kind) {
      case IMPRESSION -> visitImpressions++;
      case CLICK -> {
        visitClicks++;
        if (!itemId.isEmpty() && visitItems.size() < VISIT_ITEMS_MAX && !visitItems.add(itemId)) {
          visitRepeats++;
        }
      }
      case ADD_TO_CART -> visitCarts++;
      case PURCHASE -> visitPurchases++;
      case SEARCH -> visitSearches++;
      case REVIEW, REDEMPTION -> {}
    }
  }

  private void decayTo(long now) {
    if (now > decayedAt) {
      double days = (now - decayedAt) / DAY_MILLIS;
      for (int h = 0; h < HALF_LIVES_DAYS.length; h++) {
        double factor = half(days, HALF_LIVES_DAYS[h]);
        for (double[] counts : decayed) {
          counts[h] *= factor;
        }
      }
      decayedAt = now;
    }
  }

  /// The key of the visit under way.
  public String visitKey() {
    return visitKey;
  }

  /// Events of the visit under way.
  public int visitEvents() {
    return visitEvents;
  }

  int visitPurchases() {
    return visitPurchases;
  }

  public boolean isKnown() {
    return firstMillis != 0;
  }

  /// When the person was last heard of.
  public long lastMillis() {
    return lastMillis;
  }

  /// What is known of the person as of a time.
  public double[] person(long atMillis) {
    double[] row = new double[PERSON.size()];
    fillPerson(row, atMillis);
    return row;
  }

  private int fillPerson(double[] row, long atMillis) {
    long now = Math.max(atMillis, lastMillis);
    int at = 0;
    double recency = orders == 0 ? Double.NaN : (now - lastPurchaseMillis) / DAY_MILLIS;
    double interval = gaps == 0 ? Double.NaN : gapDays / gaps;
    row[at++] = recency;
    row[at++] = lastMillis == 0 ? Double.NaN : (now - lastMillis) / DAY_MILLIS;
    row[at++] = firstMillis == 0 ? 0 : (now - firstMillis) / DAY_MILLIS;
    row[at++] = orders;
    row[at++] = orders == 0 ? Double.NaN : spend / orders;
    row[at++] = interval;
    row[at++] = Double.isNaN(interval) || interval <= 0 ? Double.NaN : recency / interval;
    double days = Math.max(0, now - decayedAt) / DAY_MILLIS;
    for (double[] counts : decayed) {
      for (int h = 0; h < HALF_LIVES_DAYS.length; h++) {
        row[at++] = counts[h] * half(days, HALF_LIVES_DAYS[h]);
      }
    }
    ZonedDateTime local = Instant.ofEpochMilli(atMillis).atZone(zone);
    row[at++] = local.getHour();
    row[at++] = local.getDayOfWeek().getValue() - 1;
    row[at++] = local.getDayOfMonth();
    return at;
  }

  /// What is known of the person and of a visit as of a time; a visit that is not the one under way
  /// has just begun.
  public double[] visit(String visit, long atMillis) {
    double[] row = new double[VISIT.size()];
    int at = fillPerson(row, atMillis);
    if (visit.equals(visitKey)) {
      row[at++] = visitEvents;
      row[at++] = visitClicks;
      row[at++] = visitCarts;
      row[at++] = visitSearches;
      row[at++] = visitImpressions;
      row[at++] = visitPurchases;
      row[at++] = visitItems.size();
      row[at++] = visitRepeats;
      row[at] = Math.max(0, atMillis - visitStart) / 60_000.0;
    }
    return row;
  }

  /// What is known of the person and a category, with all below it.
  ///
  /// @param popularity the share of all purchases that are of the category
  public double[] category(String category, long atMillis, double popularity) {
    double[] row = new double[CATEGORY.size()];
    int at = fillPerson(row, atMillis);
    double weight = 0;
    double total = 0;
    double clicks = 0;
    double carts = 0;
    long last = 0;
    int purchases = 0;
    for (Map.Entry<String, Liking> entry : categories.entrySet()) {
      Liking liking = entry.getValue();
      double days = Math.max(0, atMillis - liking.at) / DAY_MILLIS;
      double own = liking.weight * half(days, 30);
      total += own;
      if (entry.getKey().equals(category) || entry.getKey().startsWith(category + "/")) {
        weight += own;
        clicks += liking.clicks * half(days, 7);
        carts += liking.carts * half(days, 7);
        last = Math.max(last, liking.lastPurchase);
        purchases += liking.purchases;
      }
    }
    row[at++] = total > 0 ? weight / total : 0;
    row[at++] = weight;
    row[at++] = clicks;
    row[at++] = carts;
    row[at++] = purchases;
    row[at++] = last == 0 ? Double.NaN : Math.max(0, atMillis - last) / DAY_MILLIS;
    row[at] = popularity;
    return row;
  }

  /// The categories that the person dealt with most, most first.
  List<String> topCategories(long atMillis, int max) {
    Map<String, Double> weights = new HashMap<>();
    categories.forEach((category, liking) ->
        weights.put(
            category, liking.weight * half(Math.max(0, atMillis - liking.at) / DAY_MILLIS, 30)));
    return weights.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(max)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<String> personNames() {
    List<String> names =
        new ArrayList<>(
            List.of(
                "days_since_purchase",
                "days_since_event",
                "tenure_days",
                "orders",
                "mean_order_value",
                "mean_interval_days",
                "overdue"));
    for (ShopEvent.Kind kind : COUNTED) {
      for (double halfLife : HALF_LIVES_DAYS) {
        names.add(kind.name().toLowerCase(java.util.Locale.ROOT) + "s_" + (int) halfLife + "d");
      }
    }
    names.addAll(List.of("hour", "weekday", "day_of_month"));
    return List.copyOf(names);
  }

  private static List<String> visitNames() {
    List<String> names = new ArrayList<>(personNames());
    names.addAll(
        List.of(
            "visit_events",
            "visit_clicks",
            "visit_carts",
            "visit_searches",
            "visit_impressions",
            "visit_purchases",
            "visit_items",
            "visit_repeats",
            "visit_minutes"));
    return List.copyOf(names);
  }

  private static List<String> categoryNames() {
    List<String> names = new ArrayList<>(personNames());
    names.addAll(
        List.of(
            "category_share",
            "category_weight",
            "category_clicks_7d",
            "category_carts_7d",
            "category_purchases",
            "days_since_category_purchase",
            "category_popularity"));
    return List.copyOf(names);
  }
}
