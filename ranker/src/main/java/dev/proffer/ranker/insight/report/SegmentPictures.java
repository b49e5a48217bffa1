// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import dev.proffer.ranker.insight.Amounts;
import dev.proffer.ranker.insight.Findings;
import dev.proffer.ranker.insight.PersonFact;
import dev.proffer.ranker.segment.Segment;
import dev.proffer.ranker.segment.Segmentation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Pictures of the segments: sizes, profiles, and how people moved between them.
final class SegmentPictures {
  private static final List<PersonFact> PROFILE =
      List.of(
          PersonFact.RECENCY_DAYS,
          PersonFact.FREQUENCY,
          PersonFact.MONETARY_MINOR_UNITS,
          PersonFact.AVERAGE_BASKET_MINOR_UNITS,
          PersonFact.DISTINCT_ITEMS,
          PersonFact.DISCOUNT_AFFINITY,
          PersonFact.PRICE_BAND,
          PersonFact.CONVERSION,
          PersonFact.CHURN_PROBABILITY,
          PersonFact.EXPECTED_VALUE_MINOR_UNITS);

  private final Findings findings;
  private final Amounts amounts;
  private final Map<PersonFact, Double> means = new EnumMap<>(PersonFact.class);

  SegmentPictures(Findings findings, Amounts amounts) {
    this.findings = findings;
    this.amounts = amounts;
    for (PersonFact fact : PROFILE) {
      java.util.Arrays.stream(findings.people().column(fact))
          .filter(Double::isFinite)
          .average()
          .ifPresent(mean -> means.put(fact, mean));
    }
  }

  static Words name(Segment segment) {
    return Words.of(segment.name("en"), segment.name("zh"));
  }

  private List<Segment> segments() {
    return findings.segmentation().segments();
  }

  private static String look(int segment) {
    return "c" + segment % 9;
  }

  String sizes() {
    Words title = Words.of("Sizes of the segments", "分群规模");
    long most = segments().stream().mapToLong(Segment::size).max().orElse(1);
    long all = Math.max(1, findings.people().size());
    Svg svg = new Svg(segments().size() * 40 + 2, title);
    Table table =
        new Table(
            1,
            Words.of("Segment", "分群"),
            Words.of("People", "人数"),
            Words.same("%"),
            Words.of("Change", "变化"));
    for (int i = 0; i < segments().size(); i++) {
      Segment segment = segments().get(i);
      String share = String.format(Locale.ROOT, "%.1f %%", 100.0 * segment.size() / all);
      String change = String.format(Locale.ROOT, "%+.1f %%", 100 * segment.sizeChange());
      double y = i * 40;
      svg.text(0, y + 14, "t", "start", name(segment).cut(40));
      svg.text(
          Svg.WIDTH,
          y + 14,
          "t b",
          "end",
          Words.same(String.format(Locale.ROOT, "%,d", segment.size())));
      svg.rect(0, y + 19, Svg.WIDTH * segment.size() / most, 15, look(i));
      table.row(name(segment), Words.count(segment.size()), Words.same(share), Words.same(change));
    }
    return svg.close() + Page.numbers(table.close());
  }

  /// A card for each segment: what it is in words, and its facts relative to everybody's.
  List<String> cards() {
    List<String> cards = new ArrayList<>();
    for (int i = 0; i < segments().size(); i++) {
      Segment segment = segments().get(i);
      StringBuilder card = new StringBuilder();
      card.append(
              "<h3><svg viewBox=\"0 0 12 12\" class=\"dot\"><rect width=\"12\" height=\"12\" class=\"")
          .append(look(i))
          .append("\"/></svg>")
          .append(name(segment).html())
          .append("</h3><p>")
          .append(
              Words.of(
                      segment.descriptions().getOrDefault("en", ""),
                      segment.descriptions().getOrDefault("zh", ""))
                  .html())
          .append("</p>");
      if (!segment.earlierNames().isEmpty()) {
        String earlier = String.join(", ", segment.earlierNames());
        card.append("<p class=\"m\">")
            .append(Words.of("Earlier: " + earlier, "曾用名：" + earlier).html())
            .append("</p>");
      }
      card.append(profile(segment, look(i)));
      cards.add(card.toString());
    }
    return cards;
  }

