// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import dev.proffer.ranker.insight.Amounts;
import dev.proffer.ranker.insight.PeopleTable;
import dev.proffer.ranker.insight.PersonFact;
import dev.proffer.ranker.insight.ShopFacts;
import dev.proffer.ranker.insight.ShopFacts.Bin;
import dev.proffer.ranker.insight.ShopFacts.Cohort;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// Pictures of the shop as a whole: RFM map, cohorts, heat map, distributions, funnel, sales.
final class ShopPictures {
  /// Steps of the scale of colours, from nothing to the most.
  static final int SHADES = 9;

  private static final int COHORTS_MAX = 13;
  private static final int[] RECENCY_EDGES = {8, 31, 91, 181};
  private static final int[] FREQUENCY_EDGES = {2, 3, 5, 10};
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("yyyy-MM", Locale.ROOT);
  private static final Words[] WEEKDAYS = {
    Words.of("Mon", "周一"),
    Words.of("Tue", "周二"),
    Words.of("Wed", "周三"),
    Words.of("Thu", "周四"),
    Words.of("Fri", "周五"),
    Words.of("Sat", "周六"),
    Words.of("Sun", "周日")
  };

  private final Amounts amounts;

  ShopPictures(Amounts amounts) {
    this.amounts = amounts;
  }

  /// The shade of a value: the square root, so that small values still show.
  static int shade(double value, double most) {
    if (!(value > 0) || !(most > 0)) {
      return 0;
    }
    return 1 + (int) Math.round((SHADES - 2) * Math.sqrt(Math.min(1, value / most)));
  }

  private static int shade(long value, long most) {
    return shade((double) value, (double) most);
  }

  private static String ink(int shade) {
    return shade >= 5 ? "on" : "off";
  }

  /// People by how lately and how often they bought, with their mean spend.
  String rfm(PeopleTable people) {
    int recencies = RECENCY_EDGES.length + 1;
    int frequencies = FREQUENCY_EDGES.length + 1;
    long[][] counts = new long[frequencies][recencies];
    double[][] money = new double[frequencies][recencies];
    for (int person = 0; person < people.size(); person++) {
      double recency = people.get(PersonFact.RECENCY_DAYS, person);
      if (Double.isFinite(recency)) {
        int row = place(people.get(PersonFact.FREQUENCY, person), FREQUENCY_EDGES);
        int column = place(recency, RECENCY_EDGES);
        counts[row][column]++;
        money[row][column] += people.get(PersonFact.MONETARY_MINOR_UNITS, person);
      }
    }
    long most = 0;
    for (long[] row : counts) {
      for (long count : row) {
        most = Math.max(most, count);
      }
    }
    Words title = Words.of("People by recency and frequency", "按最近购买与频次划分的顾客");
    double left = 44;
    double cell = (Svg.WIDTH - left) / recencies;
    double high = 42;
    Svg svg = new Svg(22 + frequencies * high + 34, title);
    Table table =
        new Table(
            2,
            Words.of("Orders", "订单数"),
            Words.of("Days since the last", "距上次天数"),
            Words.of("People", "人数"),
            Words.of("Mean spend", "人均消费"));
    for (int row = 0; row < frequencies; row++) {
      int shown = frequencies - 1 - row; // The most frequent on top.
      double y = 4 + row * high;
      Words orders = range(shown, FREQUENCY_EDGES, 1);
      svg.text(left - 5, y + high / 2 + 4, "t", "end", orders);
      for (int column = 0; column < recencies; column++) {
        long count = counts[shown][column];
        int shade = shade(count, most);
        double x = left + column * cell;
        String mean = count == 0 ? "–" : amounts.text(money[shown][column] / count);
        svg.rect(x + 1, y + 1, cell - 2, high - 2, "q" + shade);
        if (count > 0) {
          svg.text(x + cell / 2, y + 18, "t b " + ink(shade), "middle", Words.count(count));
          svg.text(x + cell / 2, y + 33, "s " + ink(shade), "middle", Words.same(mean));
          table.row(orders, range(column, RECENCY_EDGES, 0), Words.count(count), Words.same(mean));
        }
      }
    }
    double below = 4 + frequencies * high + 14;
    for (int column = 0; column < recencies; column++) {
      svg.text(left + (column + 0.5) * cell, below, "t", "middle", range(column, RECENCY_EDGES, 0));
    }
    svg.text(
        left + (Svg.WIDTH - left) / 2,
        below + 16,
        "s m",
        "middle",
        Words.of("days since the last purchase; rows: orders", "距上次购买的天数；行：订单数"));
    return svg.close() + Page.numbers(table.close());
  }

