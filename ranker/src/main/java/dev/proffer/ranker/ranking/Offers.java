// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.promotion.OfferFinder;
import dev.proffer.ranker.promotion.PromotionSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The offers of one request. Belongs to one thread.
final class Offers {
  private final long version;
  private final OfferFinder finder;

  Offers(PromotionSnapshot snapshot, OfferFinder finder) {
    this.version = snapshot.version();
    this.finder = finder;
  }

  long version() {
    return version;
  }

  @Nullable ItemOffer best(CatalogueItem item) {
    return finder.best(item.facts());
  }

  List<String> legal(CatalogueItem item) {
    return finder.legal(item.facts());
  }

  @Nullable ItemOffer of(CatalogueItem item, String promotionId) {
    return finder.of(item.facts(), promotionId);
  }

  List<String> granted(List<CatalogueItem> shown) {
    return finder.granted(shown.stream().map(CatalogueItem::facts).toList());
  }

  Offer describe(String promotionId) {
    return finder.describe(promotionId);
  }

  static Offer toProto(ItemOffer offer) {
    return offer.describe();
  }
}
