// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.promotion.ItemOffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Which items one request may show. Every path asks it: sources, fallbacks, search, exploration.
///
/// Rules that need no price are asked item by item, from any thread. Rules about the price after
/// promotion are settled for all items at the start, because finding offers belongs to one thread.
final class Eligibility implements IntPredicate {
  private final CatalogueSnapshot snapshot;
  private final long atMillis;
  private final String region;
  private final ItemFilter filter;
  // The lists of the filter, out of their message: every candidate of every source asks.
  private final Set<String> brands;
  private final String[] categories;
  private final String[][] attributes;
  private final BitSet excluded = new BitSet();
  private final @Nullable BitSet priced;

  /// Finds the best offer of an item, or null.
  @FunctionalInterface
  interface Pricing {
    @Nullable ItemOffer best(CatalogueItem item);
  }

  /// @param unwanted numbers of items that are not to be shown again
  /// @param legal the ids of all legal promotions of an item
  Eligibility(
      CatalogueSnapshot snapshot,
      long atMillis,
      String region,
      ItemFilter filter,
      int[] unwanted,
      Pricing pricing,
      java.util.function.Function<CatalogueItem, List<String>> legal) {
    this.snapshot = snapshot;
    this.atMillis = atMillis;
    this.region = region;
    this.filter = filter;
    this.brands = Set.copyOf(filter.getBrandsList());
    this.categories = filter.getCategoriesList().toArray(new String[0]);
    this.attributes =
        filter.getAttributesList().stream()
            .map(asked -> asked.split("=", 2))
            .toArray(String[][]::new);
    for (int item : unwanted) {
      excluded.set(item);
    }
    for (String id : filter.getExcludedItemIdsList()) {
      int number = snapshot.numbers().find(id);
      if (number >= 0) {
        excluded.set(number);
      }
    }
    this.priced = asksForPrices(filter) ? priced(pricing, legal) : null;
  }

  @Override
  public boolean test(int number) {
    if (priced != null) {
      return priced.get(number);
    }
    return isOpen(number);
  }

  private boolean isOpen(int number) {
    CatalogueItem item = snapshot.item(number);
    return item != null
        && !excluded.get(number)
        && item.sellable(atMillis, region)
        && matches(item);
  }

  private boolean matches(CatalogueItem item) {
    if (!brands.isEmpty() && !brands.contains(item.brand())) {
      return false;
    }
    if (categories.length > 0) {
      boolean in = false;
      for (int i = 0; i < categories.length && !in; i++) {
        in = item.isIn(categories[i]);
      }
      if (!in) {
        return false;
      }
    }
    for (String[] asked : attributes) {
      if (asked.length < 2 || !asked[1].equals(item.attributes().get(asked[0]))) {
        return false;
      }
    }
    return true;
  }

  private static boolean asksForPrices(ItemFilter filter) {
    return filter.getMinPriceMinorUnits() > 0
        || filter.getMaxPriceMinorUnits() > 0
        || filter.getOnPromotion()
        || filter.getPromotionIdsCount() > 0;
  }

  private BitSet priced(
      Pricing pricing, java.util.function.Function<CatalogueItem, List<String>> legal) {
    BitSet result = new BitSet(snapshot.capacity());
    Set<String> promotions = new HashSet<>(filter.getPromotionIdsList());
    long most =
        filter.getMaxPriceMinorUnits() == 0 ? Long.MAX_VALUE : filter.getMaxPriceMinorUnits();
    long least = filter.getMinPriceMinorUnits();
    for (int number = 0; number < snapshot.capacity(); number++) {
      CatalogueItem item = snapshot.item(number);
      if (item == null || !isOpen(number) || item.priceMinorUnits() < least) {
        continue;
      }
      boolean needsOffer = filter.getOnPromotion() || least > 0 || item.priceMinorUnits() > most;
      if (needsOffer) {
        ItemOffer offer = pricing.best(item);
        long price = offer == null ? item.priceMinorUnits() : offer.priceMinorUnits();
        if ((filter.getOnPromotion() && offer == null) || price > most || price < least) {
          continue;
        }
      }
      if (!promotions.isEmpty() && legal.apply(item).stream().noneMatch(promotions::contains)) {
        continue;
      }
      result.set(number);
    }
    return result;
  }
}
