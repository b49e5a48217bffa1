// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;

/// Finds the weights of a blend: each of the best sources leads once with weight 1, the others are
/// added one after the other as far as they help, twice around. The result is never worse than the
/// best single source on the cases that it is judged by.
public final class WeightSearch {
  private static final double[] STEPS = {0, 0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.8, 1};
  private static final int ROUNDS = 2;
  private static final int LEADERS = 4;

  private WeightSearch() {}

  /// Weights by source name.
  ///
  /// @param objective how good weights are; higher is better
  /// @param over asked between trials; when it says so the best weights so far are returned
  public static Map<String, Double> find(
      List<String> sources, ToDoubleFunction<Map<String, Double>> objective, BooleanSupplier over) {
    Map<String, Double> best = Map.of();
    double bestValue = Double.NEGATIVE_INFINITY;
    Map<String, Double> alone = new LinkedHashMap<>();
    for (String source : sources) {
      alone.put(source, objective.applyAsDouble(leading(sources, source)));
    }
    List<String> leaders =
        sources.stream()
            .sorted(Comparator.comparingDouble((String source) -> -alone.getOrDefault(source, 0.0)))
            .limit(LEADERS)
            .toList();
    for (String leader : leaders) {
      Map<String, Double> weights = leading(sources, leader);
      double value = alone.getOrDefault(leader, 0.0);
      for (int round = 0; round < ROUNDS; round++) {
        for (String source : sources) {
          double chosen = weights.getOrDefault(source, 0.0);
          double before = chosen;
          for (double step : STEPS) {
            if (source.equals(leader) || step == before || over.getAsBoolean()) {
              continue;
            }
            weights.put(source, step);
            double trial = objective.applyAsDouble(weights);
            if (trial > value) {
              value = trial;
              chosen = step;
            }
          }
          weights.put(source, chosen);
        }
      }
      if (value > bestValue) {
        bestValue = value;
        best = weights;
      }
    }
    return best;
  }

  private static Map<String, Double> leading(List<String> sources, String leader) {
    Map<String, Double> weights = new LinkedHashMap<>();
    sources.forEach(source -> weights.put(source, source.equals(leader) ? 1.0 : 0.0));
    return weights;
  }
}
