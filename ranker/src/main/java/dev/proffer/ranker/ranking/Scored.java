// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.promotion.ItemOffer;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// One item with all that is known about it at the end.
///
/// @param score what it is worth to the person before the offer counts: of the blend, or of the
///   learned ranker
/// @param value what orders the items
/// @param row its row among those that the learned ranker or the heads saw; -1 when none did
/// @param clickProbability that the value rests on; 0 when it does not
/// @param purchaseProbability once it is clicked; 0 when the value does not rest on it
record Scored(
    CatalogueItem item,
    double score,
    double value,
    @Nullable ItemOffer offer,
    int row,
    double clickProbability,
    double purchaseProbability) {
  /// Best first. Equal values are ordered by item id.
  static final Comparator<Scored> BY_VALUE =
      Comparator.comparingDouble(Scored::value)
          .reversed()
          .thenComparing(scored -> scored.item().id());

  /// An item whose value rests on no probability.
  Scored(CatalogueItem item, double score, double value, @Nullable ItemOffer offer, int row) {
    this(item, score, value, offer, row, 0, 0);
  }

  /// The same item, were it worth something else.
  Scored at(double otherValue) {
    return new Scored(item, score, otherValue, offer, row, clickProbability, purchaseProbability);
  }

  Scored with(ItemOffer other) {
    return new Scored(item, score, value, other, row, clickProbability, purchaseProbability);
  }
}