  private String profile(Segment segment, String look) {
    List<PersonFact> facts =
        PROFILE.stream()
            .filter(fact -> segment.profile().containsKey(fact) && means.containsKey(fact))
            .toList();
    Svg svg = new Svg(facts.size() * 19 + 22, name(segment));
    Table table =
        new Table(
            1, Words.of("Fact", "指标"), Words.of("Segment", "本群"), Words.of("Everybody", "全体"));
    double middle = 236;
    double half = 66;
    svg.line(middle, 0, middle, facts.size() * 19, 1, "axis");
    for (int i = 0; i < facts.size(); i++) {
      PersonFact fact = facts.get(i);
      double own = segment.profile().getOrDefault(fact, 0.0);
      double all = means.getOrDefault(fact, 0.0);
      // A quarter of everybody's mean or less, and four times it or more, fill the picture.
      double ratio = own > 0 && all > 0 ? Math.log(own / all) / Math.log(4) : own > all ? 1 : -1;
      if (own == all) {
        ratio = 0;
      }
      double wide = half * Math.clamp(ratio, -1, 1);
      double y = i * 19;
      svg.text(middle - half - 4, y + 13, "s", "end", shortName(fact));
      svg.rect(Math.min(middle, middle + wide), y + 3, Math.abs(wide), 13, look);
      svg.text(Svg.WIDTH, y + 13, "s b", "end", value(fact, own));
      table.row(
          Words.of(fact.meaning("en"), fact.meaning("zh")), value(fact, own), value(fact, all));
    }
    svg.text(
        middle,
        facts.size() * 19 + 14,
        "s m",
        "middle",
        Words.of("¼ · as everybody · ×4", "¼ · 全体平均 · ×4"));
    return svg.close() + Page.numbers(table.close());
  }

  static Words shortName(PersonFact fact) {
    return switch (fact) {
      case RECENCY_DAYS -> Words.of("days since the last purchase", "距上次购买天数");
      case FREQUENCY -> Words.of("orders", "订单数");
      case MONETARY_MINOR_UNITS -> Words.of("spend", "消费金额");
      case AVERAGE_BASKET_MINOR_UNITS -> Words.of("mean order", "平均每单");
      case DISTINCT_ITEMS -> Words.of("different items", "商品种数");
      case DISCOUNT_AFFINITY -> Words.of("bought below list price", "折扣购买占比");
      case PRICE_BAND -> Words.of("price band", "价格档位");
      case CONVERSION -> Words.of("visits with a purchase", "访问转化率");
      case CHURN_PROBABILITY -> Words.of("churn", "流失概率");
      case EXPECTED_VALUE_MINOR_UNITS -> Words.of("value of the next year", "未来一年价值");
      default -> Words.of(fact.meaning("en"), fact.meaning("zh"));
    };
  }

  private Words value(PersonFact fact, double value) {
    return Words.same(
        switch (fact) {
          case MONETARY_MINOR_UNITS, AVERAGE_BASKET_MINOR_UNITS, EXPECTED_VALUE_MINOR_UNITS ->
              amounts.text(value);
          case DISCOUNT_AFFINITY, CONVERSION, CHURN_PROBABILITY ->
              String.format(Locale.ROOT, "%.0f %%", 100 * value);
          case PRICE_BAND -> String.format(Locale.ROOT, "%.2f", value);
          default -> String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
        });
  }

  /// How far back the movements of people go.
  Words flowTitle() {
    int days = findings.movementDays();
    return days == 1
        ? Words.of("Movements since the day before", "一天内的分群流动")
        : Words.of("Movements within " + days + " days", days + " 天内的分群流动");
  }

  private Words daysBefore() {
    int days = findings.movementDays();
    return days == 1
        ? Words.of("the day before", "一天前")
        : Words.of(days + " days before", days + " 天前");
  }