  private static int place(double value, int[] edges) {
    int place = 0;
    while (place < edges.length && value >= edges[place]) {
      place++;
    }
    return place;
  }

  private static Words range(int place, int[] edges, int first) {
    int from = place == 0 ? first : edges[place - 1];
    if (place == edges.length) {
      return Words.same(from + "+");
    }
    int to = edges[place] - 1;
    return Words.same(from == to ? Integer.toString(from) : from + "–" + to);
  }

  /// The share of each month's new buyers who bought again in later months.
  String cohorts(List<Cohort> all) {
    List<Cohort> cohorts = all.subList(Math.max(0, all.size() - COHORTS_MAX), all.size());
    int months = Math.min(COHORTS_MAX, cohorts.isEmpty() ? 0 : cohorts.getFirst().active().size());
    Words title = Words.of("Cohort retention", "同期群留存");
    double left = 82;
    double cell = months == 0 ? 0 : (Svg.WIDTH - left) / months;
    double high = 22;
    Svg svg = new Svg(20 + cohorts.size() * high + 18, title);
    Words[] heads = new Words[months + 2];
    heads[0] = Words.of("First purchase", "首购月");
    heads[1] = Words.of("People", "人数");
    for (int month = 0; month < months; month++) {
      heads[month + 2] = Words.same("+" + month);
      svg.text(left + (month + 0.5) * cell, 13, "s m", "middle", Words.same("+" + month));
    }
    Table table = new Table(1, heads);
    for (int row = 0; row < cohorts.size(); row++) {
      Cohort cohort = cohorts.get(row);
      double y = 18 + row * high;
      long size = Math.max(1, cohort.active().getFirst());
      svg.text(0, y + 15, "s", "start", Words.same(MONTH.format(cohort.month())));
      svg.text(left - 5, y + 15, "s m", "end", Words.count(cohort.active().getFirst()));
      Words[] cells = new Words[months + 2];
      cells[0] = Words.same(MONTH.format(cohort.month()));
      cells[1] = Words.count(cohort.active().getFirst());
      for (int month = 0; month < months; month++) {
        boolean known = month < cohort.active().size();
        cells[month + 2] = Words.same("");
        if (known) {
          double share = (double) cohort.active().get(month) / size;
          String percent = Long.toString(Math.round(100 * share));
          int shade = month == 0 ? SHADES - 1 : shade(share, 0.6);
          svg.rect(left + month * cell + 0.5, y + 0.5, cell - 1, high - 1, "q" + shade);
          svg.text(
              left + (month + 0.5) * cell,
              y + 15,
              "s " + ink(shade),
              "middle",
              Words.same(percent));
          cells[month + 2] = Words.same(percent + " %");
        }
      }
      table.row(cells);
    }
    svg.text(
        0,
        18 + cohorts.size() * high + 14,
        "s m",
        "start",
        Words.of("percent who bought, by months after the first purchase", "首购后各月的购买百分比"));
    return svg.close() + Page.numbers(table.close());
  }

  /// When things happen: events by weekday and hour.
  String hours(long[][] counts) {
    long most = 0;
    for (long[] day : counts) {
      for (long count : day) {
        most = Math.max(most, count);
      }
    }
    Words title = Words.of("Events by hour and weekday", "按时段与星期的行为");
    double left = 36;
    double cell = (Svg.WIDTH - left) / 24;
    double high = 24;
    Svg svg = new Svg(7 * high + 34, title);
    Words[] heads = new Words[25];
    heads[0] = Words.of("Hour", "时");
    for (int day = 0; day < 7; day++) {
      svg.text(0, day * high + 16, "t", "start", WEEKDAYS[day]);
      for (int hour = 0; hour < 24; hour++) {
        svg.rect(
            left + hour * cell + 0.5,
            day * high + 0.5,
            cell - 1,
            high - 1,
            "q" + shade(counts[day][hour], most),
            Words.same(String.format(Locale.ROOT, "%d: %,d", hour, counts[day][hour])));
      }
    }
    for (int hour = 0; hour < 24; hour += 3) {
      svg.text(left + (hour + 0.5) * cell, 7 * high + 14, "s", "middle", Words.same("" + hour));
    }
    svg.text(
        left,
        7 * high + 29,
        "s m",
        "start",
        Words.of(
            String.format(Locale.ROOT, "hour of the day; darkest: %,d events", most),
            String.format(Locale.ROOT, "一天中的小时；最深：%,d 次", most)));
    Table table =
        new Table(
            1,
            Words.of("Hour", "时"),
            WEEKDAYS[0],
            WEEKDAYS[1],
            WEEKDAYS[2],
            WEEKDAYS[3],
            WEEKDAYS[4],
            WEEKDAYS[5],
            WEEKDAYS[6]);
    for (int hour = 0; hour < 24; hour++) {
      Words[] cells = new Words[8];
      cells[0] = Words.same(hour + ":00");
      for (int day = 0; day < 7; day++) {
        cells[day + 1] = Words.count(counts[day][hour]);
      }
      table.row(cells);
    }
    return svg.close() + Page.numbers(table.close());
  }

