// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import org.jspecify.annotations.Nullable;

/// Finds items of the catalogue. It is asked on the request path: an implementation answers from
/// memory.
@FunctionalInterface
public interface ItemLookup {
  /// The item, or null when the catalogue does not hold it.
  @Nullable ItemFacts find(String itemId);
}
