// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Sums of weights by subject that halve after a half-life.
///
/// Every weight is kept as if it had been added at the time of origin, in logarithms, so that
/// adding needs no pass over the others and events may come in any order. The subject with the
/// least weight goes when there are too many. Not safe for use by many threads.
final class DecayedShares {
  private final int subjectsMax;
  private final double halfLifeMillis;
  private final Map<String, Double> logWeights = new HashMap<>();

  DecayedShares(int subjectsMax, double halfLifeDays) {
    this.subjectsMax = subjectsMax;
    this.halfLifeMillis = halfLifeDays * 86_400_000.0;
  }

  void add(String subject, double weight, long atMillis) {
    if (weight <= 0) {
      return;
    }
    double log = Math.log(weight) + atMillis / halfLifeMillis * Math.log(2);
    logWeights.merge(subject, log, DecayedShares::plus);
    if (logWeights.size() >= 2 * subjectsMax) {
      double[] sorted =
          logWeights.values().stream().mapToDouble(Double::doubleValue).sorted().toArray();
      double least = sorted[sorted.length - subjectsMax];
      logWeights.values().removeIf(kept -> kept < least);
    }
  }

  /// log(eᵃ + eᵇ) without overflow.
  private static double plus(double a, double b) {
    double larger = Math.max(a, b);
    return larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
  }

  /// Shares that sum to 1, largest first; empty when nothing was added. Decay is the same for all
  /// subjects, so shares do not depend on the time of asking.
  Map<String, Double> shares() {
    if (logWeights.isEmpty()) {
      return Map.of();
    }
    double largest = logWeights.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    double sum = logWeights.values().stream().mapToDouble(log -> Math.exp(log - largest)).sum();
    Map<String, Double> shares = new LinkedHashMap<>();
    logWeights.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(entry -> shares.put(entry.getKey(), Math.exp(entry.getValue() - largest) / sum));
    return shares;
  }
}
