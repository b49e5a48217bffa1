// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountScope;
import dev.proffer.proto.promotion.v1.BundlePart;
import dev.proffer.proto.promotion.v1.BundlePrice;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.FixedPrice;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.MinAmount;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.Schedule;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import dev.proffer.ranker.promotion.ItemFacts;
import dev.proffer.ranker.promotion.ItemLookup;
import dev.proffer.ranker.promotion.PromotionProbe;
import dev.proffer.ranker.promotion.Promotions;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Proposes campaigns from an event log: a spend threshold from the distribution of order values, a
/// flash sale of what is looked at more than bought at the hour in which people look, a category
/// whose demand answers to price, a coupon for people who stopped coming, two items that belong
/// together at one price, and a clearance of what would lie too long.
///
/// Lift is additional margin: units that would not have been sold otherwise times their margin at
/// list price. Cost is what the promotion takes off all units, also those that would have been sold
/// anyway. Both follow from the measured elasticity; the interval comes from its error and from the
/// chance in the number of sales, drawn [#DRAWS] times. What a category or an item does to the
/// sales of others is not counted.
final class Planner {
  private static final long DAY = 86_400_000L;
  private static final int BASE_DAYS = 28;
  private static final int DRAWS = 400;
  private static final double MARGIN_ASSUMED = .4;
  private static final double CATEGORY_SPREAD = .4;
  private static final double[] DEPTHS = {.05, .1, .15, .2, .25, .3, .4};
  private static final int FLASH_HOURS = 2;
  private static final int FLASH_ITEMS = 5;
  private static final int LAPSED_MAX = 2_000;
  private static final int SIMULATED_ORDERS_MAX = 3_000;
  private static final double BUDGET_RESERVE = 1.25;
  private static final int BUNDLES = 2;
  private static final int BUNDLE_DAYS = 84;
  private static final int BUNDLE_ORDERS_MIN = 8;
  private static final int BUNDLE_LINES_MAX = 20;
  private static final int BUNDLE_PAIRS_MAX = 1_000_000;
  private static final int CLEARANCE_WEEKS = 26;
  private static final int CLEARANCE_ITEMS = 20;
  private static final int CLEARANCE_STOCK_MIN = 10;

  private final ShopLog log;
  private final ItemLookup items;
  private final Promotions promotions;
  private final Elasticity elasticity;
  private final Responses responses;
  private final long nowUnixMs;
  private final int days;
  private final ZoneId zone;
  private final String currency;
  private final Map<String, List<ShopLog.Purchase>> byCategory = new TreeMap<>();
  private final long end;

  /// @param nowUnixMs campaigns start after it
  /// @param days how long they run
  Planner(
      ShopLog log,
      ItemLookup items,
      Promotions promotions,
      Elasticity elasticity,
      Responses responses,
      long nowUnixMs,
      int days,
      ZoneId zone) {
    this.log = log;
    this.items = items;
    this.promotions = promotions;
    this.elasticity = elasticity;
    this.responses = responses;
    this.nowUnixMs = nowUnixMs;
    this.days = days;
    this.zone = zone;
    this.end = log.lastUnixMs() + 1;
    Map<String, Integer> currencies = new TreeMap<>();
    for (ShopLog.Purchase one : log.purchases()) {
      ItemFacts item = items.find(one.itemId());
      if (item != null) {
        byCategory.computeIfAbsent(Responses.top(item.category()), _ -> new ArrayList<>()).add(one);
        currencies.merge(item.currency(), 1, Integer::sum);
      }
    }
    this.currency =
        currencies.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse("CNY");
  }

  /// The best proposals within a budget, by expected margin less cost.
  ///
  /// @param budget what all of them may cost, 0 for no limit
  List<Proposal> propose(int count, long budget) {
    List<Proposal> all = new ArrayList<>();
    all.addAll(thresholds());
    all.addAll(flashSales());
    all.addAll(categories());
    all.addAll(comebacks());
    all.addAll(bundles());
    all.addAll(clearance());
    all.sort(Comparator.comparingDouble(Proposal::net).reversed());
    List<Proposal> chosen = new ArrayList<>();
    double left = budget == 0 ? Double.POSITIVE_INFINITY : budget;
    for (Proposal proposal : all) {
      if (chosen.size() < count && proposal.cost() <= left) {
        left -= proposal.cost();
        chosen.add(simulated(proposal));
      }
    }
    return chosen;
  }

  // ---- Kinds ----

