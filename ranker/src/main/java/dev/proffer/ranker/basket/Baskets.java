// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Baskets of items, each item once in a basket, in one flat array.
///
/// Items are numbered in the order in which they were first seen. What was left out is counted:
/// empty baskets, and items that stood in a basket more than once.
public final class Baskets {
  private final String[] labels;
  private final int[] starts;
  private final int[] items;
  private final long emptyBaskets;
  private final long repeatedItems;

  private Baskets(
      String[] labels, int[] starts, int[] items, long emptyBaskets, long repeatedItems) {
    this.labels = labels;
    this.starts = starts;
    this.items = items;
    this.emptyBaskets = emptyBaskets;
    this.repeatedItems = repeatedItems;
  }

  /// Reads one basket a line, items separated by commas.
  public static Baskets read(BufferedReader lines) throws IOException {
    return read(lines, Hierarchy.none());
  }

  /// Reads one basket a line, items separated by commas, and adds the categories above its items.
  public static Baskets read(BufferedReader lines, Hierarchy hierarchy) throws IOException {
    Builder builder = new Builder();
    List<String> basket = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      basket.clear();
      int from = 0;
      while (from <= line.length()) {
        int comma = line.indexOf(',', from);
        int to = comma < 0 ? line.length() : comma;
        String item = line.substring(from, to).strip();
        if (!item.isEmpty()) {
          basket.add(item);
        }
        from = to + 1;
      }
      builder.add(hierarchy.size() == 0 ? basket : hierarchy.widen(basket));
    }
    return builder.build();
  }

  /// The number of baskets that hold something.
  public int size() {
    return starts.length - 1;
  }

  /// The number of distinct items.
  public int itemCount() {
    return labels.length;
  }

  public String label(int item) {
    return labels[item];
  }

  /// The sum of the sizes of all baskets.
  public long occurrences() {
    return items.length;
  }

  public long emptyBaskets() {
    return emptyBaskets;
  }

  public long repeatedItems() {
    return repeatedItems;
  }

  int start(int basket) {
    return starts[basket];
  }

  int end(int basket) {
    return starts[basket + 1];
  }

  int itemAt(int place) {
    return items[place];
  }

  /// In how many baskets each item is.
  int[] supports() {
    int[] supports = new int[labels.length];
    for (int item : items) {
      supports[item]++;
    }
    return supports;
  }

  /// Collects baskets.
  public static final class Builder {
    private final Labels labels = new Labels();
    private int[] starts = new int[1024];
    private int[] items = new int[4096];
    private int[] lastBasket = new int[64];
    private int baskets;
    private int occurrences;
    private long emptyBaskets;
    private long repeatedItems;

    /// Adds a basket. An empty one is counted and left out.
    public Builder add(Iterable<String> basket) {
      int start = occurrences;
      for (String label : basket) {
        add(number(label));
      }
      if (occurrences == start) {
        emptyBaskets++;
        return this;
      }
      baskets++;
      if (baskets == starts.length) {
        starts = Arrays.copyOf(starts, starts.length * 2);
      }
      starts[baskets] = occurrences;
      return this;
    }

    public Baskets build() {
      return new Baskets(
          labels.toArray(),
          Arrays.copyOf(starts, baskets + 1),
          Arrays.copyOf(items, occurrences),
          emptyBaskets,
          repeatedItems);
    }

    private int number(String label) {
      int number = labels.number(label);
      if (number == lastBasket.length) {
        lastBasket = Arrays.copyOf(lastBasket, number * 2);
      }
      return number;
    }

    private void add(int item) {
      // Baskets count from 1 here, so that 0 means "in none yet".
      if (lastBasket[item] == baskets + 1) {
        repeatedItems++;
        return;
      }
      lastBasket[item] = baskets + 1;
      if (occurrences == items.length) {
        items = Arrays.copyOf(items, items.length * 2);
      }
      items[occurrences++] = item;
    }
  }
}
