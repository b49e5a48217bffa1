// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import java.util.EnumMap;
import java.util.Map;

/// Counts dropped lines by rule.
final class RuleCounts {
  private final Map<CleaningRule, Long> counts = new EnumMap<>(CleaningRule.class);

  void add(CleaningRule rule) {
    counts.merge(rule, 1L, Long::sum);
  }

  void addAll(RuleCounts other) {
    other.counts.forEach((rule, count) -> counts.merge(rule, count, Long::sum));
  }

  Map<CleaningRule, Long> byRule() {
    return Map.copyOf(counts);
  }
}