  /// How many there are of each size; edges are amounts of money or plain numbers.
  String bins(List<Bin> bins, boolean money, Words title, Words unit) {
    long most = bins.stream().mapToLong(Bin::count).max().orElse(0);
    int rows = bins.size();
    Svg svg = new Svg(Math.max(1, rows) * 20 + 4, title);
    Table table = new Table(1, unit, Words.of("Number", "数量"));
    for (int i = 0; i < rows; i++) {
      Bin bin = bins.get(i);
      String label = money ? moneyRange(bin, i == rows - 1) : countRange(bin, i == rows - 1);
      bar(svg, i, label, (double) bin.count(), (double) most, Words.count(bin.count()));
      table.row(Words.same(label), Words.count(bin.count()));
    }
    return svg.close() + Page.numbers(table.close());
  }

  private static void bar(Svg svg, int row, String label, double value, double most, Words shown) {
    double left = 92;
    double y = row * 20 + 2;
    double width = most > 0 ? (Svg.WIDTH - left - 66) * value / most : 0;
    svg.text(left - 6, y + 13, "s", "end", Words.same(label));
    svg.rect(left, y + 1, width, 16, "bar");
    svg.text(left + width + 5, y + 13, "s", "start", shown);
  }

  private String moneyRange(Bin bin, boolean last) {
    return last
        ? amounts.text(bin.from()) + "+"
        : amounts.text(bin.from()) + "–" + amounts.text(bin.to());
  }

  private static String countRange(Bin bin, boolean last) {
    long from = Math.round(bin.from());
    long to = Math.round(bin.to()) - 1;
    if (last) {
      return from + "+";
    }
    return from == to ? Long.toString(from) : from + "–" + to;
  }

  /// Sales by month.
  String months(List<ShopFacts.Month> months) {
    long most = months.stream().mapToLong(ShopFacts.Month::revenueMinorUnits).max().orElse(0);
    Words title = Words.of("Sales by month", "月度销售");
    Svg svg = new Svg(Math.max(1, months.size()) * 20 + 4, title);
    Table table =
        new Table(
            1,
            Words.of("Month", "月份"),
            Words.of("Orders", "订单"),
            Words.of("Buyers", "买家"),
            Words.of("Sales", "销售额"));
    for (int i = 0; i < months.size(); i++) {
      ShopFacts.Month month = months.get(i);
      String sales = amounts.text(month.revenueMinorUnits());
      bar(
          svg,
          i,
          MONTH.format(month.month()),
          (double) Math.max(0, month.revenueMinorUnits()),
          (double) most,
          Words.same(sales));
      table.row(
          Words.same(MONTH.format(month.month())),
          Words.count(month.orders()),
          Words.count(month.buyers()),
          Words.same(sales));
    }
    return svg.close() + Page.numbers(table.close());
  }

  /// How far visits get.
  String funnel(ShopFacts.Funnel funnel) {
    Words title = Words.of("Visits by how far they got", "访问漏斗");
    Words[] labels = {
      Words.of("visits", "访问"),
      Words.of("looked at an item", "浏览商品"),
      Words.of("filled a cart", "加入购物车"),
      Words.of("bought", "购买")
    };
    long[] counts = {funnel.visits(), funnel.viewed(), funnel.carted(), funnel.bought()};
    Svg svg = new Svg(4 * 40 + 2, title);
    Table table = new Table(1, Words.of("Stage", "阶段"), Words.of("Visits", "访问"), Words.same("%"));
    for (int i = 0; i < 4; i++) {
      double share = counts[0] == 0 ? 0 : (double) counts[i] / counts[0];
      String percent = String.format(Locale.ROOT, "%.1f %%", 100 * share);
      svg.text(0, i * 40 + 14, "t", "start", labels[i]);
      svg.text(
          Svg.WIDTH,
          i * 40 + 14,
          "t",
          "end",
          Words.same(String.format(Locale.ROOT, "%,d (%s)", counts[i], percent)));
      svg.rect(0, i * 40 + 19, Svg.WIDTH, 14, "q0");
      svg.rect(0, i * 40 + 19, Svg.WIDTH * share, 14, "bar");
      table.row(labels[i], Words.count(counts[i]), Words.same(percent));
    }
    return svg.close() + Page.numbers(table.close());
  }
}
