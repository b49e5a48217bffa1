// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import dev.proffer.ranker.insight.ItemDirectory;
import org.jspecify.annotations.Nullable;

/// The items of the current catalogue, as insight asks for them.
public final class CatalogueDirectory implements ItemDirectory {
  private final Catalogue catalogue;

  public CatalogueDirectory(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  @Override
  public @Nullable ItemFact find(String itemId) {
    CatalogueItem item = catalogue.snapshot().find(itemId);
    return item == null
        ? null
        : new ItemFact(
            item.category(),
            item.brand(),
            item.priceMinorUnits(),
            item.currency(),
            item.item().getTitlesMap(),
            item.item().getDescriptionsMap());
  }
}
