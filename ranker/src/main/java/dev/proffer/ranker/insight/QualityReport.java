// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// How many events each rule of data quality met.
///
/// @param read the events that came in
/// @param kept the events that the facts are made from
public record QualityReport(long read, long kept, Map<QualityRule, Long> counts) {
  public QualityReport {
    EnumMap<QualityRule, Long> copy = new EnumMap<>(QualityRule.class);
    for (QualityRule rule : QualityRule.values()) {
      copy.put(rule, counts.getOrDefault(rule, 0L));
    }
    counts = Collections.unmodifiableMap(copy);
    long dropped =
        counts.entrySet().stream()
            .filter(entry -> entry.getKey().drops())
            .mapToLong(Map.Entry::getValue)
            .sum();
    if (read != kept + dropped) {
      throw new IllegalArgumentException(
          "read: %d, kept: %d, dropped: %d (expected: read = kept + dropped)"
              .formatted(read, kept, dropped));
    }
  }

  public long count(QualityRule rule) {
    return counts.getOrDefault(rule, 0L);
  }
}
