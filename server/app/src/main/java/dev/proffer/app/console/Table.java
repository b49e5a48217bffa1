// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.console;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A table of text for people. Columns whose name starts with `>` are set flush right.
public final class Table {
  private static final String GAP = "  ";

  private final List<String> heads;
  private final boolean[] right;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... columns) {
    this.heads = IntStream.range(0, columns.length).mapToObj(i -> head(columns[i])).toList();
    this.right = new boolean[columns.length];
    for (int i = 0; i < columns.length; i++) {
      right[i] = columns[i].startsWith(">");
    }
  }

  /// Adds a row; a cell with several lines takes several lines.
  public Table row(Object... cells) {
    if (cells.length != right.length) {
      throw new IllegalArgumentException(
          "cells: " + cells.length + " (expected: " + right.length + ")");
    }
    List<List<String>> lines = new ArrayList<>();
    int height = 1;
    for (Object cell : cells) {
      List<String> cellLines = String.valueOf(cell).lines().toList();
      lines.add(cellLines);
      height = Math.max(height, cellLines.size());
    }
    for (int line = 0; line < height; line++) {
      int at = line;
      rows.add(lines.stream().map(cell -> at < cell.size() ? cell.get(at) : "").toList());
    }
    return this;
  }

  /// The table as lines, without trailing blanks.
  public List<String> lines() {
    int[] widths = new int[right.length];
    widen(widths, heads);
    rows.forEach(row -> widen(widths, row));
    List<String> lines = new ArrayList<>();
    lines.add(line(heads, widths));
    lines.add(line(IntStream.of(widths).mapToObj(width -> "─".repeat(width)).toList(), widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  public void printTo(Console console) {
    lines().forEach(console::print);
  }

  /// Columns that a text takes on a terminal: Chinese, Japanese and Korean characters take two.
  public static int width(String text) {
    return text.codePoints().map(Table::width).sum();
  }

  private static int width(int codePoint) {
    if (Character.getType(codePoint) == Character.NON_SPACING_MARK) {
      return 0;
    }
    return switch (Character.UnicodeScript.of(codePoint)) {
      case HAN, HIRAGANA, KATAKANA, HANGUL -> 2;
      default -> (codePoint >= 0xFF01 && codePoint <= 0xFF60) || isCjkMark(codePoint) ? 2 : 1;
    };
  }

  private static boolean isCjkMark(int codePoint) {
    return codePoint >= 0x3000 && codePoint <= 0x303F;
  }

  private static void widen(int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], width(cells.get(i)));
    }
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String pad = " ".repeat(widths[i] - width(cells.get(i)));
      line.append(i == 0 ? "" : GAP);
      line.append(right[i] ? pad + cells.get(i) : cells.get(i) + pad);
    }
    return line.toString().stripTrailing();
  }

  private static String head(String column) {
    return column.startsWith(">") ? column.substring(1) : column;
  }
}
