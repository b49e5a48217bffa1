// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import dev.proffer.ranker.promotion.ItemFacts;
import dev.proffer.ranker.promotion.ItemLookup;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The items of the current catalogue, as promotions ask for them.
public final class CatalogueLookup implements ItemLookup {
  private final Catalogue catalogue;

  public CatalogueLookup(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  @Override
  public @Nullable ItemFacts find(String itemId) {
    CatalogueItem item = catalogue.snapshot().find(itemId);
    return item == null ? null : item.facts();
  }

  @Override
  public @Nullable String title(String itemId, String language) {
    CatalogueItem item = catalogue.snapshot().find(itemId);
    return item == null ? null : item.title(language);
  }

  @Override
  public Collection<ItemFacts> all() {
    return catalogue.snapshot().sortedById().stream().map(CatalogueItem::facts).toList();
  }
}