  /// 满减: the threshold just above what many orders come to.
  private List<Proposal> thresholds() {
    long[] values =
        log.orders().stream()
            .filter(order -> order.atUnixMs() >= end - BASE_DAYS * DAY)
            .mapToLong(ShopLog.Order::value)
            .sorted()
            .toArray();
    if (values.length < 50) {
      return List.of();
    }
    double perDay = (double) values.length / BASE_DAYS;
    double margin = margin(log.purchases());
    Proposal best = null;
    for (double quantile : new double[] {.5, .6, .7, .8, .9}) {
      long spend = nice(values[(int) (quantile * (values.length - 1))] * 1.1);
      for (double share : new double[] {.05, .08, .1, .15}) {
        long off = nice(spend * share);
        int near = 0;
        double gap = 0;
        int above = 0;
        for (long value : values) {
          if (value >= spend) {
            above++;
          } else if (value >= .7 * spend) {
            near++;
            gap += spend - value;
          }
        }
        if (near == 0 || off >= spend) {
          continue;
        }
        double orders = perDay * days / values.length;
        double nearOrders = near * orders;
        double gapEach = gap / near;
        double aboveOrders = above * orders;
        double topUp = topUp(elasticity.value(), (double) off / spend);
        double lift = nearOrders * topUp * gapEach * margin;
        double cost = (aboveOrders + nearOrders * topUp) * off;
        double[] range =
            range(e -> nearOrders * topUp(e, (double) off / spend) * gapEach * margin, nearOrders);
        if (best == null || lift - cost > best.net()) {
          Promotion promotion =
              draft("threshold", PromotionType.PROMOTION_TYPE_THRESHOLD)
                  .putNames("en", amount(off) + " off from " + amount(spend))
                  .putNames("zh", "满" + amount(spend) + "减" + amount(off))
                  .addConditions(
                      Condition.newBuilder()
                          .setMinAmount(
                              MinAmount.newBuilder()
                                  .setAmountMinorUnits(spend)
                                  .setScope(AmountScope.AMOUNT_SCOPE_CART)))
                  .setAction(
                      Action.newBuilder()
                          .setTieredAmountOff(
                              TieredAmountOff.newBuilder()
                                  .addTiers(
                                      SpendTier.newBuilder()
                                          .setSpendMinorUnits(spend)
                                          .setOffMinorUnits(off))))
                  .setLimits(limits(cost, 0))
                  .setSchedule(always())
                  .build();
          best =
              new Proposal(
                  amount(off) + " off orders from " + amount(spend),
                  promotion,
                  List.of(
                      format(
                          "%,d orders of the last %d days: half are below %s, a tenth above %s.",
                          values.length,
                          BASE_DAYS,
                          amount(values[values.length / 2]),
                          amount(values[(int) (.9 * (values.length - 1))])),
                      format(
                          "%.0f %% of orders are within 30 %% below %s and lack %s on average;"
                              + " %.0f %% of these are expected to top up.",
                          100.0 * near / values.length,
                          amount(spend),
                          amount(gapEach),
                          100 * topUp),
                      format(
                          "%.0f %% of orders reach %s anyway and get it as well.",
                          100.0 * above / values.length, amount(spend))),
                  cost,
                  lift,
                  range[0],
                  range[1],
                  0,
                  0);
        }
      }
    }
    return best == null ? List.of() : List.of(best);
  }

  /// The share of people near a threshold who buy more: as demand answers a price cut of that
  /// depth.
  private static double topUp(double elasticity, double depth) {
    return Math.clamp(Math.pow(1 - depth, elasticity) - 1, 0, .5);
  }

