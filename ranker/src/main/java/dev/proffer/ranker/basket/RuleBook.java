// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import dev.proffer.ranker.basket.RuleMiner.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Association rules for serving: found by the items that somebody has. Immutable.
public final class RuleBook {
  private final List<Rule> rules;
  private final Map<String, List<Rule>> byLeftItem;

  /// @param rules by falling lift
  public RuleBook(List<Rule> rules) {
    this.rules = List.copyOf(rules);
    this.byLeftItem = new HashMap<>();
    for (Rule rule : this.rules) {
      for (String item : rule.when()) {
        byLeftItem.computeIfAbsent(item, key -> new ArrayList<>()).add(rule);
      }
    }
  }

  private static final RuleBook EMPTY = new RuleBook(List.of());

  public static RuleBook empty() {
    return EMPTY;
  }

  /// All rules by falling lift.
  public List<Rule> rules() {
    return rules;
  }

  /// Rules whose left side is within these items and whose right side is not, by falling lift.
  public List<Rule> applying(Set<String> items) {
    Set<Rule> found = new HashSet<>();
    for (String item : items) {
      for (Rule rule : byLeftItem.getOrDefault(item, List.of())) {
        if (!items.contains(rule.then()) && items.containsAll(rule.when())) {
          found.add(rule);
        }
      }
    }
    List<Rule> sorted = new ArrayList<>(found);
    sorted.sort(ORDER);
    return sorted;
  }

  static final Comparator<Rule> ORDER =
      Comparator.comparingDouble(Rule::lift)
          .reversed()
          .thenComparing(Comparator.comparingDouble(Rule::confidence).reversed())
          .thenComparing(rule -> String.join(",", rule.when()))
          .thenComparing(Rule::then);

  /// What is frequently bought together with these items: each item once, with the confidence of
  /// the best rule that speaks for it, best first.
  public Map<String, Double> boughtTogether(Set<String> items, int max) {
    Map<String, Double> best = new HashMap<>();
    for (Rule rule : applying(items)) {
      best.merge(rule.then(), rule.confidence(), Math::max);
    }
    Map<String, Double> sorted = new LinkedHashMap<>();
    best.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(max)
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }
}
