// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import dev.proffer.ranker.basket.RuleMiner.Rule;
import dev.proffer.ranker.insight.ItemDirectory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Association rules as a graph of numbered items and as a table.
final class RulePictures {
  private static final int GRAPH_RULES_MAX = 18;
  private static final int GRAPH_ITEMS_MAX = 16;
  private static final int TABLE_RULES_MAX = 40;
  private static final int ROUNDS = 300;
  private static final double GRAVITY = 0.9;

  private final List<Rule> rules;
  private final ItemDirectory items;

  /// @param rules by falling lift
  RulePictures(List<Rule> rules, ItemDirectory items) {
    this.rules = rules;
    this.items = items;
  }

  Words title(String item) {
    ItemDirectory.ItemFact fact = items.find(item);
    if (fact == null) {
      return Words.same(item);
    }
    String english = fact.title("en");
    String chinese = fact.title("zh");
    return english.isEmpty() ? Words.same(item) : Words.of(english, chinese);
  }

  private record Edge(int from, int to, Rule rule) {}

  /// Items are circles, rules arrows as thick as their lift. The rules that say most, by lift and
  /// by the number of baskets that speak for them.
  String graph() {
    List<Rule> strongest =
        rules.stream()
            .filter(rule -> rule.when().size() == 1)
            .sorted(
                java.util.Comparator.comparingDouble(
                    (Rule rule) -> -Math.log(rule.lift()) * Math.sqrt(rule.baskets())))
            .toList();
    Map<String, Integer> places = new LinkedHashMap<>();
    List<Edge> edges = new ArrayList<>();
    for (Rule rule : strongest) {
      if (edges.size() == GRAPH_RULES_MAX) {
        break;
      }
      String left = rule.when().getFirst();
      int fresh = (places.containsKey(left) ? 0 : 1) + (places.containsKey(rule.then()) ? 0 : 1);
      if (places.size() + fresh > GRAPH_ITEMS_MAX) {
        continue;
      }
      int from = places.computeIfAbsent(left, _ -> places.size());
      int to = places.computeIfAbsent(rule.then(), _ -> places.size());
      edges.add(new Edge(from, to, rule));
    }
    double[][] at = layout(places.size(), edges);
    Words title = Words.of("Bought together", "一起购买");
    Svg svg = new Svg(320, title);
    double most = edges.stream().mapToDouble(edge -> edge.rule().lift()).max().orElse(1);
    for (Edge edge : edges) {
      double width = 1 + 4 * Math.sqrt(edge.rule().lift() / most);
      double dx = at[edge.to()][0] - at[edge.from()][0];
      double dy = at[edge.to()][1] - at[edge.from()][1];
      double length = Math.max(1, Math.hypot(dx, dy));
      double ux = dx / length;
      double uy = dy / length;
      double x1 = at[edge.from()][0] + 13 * ux;
      double y1 = at[edge.from()][1] + 13 * uy;
      double x2 = at[edge.to()][0] - 18 * ux;
      double y2 = at[edge.to()][1] - 18 * uy;
      svg.line(x1, y1, x2, y2, width, "edge");
      double tip = 3 + width;
      svg.path(
          "tip",
          Words.same(
              String.format(
                  Locale.ROOT,
                  "%d → %d: lift %.2f, %.0f %%",
                  edge.from() + 1,
                  edge.to() + 1,
                  edge.rule().lift(),
                  100 * edge.rule().confidence())),
          "M",
          x2 + 5 * ux,
          y2 + 5 * uy,
          "L",
          x2 - 3 * ux - tip * uy,
          y2 - 3 * uy + tip * ux,
          "L",
          x2 - 3 * ux + tip * uy,
          y2 - 3 * uy - tip * ux,
          "Z");
    }
    StringBuilder legend = new StringBuilder("<ol class=\"legend\">");
    int number = 0;
    for (String item : places.keySet()) {
      svg.circle(at[number][0], at[number][1], 13, "node", title(item));
      svg.text(at[number][0], at[number][1] + 4, "t b on", "middle", Words.same("" + (number + 1)));
      legend.append("<li>").append(title(item).html()).append("</li>");
      number++;
    }
    return svg.close() + legend.append("</ol>");
  }

