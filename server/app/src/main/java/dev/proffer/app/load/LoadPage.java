// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import com.google.common.html.HtmlEscapers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// The report of runs as one HTML file that needs nothing else.
public final class LoadPage {
  private static final double WIDTH = 720;
  private static final double HEIGHT = 240;
  private static final double LEFT = 56;
  private static final double BOTTOM = 34;
  private static final List<String> LOOKS = List.of("a", "b", "c", "d");

  private final StringBuilder out = new StringBuilder();

  private LoadPage() {}

  /// A line of a picture.
  private record Line(String name, String look, List<double[]> points) {}

  public static String of(List<LoadResult> results) {
    return new LoadPage().page(results);
  }

  private String page(List<LoadResult> results) {
    LoadResult first = results.getFirst();
    out.append(
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Load: %s</title>
        <style>
        :root { color-scheme: light dark; --ink: #1f2430; --soft: #6b7280; --line: #d5d9e0; --paper: #fff;
          --a: #2563eb; --b: #d97706; --c: #059669; --d: #9333ea; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e5e7eb; --soft: #9ca3af; --line: #374151;
          --paper: #111827; --a: #60a5fa; --b: #fbbf24; --c: #34d399; --d: #c084fc; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
          max-width: 760px; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; width: 100%%; font-variant-numeric: tabular-nums; }
        th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
        th:first-child, td:first-child { text-align: left; }
        .scroll { overflow-x: auto; }
        svg { width: 100%%; height: auto; display: block; }
        svg text { font-size: 11px; fill: var(--soft); }
        .grid { stroke: var(--line); } .curve { fill: none; stroke-width: 2; }
        .a { stroke: var(--a); } .b { stroke: var(--b); } .c { stroke: var(--c); } .d { stroke: var(--d); }
        .key::before { content: ""; display: inline-block; width: 1.2em; height: 3px; margin-right: .4em;
          vertical-align: middle; background: currentColor; }
        .key.a { color: var(--a); } .key.b { color: var(--b); } .key.c { color: var(--c); } .key.d { color: var(--d); }
        .key span { color: var(--ink); } .keys { display: flex; gap: 1.2em; flex-wrap: wrap; }
        .invalid { border-left: 4px solid #dc2626; padding: .5rem .8rem; }
        .soft { color: var(--soft); }
        </style></head><body>
        """
            .formatted(escape(first.scenario())));
    out.append("<h1>").append(escape(first.scenario())).append("</h1>\n");
    out.append("<p class=\"soft\">").append(escape(first.method())).append("</p>\n");
    for (LoadResult result : results) {
      if (!result.isValid()) {
        out.append("<p class=\"invalid\"><strong>Not valid.</strong> ")
            .append(escape(name(result) + ": " + result.invalid()))
            .append(". Nothing follows from this run.</p>\n");
      }
    }
    table(results);
    picture(
        "Good answers within so many milliseconds",
        "share of the answers",
        quantileLines(results),
        true);
    List<Line> rates = new ArrayList<>();
    rates.add(line("due", "d", first, LoadResult.Second::due));
    for (int i = 0; i < results.size(); i++) {
      LoadResult result = results.get(i);
      rates.add(line("good, " + name(result), LOOKS.get(i % 3), result, LoadResult.Second::ok));
    }
    picture("Requests in each second", "second", rates, false);
    List<Line> tails = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      LoadResult result = results.get(i);
      tails.add(line("p99, " + name(result), LOOKS.get(i % 3), result, LoadResult.Second::p99));
    }
    picture("p99 of each second, milliseconds", "second", tails, false);
    out.append(
        """
        <p class="soft">The own generator counts from when a request was due; ghz counts from when it sent it, so time
        that requests wait because the server holds the generator up is missing there.</p>
        </body></html>
        """);
    return out.toString();
  }

  private void table(List<LoadResult> results) {
    out.append("<div class=\"scroll\"><table><tr><th>run</th><th>offered/s</th><th>achieved/s</th>")
        .append("<th>good/s</th><th>p50 ms</th><th>p99 ms</th><th>p99.9 ms</th><th>max ms</th>")
        .append("<th>server CPU ms</th><th>generator CPU ms</th><th>ended</th></tr>\n");
    for (LoadResult result : results) {
      out.append("<tr>");
      cell(name(result));
      cell(number(result.offeredPerSecond()));
      cell(number(result.achievedPerSecond()));
      cell(number(result.goodPerSecond()));
      cell(number(result.latency().p50()));
      cell(number(result.latency().p99()));
      cell(number(result.latency().p999()));
      cell(number(result.latency().max()));
      cell(String.format(Locale.ROOT, "%.2f", result.serverCpuMillis()));
      cell(String.format(Locale.ROOT, "%.2f", result.generatorCpuMillis()));
      List<String> codes = new ArrayList<>();
      result.codes().forEach((code, count) -> codes.add(code + " " + count));
      cell(String.join(", ", codes));
      out.append("</tr>\n");
    }
    out.append("</table></div>\n");
  }

  private void cell(String text) {
    out.append("<td>").append(escape(text)).append("</td>");
  }

  private static String name(LoadResult result) {
    return result.generator() + ", " + result.schedule();
  }

  private static List<Line> quantileLines(List<LoadResult> results) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      List<double[]> points = new ArrayList<>();
      for (LoadResult.Quantile quantile : results.get(i).quantiles()) {
        // Each step to the right is a tenth of the requests that are left.
        points.add(
            new double[] {-Math.log10(Math.max(1e-4, 1 - quantile.share())), quantile.millis()});
      }
      lines.add(new Line(name(results.get(i)), LOOKS.get(i % 3), points));
    }
    return lines;
  }

  private static Line line(
      String name, String look, LoadResult result, ToDoubleFunction<LoadResult.Second> value) {
    List<double[]> points = new ArrayList<>();
    for (LoadResult.Second second : result.seconds()) {
      points.add(new double[] {second.second(), value.applyAsDouble(second)});
    }
    return new Line(name, look, points);
  }

  private void picture(String title, String below, List<Line> lines, boolean shares) {
    double right = 1e-9;
    double top = 1e-9;
    for (Line line : lines) {
      for (double[] point : line.points) {
        right = Math.max(right, point[0]);
        top = Math.max(top, point[1]);
      }
    }
    top = roundUp(top);
    out.append("<h2>").append(escape(title)).append("</h2>\n<div class=\"keys\">");
    for (Line line : lines) {
      out.append("<div class=\"key ").append(line.look).append("\"><span>");
      out.append(escape(line.name)).append("</span></div>");
    }
    out.append("</div>\n");
    out.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT,
            escape(title)));
    for (int i = 0; i <= 4; i++) {
      double y = (HEIGHT - BOTTOM) * (1 - i / 4.0) + 8 * (i / 4.0);
      out.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
              LEFT,
              WIDTH,
              y,
              y,
              LEFT - 6,
              y + 4,
              number(top * i / 4)));
    }
    int ticks = shares ? 4 : 6;
    for (int i = 0; i <= ticks; i++) {
      double at = shares ? i : right * i / ticks;
      String label =
          shares ? (i == 0 ? "0 %" : 100 - Math.pow(10, 2 - i) + " %") : number(Math.rint(at));
      out.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
              x(at, right),
              HEIGHT - BOTTOM + 16,
              i == 0 ? "start" : i == ticks ? "end" : "middle",
              label.replace(".0 %", " %")));
    }
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
            WIDTH,
            HEIGHT - 3,
            escape(below)));
    for (Line line : lines) {
      StringBuilder points = new StringBuilder();
      for (double[] point : line.points) {
        points.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                x(point[0], right),
                (HEIGHT - BOTTOM) - (HEIGHT - BOTTOM - 8) * point[1] / top));
      }
      out.append("<polyline class=\"curve ").append(line.look).append("\" points=\"");
      out.append(points).append("\"/>");
    }
    out.append("</svg>\n");
  }

  private static double x(double value, double right) {
    return LEFT + (WIDTH - LEFT - 4) * value / right;
  }

  /// The next of 1, 2, 5, 10, 20, …
  private static double roundUp(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double step : new double[] {1, 2, 5, 10}) {
      if (value <= step * power * (1 + 1e-9)) {
        return step * power;
      }
    }
    return 10 * power;
  }

  private static String number(double value) {
    return value == Math.rint(value) || value >= 100
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
