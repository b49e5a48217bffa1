// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.List;

/// Decides on whom a budget is spent.
@FunctionalInterface
public interface OfferChoice {
  /// One of the promotions for this person, or an empty text for none of them.
  ///
  /// @param promotionIds promotions that have a budget and that the person could use, best first;
  ///   at least one
  String choose(String userId, List<String> promotionIds);
}