  /// Springs along rules, repulsion between all, in a fixed number of rounds from a circle.
  private static double[][] layout(int nodes, List<Edge> edges) {
    double[][] at = new double[nodes][2];
    for (int i = 0; i < nodes; i++) {
      at[i][0] = 180 + 110 * Math.cos(2 * Math.PI * i / Math.max(1, nodes));
      at[i][1] = 160 + 110 * Math.sin(2 * Math.PI * i / Math.max(1, nodes));
    }
    double ideal = nodes == 0 ? 1 : 0.8 * Math.sqrt(330.0 * 290 / nodes);
    for (int round = 0; round < ROUNDS; round++) {
      double step = 12 * (1 - (double) round / ROUNDS);
      double[][] push = new double[nodes][2];
      for (int i = 0; i < nodes; i++) {
        for (int j = 0; j < nodes; j++) {
          if (i != j) {
            double dx = at[i][0] - at[j][0];
            double dy = at[i][1] - at[j][1];
            double squared = Math.max(1, dx * dx + dy * dy);
            push[i][0] += ideal * ideal * dx / squared;
            push[i][1] += ideal * ideal * dy / squared;
          }
        }
      }
      for (int i = 0; i < nodes; i++) {
        // Towards the middle, so that parts without a rule between them stay in the picture.
        push[i][0] += GRAVITY * (180 - at[i][0]);
        push[i][1] += GRAVITY * (160 - at[i][1]);
      }
      for (Edge edge : edges) {
        double dx = at[edge.to()][0] - at[edge.from()][0];
        double dy = at[edge.to()][1] - at[edge.from()][1];
        double pull = Math.hypot(dx, dy) / ideal;
        push[edge.from()][0] += dx * pull;
        push[edge.from()][1] += dy * pull;
        push[edge.to()][0] -= dx * pull;
        push[edge.to()][1] -= dy * pull;
      }
      for (int i = 0; i < nodes; i++) {
        double length = Math.max(1e-9, Math.hypot(push[i][0], push[i][1]));
        at[i][0] = Math.clamp(at[i][0] + push[i][0] / length * Math.min(step, length), 16, 344);
        at[i][1] = Math.clamp(at[i][1] + push[i][1] / length * Math.min(step, length), 16, 304);
      }
    }
    return at;
  }

  String table() {
    Table table =
        new Table(
            2,
            Words.of("When", "购买"),
            Words.of("Then", "也会购买"),
            Words.of("Lift", "提升度"),
            Words.of("Confidence", "置信度"),
            Words.of("Baskets", "订单"),
            Words.of("Support", "支持度"),
            Words.of("Conviction", "确信度"),
            Words.of("p, corrected", "校正 p 值"));
    for (Rule rule : rules.stream().limit(TABLE_RULES_MAX).toList()) {
      StringBuilder english = new StringBuilder();
      StringBuilder chinese = new StringBuilder();
      for (String item : rule.when()) {
        Words title = title(item);
        english.append(english.isEmpty() ? "" : " + ").append(title.english());
        chinese.append(chinese.isEmpty() ? "" : " + ").append(title.chinese());
      }
      table.row(
          Words.of(english.toString(), chinese.toString()),
          title(rule.then()),
          Words.same(String.format(Locale.ROOT, "%.2f", rule.lift())),
          Words.same(String.format(Locale.ROOT, "%.0f %%", 100 * rule.confidence())),
          Words.count(rule.baskets()),
          Words.same(String.format(Locale.ROOT, "%.2f %%", 100 * rule.support())),
          Words.same(
              Double.isInfinite(rule.conviction())
                  ? "∞"
                  : String.format(Locale.ROOT, "%.2f", rule.conviction())),
          Words.same(String.format(Locale.ROOT, "%.1e", rule.pValue())));
    }
    return table.close();
  }
}
