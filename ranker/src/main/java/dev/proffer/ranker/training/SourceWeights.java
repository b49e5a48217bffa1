// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.evaluation.WeightSearch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/// What each source weighs in the blend, and which sources are worth asking at all.
///
/// A source costs time in every request. One of the optional ones stays only when the blend loses
/// by doing without it: the mean loss in NDCG@10 over the cases must exceed its own standard error.
/// The one that is missed least goes first, and the others are weighed again.
///
/// @param weights by name; of the sources that always serve, and of those that are kept
/// @param kept of the optional sources
record SourceWeights(Map<String, Double> weights, List<String> kept) {
  // A source without weight would leave people without a history with nothing.
  private static final double WEIGHT_MIN = 1e-3;

  /// @param names of all sources
  /// @param optional those that may be left out
  /// @param gains what weights, in the order of the names, gain in each case
  static SourceWeights find(
      List<String> names,
      List<String> optional,
      Function<float[], double[]> gains,
      Consumer<Map<String, Double>> trialDone) {
    Map<String, Double> weights = search(names, names, gains, trialDone);
    List<String> kept = new ArrayList<>(optional);
    kept.removeIf(name -> weights.getOrDefault(name, 0.0) == 0);
    for (String dropped = leastMissed(names, weights, kept, gains);
        !dropped.isEmpty();
        dropped = leastMissed(names, weights, kept, gains)) {
      weights.put(dropped, 0.0);
      kept.remove(dropped);
    }
    Map<String, Double> last =
        kept.size() == optional.size()
            ? weights
            : search(
                names,
                names.stream().filter(name -> !isLeftOut(name, optional, kept)).toList(),
                gains,
                trialDone);
    last.replaceAll((_, weight) -> Math.max(weight, WEIGHT_MIN));
    return new SourceWeights(last, List.copyOf(kept));
  }

  private static Map<String, Double> search(
      List<String> names,
      List<String> asked,
      Function<float[], double[]> gains,
      Consumer<Map<String, Double>> trialDone) {
    return new LinkedHashMap<>(
        WeightSearch.find(
            asked,
            trial -> {
              trialDone.accept(trial);
              return mean(gains.apply(array(names, trial)));
            },
            () -> false));
  }

  /// The source that the blend can do without; empty when it can do without none.
  private static String leastMissed(
      List<String> names,
      Map<String, Double> weights,
      List<String> kept,
      Function<float[], double[]> gains) {
    String leastMissed = "";
    double least = 0;
    double[] with = gains.apply(array(names, weights));
    for (String name : kept) {
      Map<String, Double> without = new LinkedHashMap<>(weights);
      without.put(name, 0.0);
      double[] lost = gains.apply(array(names, without));
      double missed = mean(with) - mean(lost) - standardError(with, lost);
      if (!(missed > 0) && (leastMissed.isEmpty() || missed < least)) {
        leastMissed = name;
        least = missed;
      }
    }
    return leastMissed;
  }

  private static boolean isLeftOut(String name, List<String> optional, List<String> kept) {
    return optional.contains(name) && !kept.contains(name);
  }

  private static float[] array(List<String> names, Map<String, Double> weights) {
    float[] array = new float[names.size()];
    for (int s = 0; s < array.length; s++) {
      array[s] = weights.getOrDefault(names.get(s), 0.0).floatValue();
    }
    return array;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private static double standardError(double[] a, double[] b) {
    double mean = mean(a) - mean(b);
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
    }
    return a.length == 0 ? 0 : Math.sqrt(squares / Math.max(1, a.length - 1) / a.length);
  }
}
