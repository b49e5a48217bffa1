// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.model.ServingModel;
import dev.proffer.ranker.promotion.PromotionSnapshot;

/// What a request is answered with, taken once at its start.
record Scene(
    CatalogueSnapshot snapshot,
    ServingModel model,
    PromotionSnapshot promotions,
    Offers offers,
    Shopper shopper,
    long atMillis,
    String region) {
  Scene with(ServingModel other) {
    return new Scene(snapshot, other, promotions, offers, shopper, atMillis, region);
  }
}
