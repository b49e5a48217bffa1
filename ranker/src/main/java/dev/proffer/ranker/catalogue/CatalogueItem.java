// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.promotion.ItemFacts;
import java.util.List;
import java.util.Map;

/// One item of a snapshot, with what requests ask for read out of its message once.
public final class CatalogueItem {
  /// The stock of an item that is not limited.
  public static final long UNLIMITED = -1;

  private final int number;
  private final Item item;
  private final long stock;
  private final ItemFacts facts;
  // Asked for each item by scans of the whole catalogue.
  private final boolean hidden;
  private final long availableFromMillis;
  private final List<String> regions;

  CatalogueItem(int number, Item item) {
    this.number = number;
    this.item = item;
    this.stock = item.hasStock() ? item.getStock() : UNLIMITED;
    this.hidden = item.getHidden();
    this.availableFromMillis = item.getAvailableFromUnixMs();
    this.regions = List.copyOf(item.getRegionsList());
    this.facts =
        new ItemFacts(
            item.getItemId(),
            item.getCategory(),
            item.getBrand(),
            item.getAttributesMap(),
            item.getPriceMinorUnits(),
            item.getFloorPriceMinorUnits(),
            item.hasCostMinorUnits() ? item.getCostMinorUnits() : ItemFacts.UNKNOWN,
            stock,
            item.getCurrency());
  }

  public int number() {
    return number;
  }

  public Item item() {
    return item;
  }

  /// What promotions ask about it.
  public ItemFacts facts() {
    return facts;
  }

  public String id() {
    return item.getItemId();
  }

  public long priceMinorUnits() {
    return item.getPriceMinorUnits();
  }

  public String currency() {
    return item.getCurrency();
  }

  /// Units on hand, or [#UNLIMITED].
  public long stock() {
    return stock;
  }

  public String category() {
    return item.getCategory();
  }

  public String brand() {
    return item.getBrand();
  }

  public Map<String, String> attributes() {
    return item.getAttributesMap();
  }

  /// Whether anybody could be shown it at this time in this region: it is in stock, not hidden, and
  /// available.
  public boolean sellable(long atMillis, String region) {
    if (stock == 0 || hidden || availableFromMillis > atMillis) {
      return false;
    }
    // A request without a region sees what is sold everywhere and what is sold somewhere.
    return regions.isEmpty() || region.isEmpty() || regions.contains(region);
  }

  /// Whether the item is in this category or in a descendant of it.
  public boolean isIn(String category) {
    String own = item.getCategory();
    return own.startsWith(category)
        && (own.length() == category.length() || own.charAt(category.length()) == '/');
  }

  /// The title in a language, or in English, or in whatever there is.
  public String title(String language) {
    Map<String, String> titles = item.getTitlesMap();
    String title = titles.get(language);
    if (title == null) {
      title = titles.get("en");
    }
    return title == null ? titles.values().stream().findFirst().orElse(id()) : title;
  }
}
