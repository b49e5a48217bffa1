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
/// @param row its row among those that the learned ranker scored; -1 when it did not
record Scored(CatalogueItem item, double score, double value, @Nullable ItemOffer offer, int row) {
  /// Best first. Equal values are ordered by item id.
  static final Comparator<Scored> BY_VALUE =
      Comparator.comparingDouble(Scored::value)
          .reversed()
          .thenComparing(scored -> scored.item().id());

  Scored with(ItemOffer other) {
    return new Scored(item, score, value, other, row);
  }
}
