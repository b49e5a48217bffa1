// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.reranking;

import java.util.ArrayList;
import java.util.List;

/// What a learned ranker sees of each candidate, column by column: the opinions of the candidate
/// sources, the item at its price after promotion, how it fits to the history, and what the feature
/// store knows of the person and of the item.
///
/// @param sources names of the candidate sources, three columns each
/// @param context names of numbers that the feature store has of the person, as `view:feature`
/// @param stored names of numbers that the feature store has of the item
public record RankColumns(List<String> sources, List<String> context, List<String> stored) {
  /// What is computed from the request, the catalogue and the promotions, in this order.
  static final List<String> OWN =
      List.of(
          "blend.score",
          "blend.rank",
          "history.items",
          "item.price_log",
          "item.age_days",
          "offer.price_log",
          "offer.discount_depth",
          "history.category_steps",
          "history.brand_steps",
          "history.price_ratio");

  /// The place of [#OWN]'s discount among the own columns.
  static final int PRICE_AFTER = OWN.indexOf("offer.price_log");

  static final int DEPTH = OWN.indexOf("offer.discount_depth");

  static final int PER_SOURCE = 3;

  public RankColumns {
    sources = List.copyOf(sources);
    context = List.copyOf(context);
    stored = List.copyOf(stored);
  }

  /// Columns of a row.
  public int count() {
    return own() + OWN.size() + context.size() + stored.size();
  }

  /// The first column that is computed.
  int own() {
    return sources.size() * PER_SOURCE;
  }

  int firstContext() {
    return own() + OWN.size();
  }

  int firstStored() {
    return firstContext() + context.size();
  }

  /// The price after promotion, and the share of the price that is taken off.
  public int priceColumn() {
    return own() + PRICE_AFTER;
  }

  public int depthColumn() {
    return own() + DEPTH;
  }

  /// The names of all columns in order.
  public List<String> names() {
    List<String> names = new ArrayList<>(count());
    for (String source : sources) {
      names.add("source:" + source + ".share");
      names.add("source:" + source + ".rank");
      names.add("source:" + source + ".present");
    }
    names.addAll(OWN);
    names.addAll(context);
    names.addAll(stored);
    return names;
  }
}
