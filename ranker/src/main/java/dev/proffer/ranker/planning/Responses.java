// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.promotion.ItemFacts;
import dev.proffer.ranker.promotion.ItemLookup;
import dev.proffer.ranker.uplift.ResponseModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The probability that a person buys one of some items within a week, with and without a discount.
///
/// Learnt on people × categories × weeks of the event log: what the person did before the week, how
/// deep the category was discounted in the week (paid over list price), and whether the person
/// bought. This is history and no experiment: who saw deep discounts was not drawn at random beyond
/// the week and the category. Beyond the depths of history, and where depth hardly moved or taught
/// nothing, the price elasticity of the items stands in for it.
final class Responses {
  private static final long DAY = 86_400_000L;
  private static final long WEEK = 7 * DAY;
  private static final int WEEKS = 12;
  private static final int HELD_WEEKS = 3;
  private static final int ROWS_MAX = 60_000;
  private static final int ACTIVE_DAYS = 60;
  private static final int POSITIVES_MIN = 60;
  private static final double ELASTICITY_SPREAD = .4;
  private static final double DEPTH_SPREAD_MIN = .04;
  private static final double DEPTH_SHARE_MIN = .002;
  private static final TreeOptions OPTIONS =
      TreeOptions.BOOSTING
          .withRounds(200)
          .withLeaves(12)
          .withMinLeafRows(40)
          .withLearningRate(.06)
          .withSampling(1, .8)
          .withThreads(1);
  private static final List<String> COLUMNS =
      List.of(
          "orders",
          "days_since_order",
          "orders_90d",
          "spend_90d",
          "matched_180d",
          "matched_views_14d",
          "days_since_matched",
          "matched_share",
          "elasticity",
          ResponseModel.DEPTH);

  private final @Nullable ResponseModel model;
  private final boolean depthLearnt;
  private final double deepest;
  private final double auc;
  private final double calibrationError;
  private final int rows;

  private Responses(
      @Nullable ResponseModel model,
      boolean depthLearnt,
      double deepest,
      double auc,
      double calibrationError,
      int rows) {
    this.model = model;
    this.depthLearnt = depthLearnt;
    this.deepest = deepest;
    this.auc = auc;
    this.calibrationError = calibrationError;
    this.rows = rows;
  }

  static Responses learn(ShopLog log, ItemLookup items, Elasticity elasticity, int seed) {
    Map<String, Predicate<String>> groups = groups(log, items);
    Map<String, Double> elasticities = new HashMap<>();
    groups.forEach(
        (name, matched) -> elasticities.put(name, elasticity(log, matched, elasticity).value()));
    double deepest = 0;
    long end = log.lastUnixMs();
    Random random = new Random(seed);
    Examples.Builder train = Examples.of(COLUMNS);
    Examples.Builder held = Examples.of(COLUMNS);
    List<double[]> depths = new ArrayList<>();
    int perWeek = Math.max(1, ROWS_MAX / WEEKS / Math.max(1, groups.size()));
    for (int back = WEEKS; back >= 1; back--) {
      long start = end - back * WEEK;
      List<Integer> active = active(log, start);
      if (active.isEmpty()) {
        continue;
      }
      for (Map.Entry<String, Predicate<String>> group :
          groups.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
        double own = elasticities.getOrDefault(group.getKey(), elasticity.value());
        double depth = depth(log, items, group.getValue(), start, start + WEEK);
        deepest = Math.max(deepest, depth);
        for (int i = 0; i < Math.min(perWeek, active.size()); i++) {
          int person =
              active.size() <= perWeek ? active.get(i) : active.get(random.nextInt(active.size()));
          double[] row = row(log, person, group.getValue(), own, start);
          row[row.length - 1] = depth;
          boolean bought = bought(log, person, group.getValue(), start, start + WEEK);
          (back <= HELD_WEEKS ? held : train).add(bought ? 1 : 0, row);
          depths.add(new double[] {depth});
        }
      }
    }
    Examples learnt = train.build();
    Examples checked = held.build();
    double positives = java.util.Arrays.stream(learnt.labels()).sum();
    double checkedPositives = java.util.Arrays.stream(checked.labels()).sum();
    if (positives < POSITIVES_MIN || checkedPositives < POSITIVES_MIN / 3.0) {
      return new Responses(null, false, 0, Double.NaN, Double.NaN, learnt.rows());
    }
    ResponseModel model = ResponseModel.train(learnt, checked, OPTIONS.withSeed(seed));
    double[] importance = model.importance();
    boolean learntDepth =
        spread(depths) > DEPTH_SPREAD_MIN && importance[importance.length - 1] > DEPTH_SHARE_MIN;
    double[] predicted = model.predict(checked);
    return new Responses(
        model,
        learntDepth,
        deepest,
        ClassifierMetrics.auc(predicted, checked.labels()),
        ClassifierMetrics.calibrationError(predicted, checked.labels(), 10),
        learnt.rows() + checked.rows());
  }

