// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/// Whether segments of people react differently.
///
/// @param segments the effect in each segment
/// @param statistic Cochran's Q: the weighted squares of the effects around their common value
/// @param pValue of all segments reacting alike
public record Heterogeneity(List<Effect> segments, double statistic, double pValue) {
  /// The effect in one segment, with its p-value allowed for the number of segments (Holm).
  public record Effect(
      String segment, Sample control, Sample variant, Difference difference, double adjusted) {}

  /// The two arms of one segment.
  public record Arms(Sample control, Sample variant) {}

  /// Segments with fewer than `unitsMin` units in an arm are left out.
  public static Heterogeneity of(Map<String, Arms> arms, long unitsMin, double confidence) {
    List<Map.Entry<String, Arms>> used =
        arms.entrySet().stream()
            .filter(entry ->
                Math.min(entry.getValue().control().units(), entry.getValue().variant().units())
                    >= Math.max(2, unitsMin))
            .toList();
    List<Difference> differences =
        used.stream()
            .map(entry ->
                Difference.welch(
                    entry.getValue().control(), entry.getValue().variant(), confidence))
            .toList();
    double[] adjusted =
        MultipleComparisons.holm(differences.stream().mapToDouble(Difference::pValue).toArray());
    double weights = 0;
    double sum = 0;
    int counted = 0;
    for (Difference difference : differences) {
      if (difference.standardError() > 0) {
        double weight = 1 / (difference.standardError() * difference.standardError());
        weights += weight;
        sum += weight * difference.value();
        counted++;
      }
    }
    double common = weights == 0 ? 0 : sum / weights;
    double statistic = 0;
    List<Effect> effects = new ArrayList<>();
    for (int i = 0; i < used.size(); i++) {
      Difference difference = differences.get(i);
      if (difference.standardError() > 0) {
        double z = (difference.value() - common) / difference.standardError();
        statistic += z * z;
      }
      effects.add(
          new Effect(
              used.get(i).getKey(),
              used.get(i).getValue().control(),
              used.get(i).getValue().variant(),
              difference,
              adjusted[i]));
    }
    double p =
        counted < 2 ? 1 : ChiSquaredDistribution.of(counted - 1).survivalProbability(statistic);
    return new Heterogeneity(List.copyOf(effects), statistic, p);
  }
}
