// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.reranking.RankRows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Candidates with what each is worth, best first, and what was seen of them.
///
/// @param ranker what ordered them
/// @param model the learned ranker; null when something else ordered them
/// @param rows what the learned ranker or the heads saw
/// @param heads the probabilities that ordered them; null when something else did
record Valued(
    List<Scored> items,
    String ranker,
    @Nullable RankModel model,
    @Nullable RankRows rows,
    ShopHeads.@Nullable Asked heads) {
  /// Ordered without probabilities.
  Valued(List<Scored> items, String ranker, @Nullable RankModel model, @Nullable RankRows rows) {
    this(items, ranker, model, rows, null);
  }
}