  /// Whether there was enough history to learn from.
  boolean isLearnt() {
    return model != null;
  }

  boolean isDepthLearnt() {
    return depthLearnt;
  }

  /// Of the last weeks, which the trees did not see.
  double auc() {
    return auc;
  }

  double calibrationError() {
    return calibrationError;
  }

  int rows() {
    return rows;
  }

  /// How demand for some items answers price, drawn towards that of the whole shop.
  static Elasticity elasticity(ShopLog log, Predicate<String> matched, Elasticity all) {
    return Elasticity.measure(
            log.purchases().stream().filter(one -> matched.test(one.itemId())).toList(),
            log.purchases())
        .towards(all, ELASTICITY_SPREAD);
  }

  /// The probability that a person of the log buys one of the items within a week from `at`.
  ///
  /// @param elasticity of the items
  double probability(
      ShopLog log,
      int person,
      Predicate<String> matched,
      double elasticity,
      long at,
      double depth) {
    double learnt = depthLearnt && person >= 0 ? Math.min(depth, deepest) : 0;
    double known;
    if (person < 0 || model == null) {
      known = rate(log, person, matched, at);
    } else {
      known = model.probability(row(log, person, matched, elasticity, at), learnt);
    }
    return Math.min(.95, known * Math.pow((1 - depth) / (1 - learnt), Math.min(0, elasticity)));
  }

  /// Without a model: how often the person bought of the items, towards what people do on average.
  private static double rate(ShopLog log, int person, Predicate<String> matched, long at) {
    double weeks = 0;
    if (person >= 0) {
      Set<Long> seen = new HashSet<>();
      for (int i : log.purchasesOf(person)) {
        ShopLog.Purchase one = log.purchases().get(i);
        if (one.atUnixMs() < at && one.atUnixMs() >= at - 26 * WEEK && matched.test(one.itemId())) {
          seen.add((at - one.atUnixMs()) / WEEK);
        }
      }
      weeks = seen.size();
    }
    return (weeks + .02) / 27;
  }

  private static Map<String, Predicate<String>> groups(ShopLog log, ItemLookup items) {
    Map<String, Integer> counts = new HashMap<>();
    Map<String, String> categoryOf = new HashMap<>();
    for (ShopLog.Purchase one : log.purchases()) {
      ItemFacts item = items.find(one.itemId());
      if (item != null) {
        String category = top(item.category());
        categoryOf.put(one.itemId(), category);
        counts.merge(category, 1, Integer::sum);
      }
    }
    log.views()
        .forEach(view -> {
          ItemFacts item = items.find(view.itemId());
          if (item != null) {
            categoryOf.putIfAbsent(view.itemId(), top(item.category()));
          }
        });
    Map<String, Predicate<String>> groups = new HashMap<>();
    counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(12)
        .forEach(entry ->
            groups.put(
                entry.getKey(), item -> entry.getKey().equals(categoryOf.getOrDefault(item, ""))));
    groups.put("", _ -> true);
    return groups;
  }

