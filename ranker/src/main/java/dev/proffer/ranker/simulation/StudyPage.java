// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import dev.proffer.ranker.offpolicy.Estimator;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/// A study as one HTML page: what was compared, by how much the best won, regret over visits,
/// profit of each contender, and how estimates fared. Nothing is loaded from anywhere.
public final class StudyPage {
  private static final String STYLE =
      """
      body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a1a2e}
      h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
      .say{padding:1rem;border-left:.4rem solid #15803d;background:#f3f4f6}
      table{border-collapse:collapse;width:100%;font-size:.9rem}
      td,th{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #e5e7eb}
      td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}
      """;
  private static final String[] COLOURS = {
    "#6b7280", "#94a3b8", "#a8a29e", "#d6d3d1", "#c4b5a0", "#f59e0b", "#0ea5e9", "#15803d",
    "#22c55e", "#84cc16", "#b91c1c", "#7c3aed"
  };
  private static final int WIDTH = 760;
  private static final int HEIGHT = 320;
  private static final int LEFT = 70;
  private static final int LABEL = 190;
  private static final int ROW = 30;

  private StudyPage() {}

  /// The page of a study.
  ///
  /// @param coverage may be empty
  public static String html(Study study, Map<Estimator, EstimatorStudy.Row> coverage) {
    StringBuilder page =
        new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .append("<title>What personal offers are worth</title><style>")
            .append(STYLE)
            .append("</style></head><body><h1>What personal offers are worth</h1>");
    page.append(
        String.format(
            Locale.ROOT,
            "<p>%d worlds of %,d people and %d days; memory %.1f. Each policy met the same people"
                + " with the same luck. Most spent above a budget: %.2f.</p>",
            study.worlds(),
            study.options().people(),
            study.options().days(),
            study.options().memory(),
            study.overspentMinorUnits() / 100.0));
    for (Study.Margin margin : study.margins()) {
      page.append("<p class=\"say\">")
          .append(escape(sentence(margin, study.worlds())))
          .append("</p>");
    }
    page.append("<h2>Profit of a world</h2>").append(bars(study));
    page.append("<h2>Regret: expected profit of visits that was given away</h2>")
        .append(curves(study));
    page.append("<h2>Figures, means of a world</h2><table><tr><th>policy</th><th>profit</th>")
        .append("<th>revenue</th><th>discounts</th><th>visits</th><th>purchases</th>")
        .append("<th>regret</th><th>growth of regret</th></tr>");
    for (int c = 0; c < study.contenders().size(); c++) {
      Map<String, Double> f = study.figures(c);
      page.append(
          String.format(
              Locale.ROOT,
              "<tr><td>%s</td><td>%,.0f</td><td>%,.0f</td><td>%,.0f</td><td>%,.0f</td>"
                  + "<td>%,.0f</td><td>%,.0f</td><td>%.2f</td></tr>",
              escape(study.contenders().get(c).name()),
              f.getOrDefault("profit", 0.0) / 100,
              f.getOrDefault("revenue", 0.0) / 100,
              f.getOrDefault("discounts", 0.0) / 100,
              f.getOrDefault("visits", 0.0),
              f.getOrDefault("purchases", 0.0),
              f.getOrDefault("regret", 0.0) / 100,
              f.getOrDefault("regret_exponent", 0.0)));
    }
    page.append("</table>");
    if (!coverage.isEmpty()) {
      page.append("<h2>Estimates from logs beside the truth</h2><table><tr><th>estimator</th>")
          .append("<th>95 % interval covers the truth</th><th>mean relative error</th></tr>");
      coverage.forEach((estimator, row) ->
          page.append(
              String.format(
                  Locale.ROOT,
                  "<tr><td>%s</td><td>%s</td><td>%.1f %%</td></tr>",
                  estimator.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                  Double.isNaN(row.coverage())
                      ? "no interval"
                      : String.format(Locale.ROOT, "%.0f %%", 100 * row.coverage()),
                  100 * row.relativeError())));
      page.append("</table>");
    }
    return page.append("</body></html>").toString();
  }