  /// Where the people of each segment were some time before.
  String flow() {
    List<List<Integer>> movements = findings.movements();
    int k = segments().size();
    Words title = flowTitle();
    long[] before = new long[k + 1];
    long[] now = new long[k];
    long all = 0;
    for (int from = 0; from <= k; from++) {
      for (int to = 0; to < k; to++) {
        int count = movements.get(from).get(to);
        before[from] += count;
        now[to] += count;
        all += count;
      }
    }
    double tall = Math.max(200, (k + 1) * 46);
    double[] leftAt = new double[k + 1];
    double[] rightAt = new double[k];
    double scale = all == 0 ? 0 : (tall - (k + 1) * 18.0) / all;
    Svg svg = new Svg(tall + 24, title);
    svg.text(0, 12, "s m", "start", daysBefore());
    svg.text(Svg.WIDTH, 12, "s m", "end", Words.of("now", "现在"));
    double y = 20;
    for (int from = 0; from <= k; from++) {
      leftAt[from] = y;
      svg.rect(0, y, 9, Math.max(1, before[from] * scale), from == k ? "c9" : look(from));
      y += before[from] * scale + 18;
    }
    y = 20;
    double gap = k > 1 ? (tall - all * scale) / Math.max(1, k) : 18;
    for (int to = 0; to < k; to++) {
      rightAt[to] = y;
      svg.rect(Svg.WIDTH - 9, y, 9, Math.max(1, now[to] * scale), look(to));
      y += now[to] * scale + gap;
    }
    Table table = new Table(2, daysBefore(), Words.of("Now", "现在"), Words.of("People", "人数"));
    double[] leftUsed = leftAt.clone();
    double[] rightUsed = rightAt.clone();
    for (int from = 0; from <= k; from++) {
      for (int to = 0; to < k; to++) {
        int count = movements.get(from).get(to);
        if (count == 0) {
          continue;
        }
        double high = count * scale;
        double a = leftUsed[from];
        double b = rightUsed[to];
        Words hint =
            Words.of(
                early(from).english() + " → " + name(segments().get(to)).english() + ": " + count,
                early(from).chinese() + " → " + name(segments().get(to)).chinese() + "：" + count);
        svg.path(
            "flow " + (from == k ? "c9" : look(from)),
            hint,
            "M",
            9,
            a,
            "C",
            180,
            a,
            180,
            b,
            Svg.WIDTH - 9,
            b,
            "L",
            Svg.WIDTH - 9,
            b + high,
            "C",
            180,
            b + high,
            180,
            a + high,
            9,
            a + high,
            "Z");
        leftUsed[from] += high;
        rightUsed[to] += high;
        table.row(early(from), name(segments().get(to)), Words.count(count));
      }
    }
    for (int from = 0; from <= k; from++) {
      svg.text(
          13,
          leftAt[from] + Math.max(11, before[from] * scale / 2 + 4),
          "s halo",
          "start",
          counted(early(from), before[from]));
    }
    for (int to = 0; to < k; to++) {
      svg.text(
          Svg.WIDTH - 13,
          rightAt[to] + Math.max(11, now[to] * scale / 2 + 4),
          "s halo",
          "end",
          counted(name(segments().get(to)), now[to]));
    }
    return svg.close() + Page.numbers(table.close());
  }

  private static Words counted(Words name, long count) {
    Words shorter = name.cut(22);
    String number = String.format(Locale.ROOT, " %,d", count);
    return new Words(shorter.english() + number, shorter.chinese() + number);
  }

  private Words early(int from) {
    return from == segments().size()
        ? Words.of("Not there yet", "尚未出现")
        : name(segments().get(from));
  }

  /// How the number of segments was chosen.
  String choice() {
    Table table =
        new Table(
            1,
            Words.of("Segments", "分群数"),
            Words.of("Silhouette", "轮廓系数"),
            Words.of("Stability (ARI)", "稳定性（ARI）"),
            Words.of("Inertia", "簇内平方和"));
    for (Segmentation.Tried tried : findings.segmentation().tried()) {
      table.row(
          Words.same(tried.k() + (tried.k() == segments().size() ? " ✓" : "")),
          Words.same(String.format(Locale.ROOT, "%.3f", tried.silhouette())),
          Words.same(String.format(Locale.ROOT, "%.3f", tried.stability())),
          Words.same(String.format(Locale.ROOT, "%,.0f", tried.inertia())));
    }
    return table.close();
  }
}