  static String top(String category) {
    int slash = category.indexOf('/');
    return slash < 0 ? category : category.substring(0, slash);
  }

  private static List<Integer> active(ShopLog log, long at) {
    List<Integer> active = new ArrayList<>();
    for (int person = 0; person < log.people().size(); person++) {
      boolean seen = false;
      for (int i : log.viewsOf(person)) {
        long when = log.views().get(i).atUnixMs();
        seen |= when < at && when >= at - ACTIVE_DAYS * DAY;
      }
      for (int i : log.purchasesOf(person)) {
        long when = log.purchases().get(i).atUnixMs();
        seen |= when < at && when >= at - ACTIVE_DAYS * DAY;
      }
      if (seen) {
        active.add(person);
      }
    }
    return active;
  }

  /// How far below list price the items were sold, over all their sales of some time.
  static double depth(
      ShopLog log, ItemLookup items, Predicate<String> matched, long from, long to) {
    double list = 0;
    double paid = 0;
    for (ShopLog.Purchase one : log.purchases()) {
      if (one.atUnixMs() >= from && one.atUnixMs() < to && matched.test(one.itemId())) {
        ItemFacts item = items.find(one.itemId());
        if (item != null) {
          list += (double) item.priceMinorUnits() * one.quantity();
          paid += Math.min(one.unitPrice(), item.priceMinorUnits()) * (double) one.quantity();
        }
      }
    }
    return list == 0 ? 0 : 1 - paid / list;
  }

  private static boolean bought(
      ShopLog log, int person, Predicate<String> matched, long from, long to) {
    for (int i : log.purchasesOf(person)) {
      ShopLog.Purchase one = log.purchases().get(i);
      if (one.atUnixMs() >= from && one.atUnixMs() < to && matched.test(one.itemId())) {
        return true;
      }
    }
    return false;
  }

  private static double[] row(
      ShopLog log, int person, Predicate<String> matched, double elasticity, long at) {
    Set<String> orders = new HashSet<>();
    Set<String> recent = new HashSet<>();
    double spend = 0;
    double matchedRecent = 0;
    double lines = 0;
    double matchedLines = 0;
    long last = Long.MIN_VALUE;
    long lastMatched = Long.MIN_VALUE;
    for (int i : log.purchasesOf(person)) {
      ShopLog.Purchase one = log.purchases().get(i);
      if (one.atUnixMs() >= at) {
        break;
      }
      orders.add(one.orderId());
      last = one.atUnixMs();
      lines++;
      if (one.atUnixMs() >= at - 90 * DAY) {
        recent.add(one.orderId());
        spend += one.value();
      }
      if (matched.test(one.itemId())) {
        matchedLines++;
        lastMatched = one.atUnixMs();
        matchedRecent += one.atUnixMs() >= at - 180 * DAY ? 1 : 0;
      }
    }
    double views = 0;
    for (int i : log.viewsOf(person)) {
      ShopLog.View one = log.views().get(i);
      if (one.atUnixMs() < at && one.atUnixMs() >= at - 14 * DAY && matched.test(one.itemId())) {
        views++;
      }
    }
    return ResponseModel.row(
        orders.size(),
        last == Long.MIN_VALUE ? Double.NaN : (double) (at - last) / DAY,
        recent.size(),
        Math.log1p(spend),
        matchedRecent,
        views,
        lastMatched == Long.MIN_VALUE ? Double.NaN : (double) (at - lastMatched) / DAY,
        matchedLines / Math.max(1, lines),
        elasticity);
  }

  private static double spread(List<double[]> depths) {
    double mean = depths.stream().mapToDouble(d -> d[0]).average().orElse(0);
    return Math.sqrt(
        depths.stream().mapToDouble(d -> (d[0] - mean) * (d[0] - mean)).average().orElse(0));
  }
}
