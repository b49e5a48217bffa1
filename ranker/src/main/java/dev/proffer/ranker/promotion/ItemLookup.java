// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds items of the catalogue. It is asked on the request path: an implementation answers from
/// memory.
@FunctionalInterface
public interface ItemLookup {
  /// The item, or null when the catalogue does not hold it.
  @Nullable ItemFacts find(String itemId);

  /// The title of an item in a language ("en", "zh"), or null when it has none.
  default @Nullable String title(String itemId, String language) {
    return null;
  }

  /// All items, for warnings about promotions; empty when this lookup cannot list them.
  default Collection<ItemFacts> all() {
    return List.of();
  }
}
