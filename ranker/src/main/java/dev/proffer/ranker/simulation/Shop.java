// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The shop of a simulation: items with price, cost and stock, and the offers that it may make.
///
/// @param items the items
/// @param offers what may be offered for an item, the first of them nothing
/// @param restockDays how often every item is filled up to its stock
public record Shop(List<Item> items, List<Offer> offers, int restockDays) {
  /// The option to offer nothing.
  public static final String NOTHING = "none";

  /// One item.
  public record Item(
      String id, int category, long priceMinorUnits, long costMinorUnits, int stock) {}

  /// One offer.
  ///
  /// @param basisPoints share of the price that is taken off, times 10,000
  /// @param amountMinorUnits amount that is taken off instead; 0 for a share
  /// @param budgetMinorUnits how much all uses may take off together
  public record Offer(String id, int basisPoints, long amountMinorUnits, long budgetMinorUnits) {
    /// What it takes off a price, as the promotion engine rounds it: halves are rounded up.
    public long discount(long priceMinorUnits) {
      return amountMinorUnits > 0
          ? Math.min(priceMinorUnits, amountMinorUnits)
          : (priceMinorUnits * basisPoints + 5_000) / 10_000;
    }

    boolean isNothing() {
      return basisPoints == 0 && amountMinorUnits == 0;
    }
  }

  public Shop {
    items = List.copyOf(items);
    offers = List.copyOf(offers);
    if (items.isEmpty() || offers.isEmpty() || !offers.getFirst().isNothing()) {
      throw new IllegalArgumentException(
          "shop: it needs items, and offers that begin with nothing");
    }
  }

  /// A shop with prices around 60.00 and margins from 35 to 55 %.
  ///
  /// @param budgetMinorUnits the budget of each offer
  static Shop of(int items, int categories, long budgetMinorUnits, SplittableRandom random) {
    List<Item> made = new ArrayList<>(items);
    for (int i = 0; i < items; i++) {
      long price = 100L * (20 + random.nextInt(101));
      made.add(
          new Item(
              "item-" + i,
              i % categories,
              price,
              Math.round(price * (.45 + .2 * random.nextDouble())),
              30 + random.nextInt(60)));
    }
    return new Shop(
        made,
        List.of(
            new Offer(NOTHING, 0, 0, 0),
            new Offer("ten-percent", 1_000, 0, budgetMinorUnits),
            new Offer("twenty-percent", 2_000, 0, budgetMinorUnits),
            new Offer("thirty-percent", 3_000, 0, budgetMinorUnits),
            new Offer("eight-off", 0, 800, budgetMinorUnits)),
        7);
  }

  List<String> offerIds() {
    return offers.stream().map(Offer::id).toList();
  }

  double meanPrice() {
    return items.stream().mapToLong(Item::priceMinorUnits).average().orElse(1);
  }
}
