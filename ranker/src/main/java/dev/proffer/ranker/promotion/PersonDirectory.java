// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import org.jspecify.annotations.Nullable;

/// Finds what the shop knows about a person.
@FunctionalInterface
public interface PersonDirectory {
  /// The person, or null when the shop knows nobody of this id.
  @Nullable PersonFacts find(String userId);
}
