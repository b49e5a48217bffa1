// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Order lines in columns, about 50 bytes each; texts are stored once and named by number.
final class OrderLines {
  /// More lines than this do not fit into the memory that the import is meant for.
  static final int LINES_MAX = 20_000_000;

  static final int NO_CUSTOMER = 0;

  final Texts invoices = new Texts();
  final Texts items = new Texts();
  final Texts descriptions = new Texts();
  final Texts customers = new Texts();
  final Texts countries = new Texts();

  int[] invoice = new int[1 << 12];
  int[] item = new int[1 << 12];
  int[] description = new int[1 << 12];
  int[] customer = new int[1 << 12];
  int[] country = new int[1 << 12];
  int[] quantity = new int[1 << 12];
  long[] priceMinorUnits = new long[1 << 12];
  long[] timeUnixMs = new long[1 << 12];

  /// Identifies what the line says in the file, before anything is cleaned.
  long[] contentHash = new long[1 << 12];

  private int size;

  OrderLines() {
    customers.idOf(""); // NO_CUSTOMER
  }

  int size() {
    return size;
  }

  /// Makes room for a line and returns its number; the caller fills the columns.
  int add() {
    if (size == LINES_MAX) {
      throw new ImportFailure(
          "the file has more than " + LINES_MAX + " order lines; split it into smaller files");
    }
    if (size == invoice.length) {
      int capacity = Math.min(LINES_MAX, size * 2);
      invoice = Arrays.copyOf(invoice, capacity);
      item = Arrays.copyOf(item, capacity);
      description = Arrays.copyOf(description, capacity);
      customer = Arrays.copyOf(customer, capacity);
      country = Arrays.copyOf(country, capacity);
      quantity = Arrays.copyOf(quantity, capacity);
      priceMinorUnits = Arrays.copyOf(priceMinorUnits, capacity);
      timeUnixMs = Arrays.copyOf(timeUnixMs, capacity);
      contentHash = Arrays.copyOf(contentHash, capacity);
    }
    return size++;
  }

  /// Whether two lines are the same in every column.
  boolean same(int a, int b) {
    return contentHash[a] == contentHash[b]
        && invoice[a] == invoice[b]
        && item[a] == item[b]
        && description[a] == description[b]
        && customer[a] == customer[b]
        && country[a] == country[b]
        && quantity[a] == quantity[b]
        && priceMinorUnits[a] == priceMinorUnits[b]
        && timeUnixMs[a] == timeUnixMs[b];
  }

  /// Texts numbered in the order in which they were met.
  static final class Texts {
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String> texts = new ArrayList<>();

    int idOf(String text) {
      Integer known = ids.get(text);
      if (known != null) {
        return known;
      }
      ids.put(text, texts.size());
      texts.add(text);
      return texts.size() - 1;
    }

    String text(int id) {
      return texts.get(id);
    }

    int size() {
      return texts.size();
    }
  }
}
