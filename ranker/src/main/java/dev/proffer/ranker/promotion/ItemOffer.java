// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Offer;

/// The best promotion of one unit of one item for one person.
///
/// @param promotion the promotion
/// @param listPriceMinorUnits the price of a unit before it
/// @param priceMinorUnits the price of a unit after it
/// @param stock units of the item on hand, or [ItemFacts#UNLIMITED]
/// @param finder who found it, for which person and when
public record ItemOffer(
    CompiledPromotion promotion,
    long listPriceMinorUnits,
    long priceMinorUnits,
    long stock,
    OfferFinder finder) {
  /// The offer as people see it: with its sentences, when it ends and how much is left.
  public Offer describe() {
    return finder.describe(this);
  }

  public long savingMinorUnits() {
    return listPriceMinorUnits - priceMinorUnits;
  }

  /// The share of the list price that is taken off, from 0 to 1.
  public double depth() {
    return listPriceMinorUnits == 0 ? 0 : (double) savingMinorUnits() / listPriceMinorUnits;
  }
}