  /// Items that are looked at more than they are bought, in the hours in which people look.
  private List<Proposal> flashSales() {
    int[] hours = new int[7 * 24];
    Map<String, Integer> views = new HashMap<>();
    int recentViews = 0;
    for (ShopLog.View view : log.views()) {
      if (view.atUnixMs() >= end - BASE_DAYS * DAY) {
        ZonedDateTime at = Instant.ofEpochMilli(view.atUnixMs()).atZone(zone);
        hours[(at.getDayOfWeek().getValue() - 1) * 24 + at.getHour()]++;
        views.merge(view.itemId(), 1, Integer::sum);
        recentViews++;
      }
    }
    if (recentViews < 200) {
      return List.of();
    }
    Map<String, Integer> sold = new HashMap<>();
    for (ShopLog.Purchase one : log.purchases()) {
      if (one.atUnixMs() >= end - BASE_DAYS * DAY) {
        sold.merge(one.itemId(), one.quantity(), Integer::sum);
      }
    }
    int peak = 0;
    int most = -1;
    for (int hour = 0; hour < hours.length; hour++) {
      int inWindow = 0;
      for (int i = 0; i < FLASH_HOURS; i++) {
        inWindow += hours[(hour + i) % hours.length];
      }
      // A sale does not run over midnight, and people know when it starts.
      if (hour % 24 + FLASH_HOURS <= 24 && inWindow > most) {
        most = inWindow;
        peak = hour;
      }
    }
    double allViews = views.values().stream().mapToInt(Integer::intValue).sum();
    double allSold = Math.max(1, sold.values().stream().mapToInt(Integer::intValue).sum());
    double usual = allSold / allViews;
    record Candidate(ItemFacts item, int views, int sold, double depth, double net) {}
    List<Candidate> candidates = new ArrayList<>();
    for (Map.Entry<String, Integer> entry : views.entrySet()) {
      ItemFacts item = items.find(entry.getKey());
      int units = sold.getOrDefault(entry.getKey(), 0);
      if (item == null
          || !item.currency().equals(currency)
          || item.stock() == 0
          || entry.getValue() < 20
          || (units + 1.0) / (entry.getValue() + 1 / usual) >= usual) {
        continue;
      }
      double[] chosen = bestDepth(item, elasticityOf(Responses.top(item.category())).value(), .1);
      candidates.add(
          new Candidate(item, entry.getValue(), units, chosen[0], chosen[1] * entry.getValue()));
    }
    candidates.sort(
        Comparator.comparingDouble(Candidate::net)
            .reversed()
            .thenComparing(one -> one.item().itemId()));
    List<Proposal> proposals = new ArrayList<>();
    double share = (double) most / recentViews;
    ZonedDateTime start = next(peak);
    for (Candidate candidate : candidates.subList(0, Math.min(FLASH_ITEMS, candidates.size()))) {
      ItemFacts item = candidate.item();
      double e = elasticityOf(Responses.top(item.category())).value();
      double margin = unitMargin(item);
      // What would be sold in these hours at the usual price, at the usual rate of its views.
      double lookers = candidate.views() * share * 7.0 / BASE_DAYS;
      double base = lookers * (candidate.sold() + 1.0) / (candidate.views() + 1 / usual);
      double depth = candidate.depth();
      double units = base * Math.pow(1 - depth, e);
      double off = item.priceMinorUnits() * depth;
      long price = Math.max(item.floorPriceMinorUnits(), Math.round(item.priceMinorUnits() - off));
      double cost = units * (item.priceMinorUnits() - price);
      double lift = (units - base) * margin;
      double[] range = range(x -> (base * Math.pow(1 - depth, x) - base) * margin, base);
      long stock = Math.max(1, (long) Math.ceil(units * 2));
      String title = items.title(item.itemId(), "en");
      Promotion promotion =
          draft("flash-" + safe(item.itemId()), PromotionType.PROMOTION_TYPE_FLASH_SALE)
              .putNames("en", "Flash sale: " + (title == null ? item.itemId() : title))
              .setAppliesTo(ItemSelector.newBuilder().addItemIds(item.itemId()))
              .setAction(
                  Action.newBuilder()
                      .setFixedPrice(
                          FixedPrice.newBuilder().setUnitPriceMinorUnits(price).setMaxUnits(2)))
              .setLimits(limits(cost, stock))
              .setSchedule(
                  Schedule.newBuilder()
                      .setStartUnixMs(start.toInstant().toEpochMilli())
                      .setEndUnixMs(start.plusHours(FLASH_HOURS).toInstant().toEpochMilli())
                      .setTimeZone(zone.getId()))
              .build();
      proposals.add(
          new Proposal(
              "flash sale of " + item.itemId() + " at " + amount(price),
              promotion,
              List.of(
                  format(
                      "Looked at %,d times in %d days and bought %,d times: %.0f %% of the usual"
                          + " rate.",
                      candidate.views(),
                      BASE_DAYS,
                      candidate.sold(),
                      100 * candidate.sold() / Math.max(.01, candidate.views() * usual)),
                  format(
                      "Most looks fall on %s from %s to %s (%s): %.1f %% of the week.",
                      start
                          .getDayOfWeek()
                          .getDisplayName(java.time.format.TextStyle.FULL, Locale.ENGLISH),
                      start.format(DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT)),
                      start
                          .plusHours(FLASH_HOURS)
                          .format(DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT)),
                      zone.getId(),
                      100 * share),
                  format("Elasticity of its category %.2f; %.0f %% off.", e, 100 * depth)),
              cost,
              lift,
              range[0],
              range[1],
              0,
              0));
    }
    return proposals;
  }

  /// A percentage off the category whose demand answers best.
  private List<Proposal> categories() {
    List<Proposal> proposals = new ArrayList<>();
    for (Map.Entry<String, List<ShopLog.Purchase>> entry : byCategory.entrySet()) {
      if (entry.getKey().isEmpty()) {
        continue;
      }
      double units = 0;
      double value = 0;
      for (ShopLog.Purchase one : entry.getValue()) {
        ItemFacts item = items.find(one.itemId());
        if (item != null && one.atUnixMs() >= end - BASE_DAYS * DAY) {
          units += one.quantity();
          value += (double) item.priceMinorUnits() * one.quantity();
        }
      }
      if (units < 30) {
        continue;
      }
      Elasticity own = elasticityOf(entry.getKey());
      double margin = margin(entry.getValue());
      double base = value / BASE_DAYS * days;
      double baseUnits = units / BASE_DAYS * days;
      double depth = DEPTHS[0];
      double best = Double.NEGATIVE_INFINITY;
      for (double tried : DEPTHS) {
        double grown = Math.pow(1 - tried, own.value());
        double net = base * ((grown - 1) * margin - grown * tried);
        if (tried < margin && net > best) {
          best = net;
          depth = tried;
        }
      }
      double chosen = depth;
      double grown = Math.pow(1 - chosen, own.value());
      double lift = base * (grown - 1) * margin;
      double cost = base * grown * chosen;
      double[] range = range(own, e -> base * (Math.pow(1 - chosen, e) - 1) * margin, baseUnits);
      Promotion promotion =
          draft(safe(entry.getKey()), PromotionType.PROMOTION_TYPE_PERCENT_OFF)
              .putNames("en", format("%.0f%% off %s", 100 * chosen, entry.getKey()))
              .setAppliesTo(ItemSelector.newBuilder().addCategories(entry.getKey()))
              .setAction(
                  Action.newBuilder()
                      .setPercentOff(
                          PercentOff.newBuilder()
                              .setBasisPoints((int) Math.round(chosen * 10_000))))
              .setLimits(limits(cost, 0))
              .setSchedule(always())
              .build();
      proposals.add(
          new Proposal(
              format("%.0f %% off %s", 100 * chosen, entry.getKey()),
              promotion,
              List.of(
                  format(
                      "Elasticity %.2f ± %.2f (%s); margin %.0f %%.",
                      own.value(),
                      own.error(),
                      own.isMeasured()
                          ? own.items() + " items whose price moved"
                          : "not measured here, drawn from the whole shop",
                      100 * margin),
                  format(
                      "%.0f units in %d days; %.0f %% more are expected at %.0f %% off.",
                      units, BASE_DAYS, 100 * (grown - 1), 100 * chosen),
                  lift > cost
                      ? "More margin is expected than it costs."
                      : "It is expected to cost more than it brings in margin; worth it to move"
                          + " stock or to win people, not to earn."),
              cost,
              lift,
              range[0],
              range[1],
              0,
              0));
    }
    return proposals;
  }

  /// A coupon for people who bought more than once and have not been seen for twice their usual
  /// time.
  private List<Proposal> comebacks() {
    record Lapsed(int person, double order, double chance, double gain) {}
    double margin = margin(log.purchases());
    List<Lapsed> lapsed = new ArrayList<>();
    double depth = .15;
    for (int person = 0; person < log.people().size(); person++) {
      Map<String, Long> times = new HashMap<>();
      double spend = 0;
      for (int i : log.purchasesOf(person)) {
        ShopLog.Purchase one = log.purchases().get(i);
        times.putIfAbsent(one.orderId(), one.atUnixMs());
        spend += one.value();
      }
      if (times.size() < 2) {
        continue;
      }
      long[] at = times.values().stream().mapToLong(Long::longValue).sorted().toArray();
      double gap = (double) (at[at.length - 1] - at[0]) / (at.length - 1);
      long silent = end - at[at.length - 1];
      if (silent < 2 * gap || silent < 14 * DAY) {
        continue;
      }
      double weekly = responses.probability(log, person, _ -> true, elasticity.value(), end, 0);
      double lifted = responses.probability(log, person, _ -> true, elasticity.value(), end, depth);
      double without = within(weekly);
      double with = within(lifted);
      double order = spend / times.size();
      lapsed.add(
          new Lapsed(
              person, order, with, (with - without) * order * margin - with * order * depth));
    }
    if (lapsed.size() < 20) {
      return List.of();
    }
    lapsed.sort(
        Comparator.comparingDouble(Lapsed::gain).reversed().thenComparingInt(Lapsed::person));
    List<Lapsed> chosen = lapsed.subList(0, Math.min(LAPSED_MAX, lapsed.size()));
    double cost = 0;
    double lift = 0;
    double expected = 0;
    for (Lapsed one : chosen) {
      cost += one.chance() * one.order() * depth;
      lift += one.gain() + one.chance() * one.order() * depth;
      expected += one.chance();
    }
    double mean = lift / Math.max(1e-9, Math.pow(1 - depth, elasticity.value()) - 1);
    double[] range = range(e -> mean * (Math.pow(1 - depth, e) - 1), Math.max(1, expected));
    Promotion promotion =
        draft("comeback", PromotionType.PROMOTION_TYPE_COUPON)
            .putNames("en", "15% off for your return")
            .putNames("zh", "欢迎回来85折")
            .setCode("COMEBACK15")
            .addConditions(
                Condition.newBuilder()
                    .setPerson(
                        PersonCondition.newBuilder()
                            .addAllUserIds(
                                chosen.stream()
                                    .map(one -> log.people().get(one.person()))
                                    .toList())))
            .setAction(
                Action.newBuilder()
                    .setPercentOff(
                        PercentOff.newBuilder().setBasisPoints((int) Math.round(depth * 10_000))))
            .setLimits(limits(cost, chosen.size()).toBuilder().setPerPerson(1))
            .setSchedule(always())
            .build();
    return List.of(
        new Proposal(
            format("coupon for %,d people who stopped coming", chosen.size()),
            promotion,
            List.of(
                format(
                    "%,d people bought at least twice and have been away for more than twice their"
                        + " usual time between orders.",
                    lapsed.size()),
                format(
                    "%.1f of the %,d best are expected to order within %d days with it.",
                    expected, chosen.size(), days),
                responses.isDepthLearnt()
                    ? "Their response to discounts was learnt from the log."
                    : "Their response to discounts is that of the price elasticity: the log does"
                        + " not show it for people."),
            cost,
            lift,
            range[0],
            range[1],
            0,
            0));
  }

  /// Two items that are bought together more often than chance would have it, at one price.
  ///
  /// The second item is the cheaper one: what the set takes off is taken for a price cut of it, and
  /// more people are expected to add it, as its demand answers price.
  private List<Proposal> bundles() {
    record Pair(String first, String second) {}
    Map<String, Integer> alone = new HashMap<>();
    Map<Pair, Integer> together = new HashMap<>();
    int orders = 0;
    for (ShopLog.Order order : log.orders()) {
      if (order.atUnixMs() < end - BUNDLE_DAYS * DAY) {
        continue;
      }
      orders++;
      List<String> ids =
          order.lines().stream()
              .map(ShopLog.Purchase::itemId)
              .distinct()
              .sorted()
              .limit(BUNDLE_LINES_MAX)
              .toList();
      ids.forEach(id -> alone.merge(id, 1, Integer::sum));
      for (int i = 0; i < ids.size() && together.size() < BUNDLE_PAIRS_MAX; i++) {
        for (int j = i + 1; j < ids.size(); j++) {
          together.merge(new Pair(ids.get(i), ids.get(j)), 1, Integer::sum);
        }
      }
    }
    int all = orders;
    List<Proposal> proposals = new ArrayList<>();
    together.forEach((pair, times) -> {
      double chance =
          (double) alone.getOrDefault(pair.first(), 0) * alone.getOrDefault(pair.second(), 0) / all;
      ItemFacts a = items.find(pair.first());
      ItemFacts b = items.find(pair.second());
      if (times >= BUNDLE_ORDERS_MIN
          && times >= 2 * chance
          && a != null
          && b != null
          && a.currency().equals(currency)
          && b.currency().equals(currency)) {
        boolean aFirst = a.priceMinorUnits() >= b.priceMinorUnits();
        proposals.add(bundle(aFirst ? a : b, aFirst ? b : a, times, times / chance));
      }
    });
    proposals.sort(
        Comparator.comparingDouble(Proposal::net).reversed().thenComparing(Proposal::title));
    return List.copyOf(proposals.subList(0, Math.min(BUNDLES, proposals.size())));
  }

  private Proposal bundle(ItemFacts first, ItemFacts second, int times, double lift) {
    Elasticity own = elasticityOf(Responses.top(second.category()));
    double base = (double) times / BUNDLE_DAYS * days;
    long sum = first.priceMinorUnits() + second.priceMinorUnits();
    double margin = unitMargin(second);
    long price = sum;
    double best = Double.NEGATIVE_INFINITY;
    for (double depth : new double[] {.05, .1, .15}) {
      long tried = sum - Math.round(sum * depth);
      double net =
          bundleLift(own.value(), base, sum - tried, second, margin)
              - bundleUnits(own.value(), base, sum - tried, second) * (sum - tried);
      if (net > best) {
        best = net;
        price = tried;
      }
    }
    long off = sum - price;
    double units = bundleUnits(own.value(), base, off, second);
    double cost = units * off;
    double[] range = range(own, e -> bundleLift(e, base, off, second, margin), base);
    Promotion promotion =
        draft(
                "bundle-" + safe(first.itemId()) + "-" + safe(second.itemId()),
                PromotionType.PROMOTION_TYPE_BUNDLE_PRICE)
            .putNames("en", "Together for " + amount(price))
            .putNames("zh", "套餐价 " + amount(price))
            .setAppliesTo(
                ItemSelector.newBuilder().addItemIds(first.itemId()).addItemIds(second.itemId()))
            .setAction(
                Action.newBuilder()
                    .setBundlePrice(
                        BundlePrice.newBuilder()
                            .addParts(part(first))
                            .addParts(part(second))
                            .setPriceMinorUnits(price)))
            .setLimits(limits(cost, 0))
            .setSchedule(always())
            .build();
    return new Proposal(
        "bundle of " + first.itemId() + " and " + second.itemId() + " at " + amount(price),
        promotion,
        List.of(
            format(
                "Bought together in %d orders of %d days, %.1f times as often as chance would have"
                    + " it.",
                times, BUNDLE_DAYS, lift),
            format(
                "%s less than one by one; %.0f %% more are expected to add the cheaper one"
                    + " (elasticity %.2f).",
                amount(off), 100 * (units / base - 1), own.value())),
        cost,
        bundleLift(own.value(), base, off, second, margin),
        range[0],
        range[1],
        0,
        0);
  }

  private static double bundleUnits(double e, double base, long off, ItemFacts second) {
    double cut = Math.min(.9, (double) off / Math.max(1, second.priceMinorUnits()));
    return base * Math.pow(1 - cut, e);
  }

  private static double bundleLift(
      double e, double base, long off, ItemFacts second, double margin) {
    return (bundleUnits(e, base, off, second) - base) * margin;
  }

  private static BundlePart part(ItemFacts item) {
    return BundlePart.newBuilder()
        .setSelector(ItemSelector.newBuilder().addItemIds(item.itemId()))
        .setQuantity(1)
        .build();
  }

  /// Items whose stock would last too long at the pace at which they sell.
  ///
  /// What is not sold by then is taken for lost, so a unit that is sold brings its price and not
  /// its margin.
  private List<Proposal> clearance() {
    record Slow(ItemFacts item, double base, double e) {}
    Map<String, Integer> sold = new HashMap<>();
    for (ShopLog.Purchase one : log.purchases()) {
      if (one.atUnixMs() >= end - BASE_DAYS * DAY) {
        sold.merge(one.itemId(), one.quantity(), Integer::sum);
      }
    }
    List<Slow> slow = new ArrayList<>();
    for (ItemFacts item : items.all()) {
      // One more than were sold: what never sold can.
      double weekly = (sold.getOrDefault(item.itemId(), 0) + 1.0) / BASE_DAYS * 7;
      if (item.stock() >= CLEARANCE_STOCK_MIN
          && item.stock() > weekly * CLEARANCE_WEEKS
          && item.currency().equals(currency)) {
        slow.add(
            new Slow(
                item, weekly / 7 * days, elasticityOf(Responses.top(item.category())).value()));
      }
    }
    if (slow.isEmpty()) {
      return List.of();
    }
    slow.sort(
        Comparator.comparingDouble(
                (Slow one) -> -(double) one.item().stock() * one.item().priceMinorUnits())
            .thenComparing(one -> one.item().itemId()));
    List<Slow> chosen = slow.subList(0, Math.min(CLEARANCE_ITEMS, slow.size()));
    double depth = DEPTHS[0];
    double best = Double.NEGATIVE_INFINITY;
    for (double tried : DEPTHS) {
      double net = 0;
      for (Slow one : chosen) {
        double units = units(one.base(), one.e(), tried, one.item());
        net += one.item().priceMinorUnits() * (units - one.base() - units * tried);
      }
      if (net > best) {
        best = net;
        depth = tried;
      }
    }
    double off = depth;
    double cost = 0;
    double base = 0;
    for (Slow one : chosen) {
      cost += units(one.base(), one.e(), off, one.item()) * one.item().priceMinorUnits() * off;
      base += one.base();
    }
    Lift lift =
        shift -> {
          double sum = 0;
          for (Slow one : chosen) {
            double e = Math.min(0, one.e() + shift - elasticity.value());
            sum +=
                (units(one.base(), e, off, one.item()) - one.base()) * one.item().priceMinorUnits();
          }
          return sum;
        };
    double[] range = range(lift, base);
    long stock = chosen.stream().mapToLong(one -> one.item().stock()).sum();
    Promotion promotion =
        draft("clearance", PromotionType.PROMOTION_TYPE_PERCENT_OFF)
            .putNames("en", format("Clearance: %.0f%% off", 100 * off))
            .putNames("zh", format("清仓%s折", zhe(off)))
            .setAppliesTo(
                ItemSelector.newBuilder()
                    .addAllItemIds(chosen.stream().map(one -> one.item().itemId()).toList()))
            .setAction(
                Action.newBuilder()
                    .setPercentOff(
                        PercentOff.newBuilder().setBasisPoints((int) Math.round(off * 10_000))))
            .setLimits(limits(cost, 0))
            .setSchedule(always())
            .build();
    return List.of(
        new Proposal(
            format("clearance of %d items at %.0f %% off", chosen.size(), 100 * off),
            promotion,
            List.of(
                format(
                    "%,d units on hand would last more than %d weeks at the pace of the last %d"
                        + " days.",
                    stock, CLEARANCE_WEEKS, BASE_DAYS),
                "What is not sold by then is taken for lost: lift counts the price of what is sold"
                    + " more, not its margin.",
                format("%.1f units are expected to sell anyway, at full price.", base)),
            cost,
            lift.at(elasticity.value()),
            range[0],
            range[1],
            0,
            0));
  }

  /// What is expected to sell, never more than there is.
  private static double units(double base, double e, double depth, ItemFacts item) {
    return Math.min((double) item.stock(), base * Math.pow(1 - depth, e));
  }

  /// A discount as it is said in Chinese: 15 % off is 85 折.
  private static String zhe(double off) {
    long tenths = Math.round((1 - off) * 100);
    return Long.toString(tenths % 10 == 0 ? tenths / 10 : tenths);
  }

  private double within(double weekly) {
    return 1 - Math.pow(1 - weekly, days / 7.0);
  }

  // ---- Simulation ----

  /// Applies a proposal to the orders of the last days of the log as they were made. People's
  /// response is not part of it: it shows what the rule matches and costs at least.
  private Proposal simulated(Proposal proposal) {
    PromotionProbe probe = PromotionProbe.of(promotions, proposal.promotion());
    Schedule schedule = proposal.promotion().getSchedule();
    // Weeks are kept whole, so that an hour of the week stays one.
    long shift = Math.ceilDiv(Math.max(0, schedule.getEndUnixMs() - end), 7 * DAY) * 7 * DAY;
    long from = schedule.getStartUnixMs() - shift;
    long to = schedule.getEndUnixMs() - shift;
    List<ShopLog.Order> orders =
        log.orders().stream()
            .filter(order -> order.atUnixMs() >= from && order.atUnixMs() < to)
            .toList();
    int every = Math.max(1, orders.size() / SIMULATED_ORDERS_MAX);
    long matched = 0;
    double off = 0;
    for (int i = 0; i < orders.size(); i += every) {
      ShopLog.Order order = orders.get(i);
      Cart.Builder cart = Cart.newBuilder();
      order.lines().stream()
          .limit(200)
          .forEach(line ->
              cart.addLines(
                  CartLine.newBuilder()
                      .setItemId(line.itemId())
                      .setQuantity(Math.min(10_000, line.quantity()))));
      String user = order.person() < 0 ? "" : log.people().get(order.person());
      long saving = probe.saving(cart.build(), user, order.atUnixMs() + shift);
      matched += saving > 0 ? 1 : 0;
      off += saving;
    }
    return proposal.withSimulation(matched * every, Math.round(off * every));
  }

  // ---- Figures ----

  Elasticity elasticityOf(String category) {
    List<ShopLog.Purchase> own = byCategory.get(category);
    return own == null
        ? elasticity
        : Elasticity.measure(own, log.purchases()).towards(elasticity, CATEGORY_SPREAD);
  }

  /// The depth that brings most margin less discount a unit sold before, at least `least`.
  private double[] bestDepth(ItemFacts item, double e, double least) {
    double margin = unitMargin(item) / Math.max(1, item.priceMinorUnits());
    double depth = least;
    double best = Double.NEGATIVE_INFINITY;
    for (double tried : DEPTHS) {
      double grown = Math.pow(1 - tried, e);
      double net = ((grown - 1) * margin - grown * tried) * item.priceMinorUnits();
      if (tried >= least && tried < Math.max(margin, least + .01) && net > best) {
        best = net;
        depth = tried;
      }
    }
    return new double[] {depth, best};
  }

  private static double unitMargin(ItemFacts item) {
    return item.costMinorUnits() == ItemFacts.UNKNOWN
        ? item.priceMinorUnits() * MARGIN_ASSUMED
        : Math.max(0, item.priceMinorUnits() - item.costMinorUnits());
  }

  private double margin(List<ShopLog.Purchase> purchases) {
    return margin(purchases, items);
  }

  /// Margin over list price of what was sold.
  static double margin(List<ShopLog.Purchase> purchases, ItemLookup items) {
    double margin = 0;
    double price = 0;
    for (ShopLog.Purchase one : purchases) {
      ItemFacts item = items.find(one.itemId());
      if (item != null) {
        margin += unitMargin(item) * one.quantity();
        price += (double) item.priceMinorUnits() * one.quantity();
      }
    }
    return price == 0 ? MARGIN_ASSUMED : margin / price;
  }

  private interface Lift {
    double at(double elasticity);
  }

  private double[] range(Lift lift, double count) {
    return range(elasticity, lift, count);
  }

  /// The 5 % and 95 % quantiles of the lift under the error of the elasticity and the chance of
  /// `count` sales.
  private static double[] range(Elasticity of, Lift lift, double count) {
    Random random = new Random(42);
    double[] draws = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      double e = Math.min(0, of.value() + random.nextGaussian() * of.error());
      double chance = 1 + random.nextGaussian() / Math.sqrt(Math.max(1, count));
      draws[i] = lift.at(e) * Math.max(0, chance);
    }
    Arrays.sort(draws);
    return new double[] {draws[DRAWS / 20], draws[DRAWS - 1 - DRAWS / 20]};
  }

  // ---- Promotions ----

  private Promotion.Builder draft(String what, PromotionType type) {
    String day =
        Instant.ofEpochMilli(nowUnixMs)
            .atZone(zone)
            .format(DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT));
    return Promotion.newBuilder()
        .setPromotionId("plan-" + day + "-" + what)
        .setType(type)
        .setState(PromotionState.PROMOTION_STATE_DRAFT)
        .setCurrency(currency);
  }

  private static Limits limits(double cost, long total) {
    return Limits.newBuilder()
        .setBudgetMinorUnits(Math.max(1, Math.round(cost * BUDGET_RESERVE)))
        .setTotal(total)
        .build();
  }

  private Schedule always() {
    ZonedDateTime start =
        Instant.ofEpochMilli(nowUnixMs).atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone);
    return Schedule.newBuilder()
        .setStartUnixMs(start.toInstant().toEpochMilli())
        .setEndUnixMs(start.plusDays(days).toInstant().toEpochMilli())
        .setTimeZone(zone.getId())
        .build();
  }

  /// The next time that it is this hour of the week, at least a day ahead.
  private ZonedDateTime next(int hourOfWeek) {
    ZonedDateTime at =
        Instant.ofEpochMilli(nowUnixMs)
            .atZone(zone)
            .plusDays(1)
            .truncatedTo(java.time.temporal.ChronoUnit.HOURS)
            .plusHours(1);
    while ((at.getDayOfWeek().getValue() - 1) * 24 + at.getHour() != hourOfWeek) {
      at = at.plusHours(1);
    }
    return at;
  }

  /// The nearest amount that looks like one of a shop: 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power
  /// of ten.
  private static long nice(double amount) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(1, amount))));
    double best = power;
    for (double step : new double[] {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10}) {
      if (Math.abs(step * power - amount) < Math.abs(best - amount)) {
        best = step * power;
      }
    }
    return Math.max(1, Math.round(best));
  }

  private String amount(long minorUnits) {
    return amount((double) minorUnits);
  }

  private String amount(double minorUnits) {
    return format("%.2f %s", minorUnits / 100, currency);
  }

  private static String safe(String text) {
    String kept = text.replaceAll("[^A-Za-z0-9_.:-]+", "-");
    return kept.substring(0, Math.min(kept.length(), 80));
  }

  @SuppressWarnings("AnnotateFormatMethod") // The annotations are not on the class path.
  private static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }
}
