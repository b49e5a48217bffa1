// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.reranking.RankRows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Candidates with what each is worth, best first, and what the learned ranker saw of them.
///
/// @param ranker what ordered them
/// @param model the learned ranker; null when the blend ordered them
/// @param rows its rows
record Valued(
    List<Scored> items, String ranker, @Nullable RankModel model, @Nullable RankRows rows) {}
