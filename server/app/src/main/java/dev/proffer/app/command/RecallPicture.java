// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.ranker.index.IndexBenchmark.Curve;
import dev.proffer.ranker.index.IndexBenchmark.Point;
import java.util.List;
import java.util.Locale;

/// Draws recall over queries a second: up and to the right is better. The speed is logarithmic, and
/// so is the distance to a recall of 1.
final class RecallPicture {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final int LEFT = 70;
  private static final int RIGHT = 170;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final double[] RECALLS = {.8, .9, .95, .98, .99, .995, .998, .999};
  private static final String[] COLOURS = {"#c2410c", "#1d4ed8", "#0891b2", "#7c3aed", "#4d7c0f"};

  private RecallPicture() {}

  /// An SVG document.
  static String of(String title, List<Curve> curves) {
    double least = Double.MAX_VALUE;
    double most = 0;
    double lowest = 1;
    for (Curve curve : curves) {
      for (Point point : curve.points()) {
        least = Math.min(least, point.perSecond());
        most = Math.max(most, point.perSecond());
        lowest = Math.min(lowest, point.recall());
      }
    }
    double from = Math.floor(Math.log10(least) * 4) / 4;
    double to = Math.ceil(Math.log10(most) * 4) / 4;
    double bottom = closeness(Math.min(.79, lowest));
    double top = closeness(.9995);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\" fill=\"#111\">%n"
                + "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>%n"
                + "<text x=\"%d\" y=\"22\" font-size=\"15\">%s</text>%n",
            WIDTH,
            HEIGHT,
            WIDTH,
            HEIGHT,
            LEFT,
            title));
    for (double recall : RECALLS) {
      if (closeness(recall) >= bottom) {
        double y = y(recall, bottom, top);
        svg.append(
            String.format(
                Locale.ROOT,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                    + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                LEFT,
                WIDTH - RIGHT,
                y,
                y,
                LEFT - 8,
                y + 4,
                recall));
      }
    }
    for (int decade = (int) Math.floor(from); decade <= Math.ceil(to); decade++) {
      for (int step : new int[] {1, 2, 5}) {
        double value = step * Math.pow(10, decade);
        if (Math.log10(value) >= from && Math.log10(value) <= to) {
          double x = x(value, from, to);
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#eee\"/>"
                      + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,.0f</text>%n",
                  x,
                  x,
                  TOP,
                  HEIGHT - BOTTOM,
                  x,
                  HEIGHT - BOTTOM + 18,
                  value));
        }
      }
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">queries a second, one thread</text>%n"
                + "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">recall of"
                + " the 100 nearest</text>%n",
            (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - 10,
            (TOP + HEIGHT - BOTTOM) / 2));
    for (int c = 0; c < curves.size(); c++) {
      String colour = COLOURS[c % COLOURS.length];
      StringBuilder line = new StringBuilder();
      for (Point point : curves.get(c).points()) {
        double x = x(point.perSecond(), from, to);
        double y = y(point.recall(), bottom, top);
        line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        svg.append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                x,
                y,
                colour));
      }
      svg.append(
          String.format(
              Locale.ROOT,
              "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
                  + "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n",
              line.toString().strip(),
              colour,
              WIDTH - RIGHT + 14,
              TOP + 16 + 20 * c,
              colour,
              curves.get(c).name()));
    }
    return svg.append("</svg>\n").toString();
  }

  private static double closeness(double recall) {
    return -Math.log10(1 - Math.min(recall, .9995));
  }

  private static double x(double perSecond, double from, double to) {
    return LEFT + (Math.log10(perSecond) - from) / (to - from) * (WIDTH - RIGHT - LEFT);
  }

  private static double y(double recall, double bottom, double top) {
    return HEIGHT
        - BOTTOM
        - (closeness(recall) - bottom) / (top - bottom) * (HEIGHT - BOTTOM - TOP);
  }
}
