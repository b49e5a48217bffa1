// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How demand follows price, from the weeks of the past: units of an item in a week are
/// proportional to price^elasticity, to a level of the item and to the demand of the whole shop in
/// that week. The level drops out when an item's weeks are compared with each other (a Poisson
/// model with fixed effects), weeks without a sale included. Errors are clustered by item.
///
/// @param value change of demand in percent for one percent of price
/// @param error its standard error
/// @param items items whose price moved
public record Elasticity(double value, double error, int items) {
  /// What is assumed where prices never moved: a common figure for consumer goods, and not sure.
  public static final Elasticity ASSUMED = new Elasticity(-1.8, .6, 0);

  private static final long WEEK = 7 * 86_400_000L;
  private static final int WEEKS_MAX = 52;
  private static final int UNITS_MIN = 8;
  private static final double MOVED = .03;

  /// Whether it was measured.
  public boolean isMeasured() {
    return items > 0;
  }

  /// This, drawn towards another that rests on more.
  Elasticity towards(Elasticity all, double spread) {
    double own = isMeasured() ? 1 / (error * error) : 0;
    double other = 1 / (all.error * all.error + spread * spread);
    return new Elasticity(
        (own * value + other * all.value) / (own + other), 1 / Math.sqrt(own + other), items);
  }

  /// One item's weeks.
  @SuppressWarnings("ArrayRecordComponent") // Read in loops, never changed.
  private record Panel(double[] units, double[] logPrice, double[] offset) {}

  /// Measures it over these purchases; [#ASSUMED] when too little moved.
  static Elasticity measure(List<ShopLog.Purchase> purchases, List<ShopLog.Purchase> shop) {
    if (purchases.isEmpty() || shop.isEmpty()) {
      return ASSUMED;
    }
    long end = shop.getLast().atUnixMs() + 1;
    long begin = Math.max(shop.getFirst().atUnixMs(), end - WEEKS_MAX * WEEK);
    int weeks = (int) Math.max(1, (end - begin) / WEEK);
    double[] season = new double[weeks];
    for (ShopLog.Purchase one : shop) {
      int week = week(one, end, weeks);
      if (week >= 0) {
        season[week] += one.quantity();
      }
    }
    Map<String, double[]> units = new HashMap<>();
    Map<String, double[]> paid = new HashMap<>();
    for (ShopLog.Purchase one : purchases) {
      int week = week(one, end, weeks);
      if (week >= 0) {
        units.computeIfAbsent(one.itemId(), _ -> new double[weeks])[week] += one.quantity();
        paid.computeIfAbsent(one.itemId(), _ -> new double[weeks])[week] += one.value();
      }
    }
    List<Panel> panels =
        units.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> panel(e.getValue(), paid.getOrDefault(e.getKey(), e.getValue()), season))
            .filter(Elasticity::says)
            .toList();
    if (panels.size() < 3) {
      return ASSUMED;
    }
    return fit(panels);
  }

  private static int week(ShopLog.Purchase one, long end, int weeks) {
    long back = (end - one.atUnixMs()) / WEEK;
    return back >= 0 && back < weeks ? (int) (weeks - 1 - back) : -1;
  }

  private static Panel panel(double[] units, double[] paid, double[] season) {
    int first = 0;
    while (first < units.length && units[first] == 0) {
      first++;
    }
    int count = units.length - first;
    double[] u = new double[count];
    double[] x = new double[count];
    double[] o = new double[count];
    double price = 0;
    for (int i = 0; i < count; i++) {
      int week = first + i;
      // In a week without a sale the price is the one that was asked last.
      price = units[week] > 0 ? paid[week] / units[week] : price;
      u[i] = units[week];
      x[i] = Math.log(price);
      o[i] = Math.log(Math.max(1, season[week]));
    }
    return new Panel(u, x, o);
  }

  private static boolean says(Panel panel) {
    double low = Arrays.stream(panel.logPrice).min().orElse(0);
    double high = Arrays.stream(panel.logPrice).max().orElse(0);
    return high - low > MOVED && Arrays.stream(panel.units).sum() >= UNITS_MIN;
  }

  private static Elasticity fit(List<Panel> panels) {
    double e = -1;
    double information = 0;
    double[] scores = new double[panels.size()];
    for (int step = 0; step < 30; step++) {
      double gradient = 0;
      information = 0;
      for (int p = 0; p < scores.length; p++) {
        Panel panel = panels.get(p);
        double[] moments = moments(panel, e);
        double total = Arrays.stream(panel.units).sum();
        scores[p] = 0;
        for (int i = 0; i < panel.units.length; i++) {
          scores[p] += panel.units[i] * (panel.logPrice[i] - moments[0]);
        }
        gradient += scores[p];
        information += total * moments[1];
      }
      double move = Math.clamp(gradient / Math.max(1e-9, information), -1, 1);
      e = Math.clamp(e + move, -12, 4);
      if (Math.abs(move) < 1e-8) {
        break;
      }
    }
    double squares = Arrays.stream(scores).map(s -> s * s).sum();
    double error = Math.sqrt(squares) / Math.max(1e-9, information);
    return new Elasticity(e, Math.max(.02, error), panels.size());
  }

  /// Mean and variance of the log price over an item's weeks, weighted by expected demand.
  private static double[] moments(Panel panel, double e) {
    double most = Double.NEGATIVE_INFINITY;
    int n = panel.units.length;
    double[] w = new double[n];
    for (int i = 0; i < n; i++) {
      w[i] = e * panel.logPrice[i] + panel.offset[i];
      most = Math.max(most, w[i]);
    }
    double sum = 0;
    double mean = 0;
    for (int i = 0; i < n; i++) {
      w[i] = Math.exp(w[i] - most);
      sum += w[i];
      mean += w[i] * panel.logPrice[i];
    }
    mean /= sum;
    double variance = 0;
    for (int i = 0; i < n; i++) {
      variance += w[i] * (panel.logPrice[i] - mean) * (panel.logPrice[i] - mean);
    }
    return new double[] {mean, variance / sum};
  }
}
