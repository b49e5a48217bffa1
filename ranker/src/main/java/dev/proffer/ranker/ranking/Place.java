// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

/// One place of a reply.
///
/// @param propensity of the item at this place
/// @param offerPropensity of the offer; 0 when no policy chose it
/// @param ranker who brought it, when rankers were interleaved
record Place(
    Scored scored, double propensity, boolean explored, double offerPropensity, String ranker) {
  Place(Scored scored) {
    this(scored, 1, false, 0, "");
  }
}
