// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.basket.RuleBook;
import dev.proffer.ranker.insight.intent.IntentModel;
import dev.proffer.ranker.insight.lifetime.LifetimeModel;
import dev.proffer.ranker.segment.Segmentation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that one study of the event log found. Immutable for readers.
///
/// @param places the place of the segment of each person of the table
/// @param outliers rows of people who are far from every segment, farthest first
/// @param movements people by segment some days before (last row: not there then) and now
/// @param movementDays how many days before
public record Findings(
    long asOfMillis,
    QualityReport quality,
    ShopFacts shop,
    PeopleTable people,
    Optional<LifetimeModel> lifetime,
    Segmentation segmentation,
    List<Integer> places,
    List<Integer> outliers,
    List<List<Integer>> movements,
    int movementDays,
    long baskets,
    Map<ShopAnalysis.Basis, RuleBook> ruleBooks,
    IntentModel intent) {
  public Findings {
    places = List.copyOf(places);
    outliers = List.copyOf(outliers);
    movements = List.copyOf(movements);
    ruleBooks = Map.copyOf(ruleBooks);
  }

  /// What is bought together.
  public RuleBook rules() {
    return rules(ShopAnalysis.Basis.PURCHASES);
  }

  public RuleBook rules(ShopAnalysis.Basis basis) {
    return ruleBooks.getOrDefault(basis, RuleBook.empty());
  }
}
