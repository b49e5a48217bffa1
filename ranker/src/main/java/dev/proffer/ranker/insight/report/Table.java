// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

/// The numbers of a picture. The first column is text, all others are numbers.
final class Table {
  private final StringBuilder out = new StringBuilder("<div class=\"scroll\"><table>");
  private final int textColumns;

  Table(int textColumns, Words... heads) {
    this.textColumns = textColumns;
    out.append("<thead><tr>");
    for (int i = 0; i < heads.length; i++) {
      out.append(i < textColumns ? "<th class=\"l\">" : "<th>")
          .append(heads[i].html())
          .append("</th>");
    }
    out.append("</tr></thead><tbody>");
  }

  Table row(Words... cells) {
    out.append("<tr>");
    for (int i = 0; i < cells.length; i++) {
      out.append(i < textColumns ? "<td class=\"l\">" : "<td>")
          .append(cells[i].html())
          .append("</td>");
    }
    out.append("</tr>");
    return this;
  }

  String close() {
    return out.append("</tbody></table></div>").toString();
  }
}
