// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the catalogue knows about items. A look-up must be quick and never block.
@FunctionalInterface
public interface ItemDirectory {
  /// The item, or null when the catalogue has none.
  @Nullable ItemFact find(String itemId);

  /// What insight asks of an item.
  ///
  /// @param category a path such as `clothing/shoes`, or empty
  /// @param listPriceMinorUnits the price before promotions; 0 when not known
  record ItemFact(
      String category,
      String brand,
      long listPriceMinorUnits,
      String currency,
      Map<String, String> titles,
      Map<String, String> descriptions) {
    public ItemFact {
      titles = Map.copyOf(titles);
      descriptions = Map.copyOf(descriptions);
    }

    public ItemFact(
        String category,
        String brand,
        long listPriceMinorUnits,
        String currency,
        Map<String, String> titles) {
      this(category, brand, listPriceMinorUnits, currency, titles, Map.of());
    }

    /// The title in a language, or in English, or in any, or empty.
    public String title(String language) {
      String title = titles.get(language);
      if (title == null) {
        title = titles.get("en");
      }
      return title == null ? titles.values().stream().findFirst().orElse("") : title;
    }
  }

  /// A directory of a map.
  static ItemDirectory of(Map<String, ItemFact> items) {
    Map<String, ItemFact> copy = Map.copyOf(items);
    return copy::get;
  }
}
