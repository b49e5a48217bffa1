// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import java.util.Locale;

/// Writes one picture. All pictures are drawn 360 units wide, the width of a phone, so that their
/// texts are as large as the text around them. Looks come from classes: the policy of the page
/// allows no styles in elements.
final class Svg {
  static final double WIDTH = 360;

  private final StringBuilder out = new StringBuilder();

  Svg(double height, Words title) {
    out.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">",
            number(WIDTH),
            number(height),
            Words.escape(
                title.isSame() ? title.english() : title.english() + " / " + title.chinese())));
  }

  Svg rect(double x, double y, double width, double height, String look) {
    return rect(x, y, width, height, look, Words.same(""));
  }

  /// @param hint is shown when somebody points at it; empty shows nothing
  Svg rect(double x, double y, double width, double height, String look, Words hint) {
    out.append("<rect x=\"")
        .append(number(x))
        .append("\" y=\"")
        .append(number(y))
        .append("\" width=\"")
        .append(number(Math.max(0, width)))
        .append("\" height=\"")
        .append(number(Math.max(0, height)))
        .append("\" class=\"")
        .append(look)
        .append("\">");
    hint(hint);
    out.append("</rect>");
    return this;
  }

  Svg circle(double x, double y, double radius, String look, Words hint) {
    out.append("<circle cx=\"")
        .append(number(x))
        .append("\" cy=\"")
        .append(number(y))
        .append("\" r=\"")
        .append(number(radius))
        .append("\" class=\"")
        .append(look)
        .append("\">");
    hint(hint);
    out.append("</circle>");
    return this;
  }

  Svg line(double x1, double y1, double x2, double y2, double width, String look) {
    out.append("<line x1=\"")
        .append(number(x1))
        .append("\" y1=\"")
        .append(number(y1))
        .append("\" x2=\"")
        .append(number(x2))
        .append("\" y2=\"")
        .append(number(y2))
        .append("\" stroke-width=\"")
        .append(number(width))
        .append("\" class=\"")
        .append(look)
        .append("\"/>");
    return this;
  }

  /// A path of numbers between letters, such as `"M", 1, 2, "L", 3, 4`.
  Svg path(String look, Words hint, Object... steps) {
    out.append("<path class=\"").append(look).append("\" d=\"");
    for (Object step : steps) {
      out.append(step instanceof Number n ? number(n.doubleValue()) : step.toString()).append(' ');
    }
    out.append("\">");
    hint(hint);
    out.append("</path>");
    return this;
  }

  /// @param anchor start, middle or end
  Svg text(double x, double y, String look, String anchor, Words words) {
    if (words.isSame()) {
      one(x, y, look, anchor, "", words.english());
    } else {
      one(x, y, look, anchor, " lang=\"en\"", words.english());
      one(x, y, look, anchor, " lang=\"zh\"", words.chinese());
    }
    return this;
  }

  private void one(
      double x, double y, String look, String anchor, String language, String content) {
    out.append("<text x=\"")
        .append(number(x))
        .append("\" y=\"")
        .append(number(y))
        .append("\" text-anchor=\"")
        .append(anchor)
        .append("\" class=\"")
        .append(look)
        .append('"')
        .append(language)
        .append('>')
        .append(Words.escape(content))
        .append("</text>");
  }

  private void hint(Words hint) {
    if (!hint.english().isEmpty()) {
      out.append("<title>")
          .append(
              Words.escape(
                  hint.isSame() ? hint.english() : hint.english() + " / " + hint.chinese()))
          .append("</title>");
    }
  }

  String close() {
    return out.append("</svg>").toString();
  }

  /// At most two decimals. A picture with a number that is none is a bug.
  static String number(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("a picture cannot be drawn with " + value);
    }
    double rounded = Math.round(value * 100) / 100.0;
    return rounded == Math.rint(rounded)
        ? Long.toString((long) rounded)
        : String.format(Locale.ROOT, "%.2f", rounded).replaceAll("0$", "");
  }
}
