// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// The best promotion of one unit of one item for one person.
///
/// @param promotion the promotion
/// @param listPriceMinorUnits the price of a unit before it
/// @param priceMinorUnits the price of a unit after it
public record ItemOffer(
    CompiledPromotion promotion, long listPriceMinorUnits, long priceMinorUnits) {
  public long savingMinorUnits() {
    return listPriceMinorUnits - priceMinorUnits;
  }

  /// The share of the list price that is taken off, from 0 to 1.
  public double depth() {
    return listPriceMinorUnits == 0 ? 0 : (double) savingMinorUnits() / listPriceMinorUnits;
  }
}