  /// A margin in a sentence.
  public static String sentence(Study.Margin margin, int worlds) {
    return String.format(
        Locale.ROOT,
        "%s %s the %s by %.1f %% (%,.0f a world, 95 %% interval %,.0f to %,.0f; it won %d of %d"
            + " worlds).",
        margin.of(),
        margin.low() > 0 ? "beats" : margin.high() < 0 ? "loses to" : "is not told apart from",
        margin.over(),
        100 * margin.share(),
        margin.mean() / 100,
        margin.low() / 100,
        margin.high() / 100,
        margin.wins(),
        worlds);
  }

  private static String bars(Study study) {
    List<Integer> order =
        IntStream.range(0, study.contenders().size())
            .boxed()
            .sorted(Comparator.comparingDouble(study::profit).reversed())
            .toList();
    double most = study.profit(order.getFirst());
    StringBuilder svg = svg(WIDTH, order.size() * ROW + 10, "Profit by policy");
    for (int i = 0; i < order.size(); i++) {
      int c = order.get(i);
      double width = Math.max(1, study.profit(c) / most * (WIDTH - LABEL - 100));
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"0\" y=\"%d\" font-size=\"14\">%s</text><rect x=\"%d\" y=\"%d\""
                  + " width=\"%.1f\" height=\"20\" fill=\"%s\"/><text x=\"%.1f\" y=\"%d\""
                  + " font-size=\"13\">%,.0f</text>",
              i * ROW + 16,
              escape(study.contenders().get(c).name()),
              LABEL,
              i * ROW + 2,
              width,
              colour(c),
              LABEL + width + 6,
              i * ROW + 17,
              study.profit(c) / 100));
    }
    return svg.append("</svg>").toString();
  }

  private static String curves(Study study) {
    double most = 1;
    for (int c = 0; c < study.contenders().size(); c++) {
      double[] regret = study.regret(c);
      most = Math.max(most, regret[regret.length - 1]);
    }
    int plot = WIDTH - LEFT - LABEL;
    StringBuilder svg = svg(WIDTH, HEIGHT + 30, "Regret over visits");
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%1$d\" y1=\"%2$d\" x2=\"%3$d\" y2=\"%2$d\" stroke=\"#9ca3af\"/>"
                + "<line x1=\"%1$d\" y1=\"0\" x2=\"%1$d\" y2=\"%2$d\" stroke=\"#9ca3af\"/>"
                + "<text x=\"0\" y=\"14\" font-size=\"12\">%4$,.0f</text>"
                + "<text x=\"%1$d\" y=\"%5$d\" font-size=\"12\">visits, from first to last</text>",
            LEFT,
            HEIGHT,
            LEFT + plot,
            most / 100,
            HEIGHT + 20));
    List<Integer> order =
        IntStream.range(0, study.contenders().size())
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer c) -> study.regret(c)[World.POINTS - 1])
                    .reversed())
            .toList();
    for (int i = 0; i < order.size(); i++) {
      int c = order.get(i);
      double[] regret = study.regret(c);
      svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(colour(c));
      svg.append("\" points=\"");
      for (int p = 0; p < regret.length; p++) {
        svg.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                LEFT + (p + 1.0) / regret.length * plot,
                HEIGHT - regret[p] / most * (HEIGHT - 10)));
      }
      svg.append("\"/>");
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" font-size=\"13\" fill=\"%s\">%s</text>",
              LEFT + plot + 10,
              16 + i * 22,
              colour(c),
              escape(study.contenders().get(c).name())));
    }
    return svg.append("</svg>").toString();
  }

  private static String colour(int contender) {
    return COLOURS[contender % COLOURS.length];
  }

  private static StringBuilder svg(int width, int height, String title) {
    return new StringBuilder(
        String.format(
            Locale.ROOT,
            "<svg role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">",
            escape(title),
            width,
            height,
            width,
            height));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
