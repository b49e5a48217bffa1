// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The categories above items, so that rules can be about both (generalised rules; Srikant and
/// Agrawal, 1995): who buys this item buys something of that category.
public final class Hierarchy {
  private final Map<String, Set<String>> above = new HashMap<>();

  private Hierarchy() {}

  /// Items are only themselves.
  public static Hierarchy none() {
    return new Hierarchy();
  }

  /// Reads one item a line with the path of its category, `item,dairy/milk`; an item with several
  /// categories has several lines. Empty lines are skipped.
  ///
  /// @throws IllegalArgumentException when a line says something else, naming it
  public static Hierarchy read(BufferedReader lines) throws IOException {
    Hierarchy hierarchy = new Hierarchy();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      int comma = line.indexOf(',');
      String item = comma < 0 ? "" : line.substring(0, comma).strip();
      String path = line.substring(comma + 1).strip();
      if (item.isEmpty() || path.isEmpty() || path.startsWith("/") || path.endsWith("/")) {
        throw new IllegalArgumentException(
            "hierarchy: line %d: '%s' (expected: item,category/subcategory)"
                .formatted(number, line));
      }
      Set<String> categories = hierarchy.above.computeIfAbsent(item, _ -> new LinkedHashSet<>());
      categories.addAll(DailyBaskets.withAncestors(path));
      categories.remove(item);
    }
    return hierarchy;
  }

  /// The number of items that have a category.
  public int size() {
    return above.size();
  }

  /// Items and the categories above them, each category once.
  public List<String> widen(Collection<String> items) {
    Set<String> categories = new LinkedHashSet<>();
    for (String item : items) {
      categories.addAll(above.getOrDefault(item, Set.of()));
    }
    categories.removeAll(items);
    List<String> all = new ArrayList<>(items);
    all.addAll(categories);
    return all;
  }

  /// Whether one of two is above the other, so that a rule of both says nothing.
  public boolean isRelated(String one, String other) {
    return above.getOrDefault(one, Set.of()).contains(other)
        || above.getOrDefault(other, Set.of()).contains(one)
        || DailyBaskets.isAncestor(one, other);
  }
}
