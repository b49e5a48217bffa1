// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import com.google.common.html.HtmlEscapers;
import dev.proffer.ranker.experiment.Analysis.Arm;
import dev.proffer.ranker.experiment.Analysis.Comparison;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// An analysis as one HTML page for people who sell things: a verdict in a sentence, intervals as
/// plots, the numbers below. Nothing is loaded from anywhere.
public final class AnalysisPage {
  private static final String STYLE =
      """
      body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a2e}
      h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
      .say{padding:1rem;border-left:.4rem solid #6b7280;background:#f3f4f6}
      .better{border-color:#15803d}.worse{border-color:#b91c1c}.refused{border-color:#b45309}
      table{border-collapse:collapse;width:100%;font-size:.9rem}
      td,th{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #e5e7eb}
      td:first-child,th:first-child,td:nth-child(2),th:nth-child(2){text-align:left}
      svg{max-width:100%;height:auto}
      p.note{font-size:.9rem;color:#4b5563;margin:.2rem 0}
      """;
  private static final int WIDTH = 760;
  private static final int LABEL = 200;
  // What stands beside a plotted interval.
  private static final int VALUE = 230;
  private static final int ROW = 34;

  private AnalysisPage() {}

  public static String html(Analysis analysis) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append(escape(analysis.title()))
        .append("</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>")
        .append(escape(analysis.title()))
        .append("</h1>");
    if (!analysis.hypothesis().isEmpty()) {
      page.append("<p>").append(escape(analysis.hypothesis())).append("</p>");
    }
    if (analysis.refusal().isEmpty()) {
      for (Comparison comparison : primary(analysis)) {
        page.append("<p class=\"say ")
            .append(comparison.verdict().name().toLowerCase(Locale.ROOT))
            .append("\">")
            .append(escape(sentence(analysis, comparison)))
            .append("</p>");
      }
    } else {
      page.append("<p class=\"say refused\"><strong>No conclusion.</strong> ")
          .append(escape(sentenceCase(analysis.refusal())))
          .append(".</p>");
    }
    page.append("<h2>Who took part</h2>").append(armsPlot(analysis.arms()));
    page.append("<p>")
        .append(
            String.format(
                Locale.ROOT,
                "Check of the split: p = %.4f (below %.3f nothing is concluded).",
                analysis.sampleRatioPValue(),
                SampleRatio.P_VALUE_MIN))
        .append("</p>");
    String metric = "";
    for (Comparison comparison : analysis.comparisons()) {
      if (!comparison.metric().equals(metric)) {
        metric = comparison.metric();
        String name = metric;
        page.append("<h2>")
            .append(escape(name))
            .append("</h2><p class=\"note\">Left of the line: lower than '")
            .append(escape(analysis.arms().getFirst().name()))
            .append(
                "'; right of it: higher. The bar is what the data leave open, the dot their best")
            .append(" guess.</p>");
        page.append(
            intervals(
                analysis.comparisons().stream().filter(c -> c.metric().equals(name)).toList()));
      }
    }
    page.append("<h2>Numbers</h2>").append(table(analysis));
    for (Map.Entry<String, Heterogeneity> entry : analysis.segments().entrySet()) {
      effects(
          page,
          "Segments, " + entry.getKey(),
          "segment",
          "Segments react differently",
          "Nothing shows that segments react differently",
          entry.getValue(),
          analysis.confidence());
    }
    for (Analysis.Crossed crossed : analysis.crossed()) {
      effects(
          page,
          crossed.variant() + " together with " + crossed.experiment(),
          crossed.experiment(),
          "The two changes do not just add up",
          "Nothing shows that the two changes do more or less together",
          crossed.effects(),
          analysis.confidence());
    }
    page.append(
        "<p><small>Plotted intervals hold however often one looks (confidence sequences). Fixed p"
            + " is Welch's test for a single look, corrected for the number of comparisons"
            + " (Holm). Money is in minor units, such as cents.</small></p></body></html>");
    return page.toString();
  }

  private static void effects(
      StringBuilder page,
      String title,
      String column,
      String different,
      String alike,
      Heterogeneity effects,
      double confidence) {
    page.append("<h2>").append(escape(title)).append("</h2><p>");
    page.append(
        String.format(
            Locale.ROOT,
            "%s (p = %.4f).",
            effects.pValue() < 1 - confidence ? different : alike,
            effects.pValue()));
    page.append("</p><table><tr><th>")
        .append(escape(column))
        .append("<th>units<th>difference<th>interval<th>p</tr>");
    for (Heterogeneity.Effect effect : effects.segments()) {
      page.append("<tr><td>")
          .append(escape(effect.segment().isEmpty() ? "(none)" : effect.segment()))
          .append(
              String.format(
                  Locale.ROOT,
                  "<td style=\"text-align:right\">%,d<td>%s<td>%s to %s<td>%.4f",
                  effect.control().units() + effect.variant().units(),
                  number(effect.difference().value()),
                  number(effect.difference().low()),
                  number(effect.difference().high()),
                  effect.adjusted()))
          .append("</tr>");
    }
    page.append("</table>");
  }

  /// The verdict on one comparison, in a sentence.
  public static String sentence(Analysis analysis, Comparison comparison) {
    String change =
        comparison.control().mean() == 0
            ? String.format(Locale.ROOT, "%+.5g", comparison.difference().value())
            : String.format(
                Locale.ROOT,
                "%+.1f %%",
                100 * comparison.difference().value() / Math.abs(comparison.control().mean()));
    String about =
        "'" + comparison.variant() + "' changes " + comparison.metric() + " by " + change;
    return switch (comparison.verdict()) {
      case BETTER -> about + ": it is higher than in the control.";
      case WORSE -> about + ": it is lower than in the control.";
      case OPEN ->
          about
              + ", which chance explains as well: no difference is shown yet, at "
              + String.format(Locale.ROOT, "%.0f %%", 100 * analysis.confidence())
              + " confidence.";
      case REFUSED -> "No conclusion: " + analysis.refusal() + ".";
    };
  }

  private static List<Comparison> primary(Analysis analysis) {
    if (analysis.comparisons().isEmpty()) {
      return List.of();
    }
    String metric = analysis.comparisons().getFirst().metric();
    return analysis.comparisons().stream().filter(c -> c.metric().equals(metric)).toList();
  }

  private static String armsPlot(List<Arm> arms) {
    long most = Math.max(1, arms.stream().mapToLong(Arm::units).max().orElse(1));
    StringBuilder svg = open(arms.size());
    for (int i = 0; i < arms.size(); i++) {
      int y = i * ROW + 8;
      double length = (WIDTH - LABEL - 110.0) * arms.get(i).units() / most;
      label(svg, y, arms.get(i).name());
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"18\" fill=\"#475569\"/><text"
                  + " x=\"%.1f\" y=\"%d\" font-size=\"13\">%,d</text>",
              LABEL,
              y,
              length,
              LABEL + length + 6,
              y + 14,
              arms.get(i).units()));
    }
    return svg.append("</svg>").toString();
  }

  private static String intervals(List<Comparison> comparisons) {
    double reach =
        comparisons.stream()
            .mapToDouble(c -> Math.max(Math.abs(c.low()), Math.abs(c.high())))
            .max()
            .orElse(1);
    double scale = (WIDTH - LABEL - VALUE) / (2 * (reach == 0 ? 1 : reach));
    double zero = LABEL + (WIDTH - LABEL - VALUE) / 2.0;
    StringBuilder svg = open(comparisons.size() + 1);
    int height = comparisons.size() * ROW;
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"0\" y2=\"%2$d\" stroke=\"#9ca3af\""
                + " stroke-dasharray=\"4\"/>",
            zero,
            height));
    for (int i = 0; i < comparisons.size(); i++) {
      Comparison c = comparisons.get(i);
      int y = i * ROW + 16;
      label(svg, i * ROW + 8, c.variant());
      String colour =
          switch (c.verdict()) {
            case BETTER -> "#15803d";
            case WORSE -> "#b91c1c";
            case OPEN -> "#475569";
            case REFUSED -> "#b45309";
          };
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"4\"/>"
                  + "<circle cx=\"%.1f\" cy=\"%d\" r=\"6\" fill=\"%s\"/>",
              zero + scale * c.low(),
              zero + scale * c.high(),
              y,
              y,
              colour,
              zero + scale * c.difference().value(),
              y,
              colour));
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" font-size=\"13\">%s</text>",
              WIDTH - VALUE + 14,
              y + 5,
              escape(change(c))));
    }
    for (int side = -1; side <= 1; side++) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" font-size=\"12\" text-anchor=\"%s\">%s</text>",
              zero + side * scale * reach,
              height + 16,
              side < 0 ? "start" : side == 0 ? "middle" : "end",
              number(side * reach)));
    }
    return svg.append("</svg>").toString();
  }

  /// A difference with its interval, in percent of the control where that means something.
  private static String change(Comparison c) {
    double base = Math.abs(c.control().mean());
    return base == 0
        ? String.format(
            Locale.ROOT,
            "%s (%s to %s)",
            number(c.difference().value()),
            number(c.low()),
            number(c.high()))
        : String.format(
            Locale.ROOT,
            "%+.1f %% (%+.1f to %+.1f %%)",
            100 * c.difference().value() / base,
            100 * c.low() / base,
            100 * c.high() / base);
  }

  /// As people write numbers: four digits that count, and no powers of ten.
  private static String number(double value) {
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    int digits = (int) Math.floor(Math.log10(size)) + 1;
    return String.format(Locale.ROOT, "%,." + Math.clamp(4 - digits, 0, 9) + "f", value);
  }

  private static String table(Analysis analysis) {
    StringBuilder table =
        new StringBuilder(
            "<table><tr><th>metric<th>variant<th>units<th>control<th>variant<th>difference"
                + "<th>interval<th>always-valid p<th>fixed p</tr>");
    for (Comparison c : analysis.comparisons()) {
      table
          .append("<tr><td>")
          .append(escape(c.metric()))
          .append("<td>")
          .append(escape(c.variant()))
          .append(
              String.format(
                  Locale.ROOT,
                  "<td>%,d<td>%s<td>%s<td>%s<td>%s to %s<td>%.4f<td>%.4f</tr>",
                  c.sample().units(),
                  number(c.control().mean()),
                  number(c.sample().mean()),
                  number(c.difference().value()),
                  number(c.low()),
                  number(c.high()),
                  c.alwaysValidP(),
                  c.adjustedP()));
    }
    return table.append("</table>").toString();
  }

  private static StringBuilder open(int rows) {
    return new StringBuilder(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\">",
            WIDTH,
            rows * ROW,
            WIDTH));
  }

  private static void label(StringBuilder svg, int y, String text) {
    svg.append("<text x=\"0\" y=\"")
        .append(y + 14)
        .append("\" font-size=\"14\">")
        .append(escape(text.length() > 28 ? text.substring(0, 27) + "…" : text))
        .append("</text>");
  }

  private static String sentenceCase(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
