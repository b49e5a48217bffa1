// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import com.google.common.html.HtmlEscapers;
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
      .say{padding:.6rem 1rem;border-left:.4rem solid #6b7280;background:#f3f4f6;margin:.5rem 0}
      .beats{border-color:#15803d}.loses{border-color:#b91c1c}
      p.note{font-size:.9rem;color:#4b5563;margin-top:.3rem}
      table{border-collapse:collapse;width:100%;font-size:.9rem}
      td,th{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #e5e7eb}
      td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}
      """;
  private static final String[] COLOURS = {
    "#111827", "#64748b", "#a16207", "#be185d", "#b45309", "#f59e0b", "#0ea5e9", "#15803d",
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
    // The first two say what the study is for; the plot has them all.
    for (Study.Margin margin : headlines(study)) {
      page.append("<p class=\"say ")
          .append(margin.low() > 0 ? "beats" : margin.high() < 0 ? "loses" : "open")
          .append("\">")
          .append(escape(sentence(margin, study.worlds())))
          .append("</p>");
    }
    page.append("<h2>Who earns more than whom</h2>")
        .append(margins(study.margins()))
        .append(
            "<p class=\"note\">Difference in profit as a share of the other's, with its 95 % interval"
                + " over worlds. The best single offer of each world is known only afterwards; no"
                + " shop could have chosen it.</p>");
    page.append("<h2>Profit of a world</h2>").append(bars(study));
    page.append("<h2>Regret: expected profit of visits that was given away</h2>")
        .append(curves(study))
        .append(
            "<p class=\"note\">A straight line gives the same away at every visit; a bent one"
                + " learns.</p>");
    page.append("<h2>Budgets</h2>")
        .append(budgets(study))
        .append(
            "<p class=\"note\">The largest share of an offer's budget that was spent in any world."
                + " Nothing may be beyond the line.</p>");
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
      page.append("<h2>Estimates from logs beside the truth</h2>")
          .append(coverage(coverage))
          .append(
              "<p class=\"note\">How often the 95 % interval that an estimator gives covers the truth"
                  + " that only the world knows, with the range that the number of worlds"
                  + " leaves open. DM is only a model and has no interval.</p>")
          .append("<table><tr><th>estimator</th>")
          .append("<th>95 % interval covers the truth</th><th>mean relative error</th></tr>");
      coverage.forEach((estimator, row) ->
          page.append(
              String.format(
                  Locale.ROOT,
                  "<tr><td>%s</td><td>%s</td><td>%.1f %%</td></tr>",
                  name(estimator),
                  Double.isNaN(row.coverage())
                      ? "no interval"
                      : String.format(Locale.ROOT, "%.0f %%", 100 * row.coverage()),
                  100 * row.relativeError())));
      page.append("</table>");
    }
    return page.append("</body></html>").toString();
  }

  /// Of all margins those of the best personal contender over the single offers and over chance.
  private static List<Study.Margin> headlines(Study study) {
    String best = study.contenders().get(study.bestPersonal()).name();
    return study.margins().stream().filter(margin -> margin.of().equals(best)).toList();
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
        100 * (margin.high() < 0 ? -margin.share() : margin.share()),
        margin.mean() / 100,
        margin.low() / 100,
        margin.high() / 100,
        margin.wins(),
        worlds);
  }

  private static String margins(List<Study.Margin> margins) {
    double reach = .01;
    for (Study.Margin margin : margins) {
      reach = Math.max(reach, Math.max(Math.abs(low(margin)), Math.abs(high(margin))));
    }
    // Ends of infinite intervals, of a single world, lie outside of the plot.
    reach = Math.min(reach, 2);
    int label = 350;
    int width = WIDTH - label - 70;
    double zero = label + (most(margins, -1, reach) / span(margins, reach)) * width;
    double scale = width / span(margins, reach);
    StringBuilder svg = svg(WIDTH, margins.size() * ROW + 26, "Margins with intervals");
    svg.append(line(zero, 0, zero, margins.size() * ROW, "#9ca3af", 1, "4"));
    for (int i = 0; i < margins.size(); i++) {
      Study.Margin margin = margins.get(i);
      int y = i * ROW + 14;
      String colour = margin.low() > 0 ? "#15803d" : margin.high() < 0 ? "#b91c1c" : "#475569";
      double from = zero + scale * Math.clamp(low(margin), -reach, reach);
      double to = zero + scale * Math.clamp(high(margin), -reach, reach);
      svg.append(text(0, y + 5, 12, margin.of() + " over " + margin.over()));
      svg.append(line(from, y, to, y, colour, 4, ""));
      svg.append(dot(zero + scale * Math.clamp(margin.share(), -reach, reach), y, colour));
      svg.append(
          text(to + 8, y + 5, 12, String.format(Locale.ROOT, "%+.1f %%", 100 * margin.share())));
    }
    svg.append(text(zero - 12, margins.size() * ROW + 18, 12, "0 %"));
    return svg.append("</svg>").toString();
  }

  private static double low(Study.Margin margin) {
    return margin.mean() == 0 ? 0 : margin.low() * margin.share() / margin.mean();
  }

  private static double high(Study.Margin margin) {
    return margin.mean() == 0 ? 0 : margin.high() * margin.share() / margin.mean();
  }

  /// How far the plot must reach to one side.
  private static double most(List<Study.Margin> margins, int side, double reach) {
    double most = .02;
    for (Study.Margin margin : margins) {
      most =
          Math.max(most, side * Math.clamp(side < 0 ? low(margin) : high(margin), -reach, reach));
    }
    return most;
  }

  private static double span(List<Study.Margin> margins, double reach) {
    return most(margins, -1, reach) + most(margins, 1, reach);
  }

  private static String budgets(Study study) {
    int width = WIDTH - LABEL - 100;
    StringBuilder svg =
        svg(WIDTH, study.contenders().size() * 22 + 24, "Largest share of a budget");
    double most = 1;
    for (int c = 0; c < study.contenders().size(); c++) {
      most = Math.max(most, study.budgetShareMax(c));
    }
    for (int c = 0; c < study.contenders().size(); c++) {
      double share = study.budgetShareMax(c);
      double length = Math.max(1, share / most * width);
      svg.append(text(0, c * 22 + 14, 13, study.contenders().get(c).name()));
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>",
              LABEL,
              c * 22 + 3,
              length,
              share > 1 ? "#b91c1c" : "#475569"));
      svg.append(
          text(
              LABEL + length + 6,
              c * 22 + 14,
              12,
              String.format(Locale.ROOT, share < .01 ? "%.2f %%" : "%.1f %%", 100 * share)));
    }
    double limit = LABEL + width / most;
    int bottom = study.contenders().size() * 22;
    svg.append(line(limit, 0, limit, bottom, "#b91c1c", 2, ""));
    svg.append(text(limit - 22, bottom + 18, 12, "budget"));
    return svg.append("</svg>").toString();
  }

  private static String coverage(Map<Estimator, EstimatorStudy.Row> coverage) {
    List<Map.Entry<Estimator, EstimatorStudy.Row>> rows =
        coverage.entrySet().stream()
            .filter(row -> !Double.isNaN(row.getValue().coverage()))
            .toList();
    int width = WIDTH - LABEL - 100;
    double lowest = .5;
    StringBuilder svg = svg(WIDTH, rows.size() * ROW + 26, "Coverage of intervals");
    double wanted = LABEL + (.95 - lowest) / (1 - lowest) * width;
    svg.append(line(wanted, 0, wanted, rows.size() * ROW, "#15803d", 2, "4"));
    for (int i = 0; i < rows.size(); i++) {
      EstimatorStudy.Row row = rows.get(i).getValue();
      int y = i * ROW + 14;
      double[] range = wilson(row.coverage(), row.worlds());
      double from = LABEL + (Math.max(lowest, range[0]) - lowest) / (1 - lowest) * width;
      double to = LABEL + (Math.max(lowest, range[1]) - lowest) / (1 - lowest) * width;
      double at = LABEL + (Math.max(lowest, row.coverage()) - lowest) / (1 - lowest) * width;
      svg.append(text(0, y + 5, 14, name(rows.get(i).getKey())));
      svg.append(line(from, y, to, y, "#475569", 4, ""));
      svg.append(dot(at, y, "#475569"));
      svg.append(
          text(
              LABEL + width + 14,
              y + 5,
              13,
              String.format(Locale.ROOT, "%.0f %%", 100 * row.coverage())));
    }
    svg.append(text(LABEL, rows.size() * ROW + 18, 12, "50 %"));
    svg.append(text(wanted - 14, rows.size() * ROW + 18, 12, "95 %"));
    return svg.append("</svg>").toString();
  }

  /// The 95 % interval of a share (Wilson 1927).
  private static double[] wilson(double share, int n) {
    double z2 = 1.96 * 1.96;
    double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
    double half = 1.96 / (1 + z2 / n) * Math.sqrt(share * (1 - share) / n + z2 / (4.0 * n * n));
    return new double[] {Math.max(0, centre - half), Math.min(1, centre + half)};
  }

  private static String line(
      double x1, double y1, double x2, double y2, String colour, int width, String dashes) {
    return String.format(
        Locale.ROOT,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%d\""
            + "%s/>",
        x1,
        y1,
        x2,
        y2,
        colour,
        width,
        dashes.isEmpty() ? "" : " stroke-dasharray=\"" + dashes + "\"");
  }

  private static String dot(double x, double y, String colour) {
    return String.format(
        Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>", x, y, colour);
  }

  private static String text(double x, double y, int size, String text) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\">%s</text>",
        x,
        y,
        size,
        escape(text));
  }

  private static String name(Estimator estimator) {
    return estimator.name().toLowerCase(Locale.ROOT).replace('_', '-');
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
    for (int tick = 1; tick < 4; tick++) {
      double y = HEIGHT - tick / 4.0 * (HEIGHT - 10);
      svg.append(line(LEFT, y, LEFT + plot, y, "#e5e7eb", 1, ""));
      svg.append(text(0, y + 4, 12, String.format(Locale.ROOT, "%,.0f", most / 100 * tick / 4)));
    }
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
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
