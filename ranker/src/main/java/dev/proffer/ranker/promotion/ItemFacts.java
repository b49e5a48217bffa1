// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.Map;

/// What promotions ask about an item.
///
/// @param itemId the id of the shop
/// @param category a path such as `kitchen/knives`; empty when it has none
/// @param brand the brand; empty when it has none
/// @param attributes further facts such as colour
/// @param priceMinorUnits the list price of one unit
/// @param floorPriceMinorUnits the price below which no promotion may go; 0 means none
/// @param costMinorUnits what one unit costs the shop, or [#UNKNOWN]
/// @param stock units on hand, or [#UNLIMITED]
/// @param currency the ISO 4217 code of the amounts
public record ItemFacts(
    String itemId,
    String category,
    String brand,
    Map<String, String> attributes,
    long priceMinorUnits,
    long floorPriceMinorUnits,
    long costMinorUnits,
    long stock,
    String currency) {
  public static final long UNKNOWN = -1;
  public static final long UNLIMITED = -1;

  public ItemFacts {
    if (priceMinorUnits < 0 || floorPriceMinorUnits < 0) {
      throw new IllegalArgumentException("a price of " + itemId + " is negative");
    }
    attributes = Map.copyOf(attributes);
  }
}
