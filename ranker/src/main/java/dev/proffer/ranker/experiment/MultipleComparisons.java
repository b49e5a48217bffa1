// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.util.Comparator;
import java.util.stream.IntStream;

/// p-values that allow for the number of questions asked.
public final class MultipleComparisons {
  private MultipleComparisons() {}

  /// Holm 1979: the chance of any false finding stays below the level.
  public static double[] holm(double... pValues) {
    int[] order = ascending(pValues);
    double[] adjusted = new double[pValues.length];
    double largest = 0;
    for (int i = 0; i < order.length; i++) {
      largest = Math.max(largest, Math.min(1, (order.length - i) * pValues[order[i]]));
      adjusted[order[i]] = largest;
    }
    return adjusted;
  }

  /// Benjamini & Hochberg 1995: the expected share of false findings stays below the level.
  public static double[] benjaminiHochberg(double... pValues) {
    int[] order = ascending(pValues);
    double[] adjusted = new double[pValues.length];
    double smallest = 1;
    for (int i = order.length - 1; i >= 0; i--) {
      smallest = Math.min(smallest, pValues[order[i]] * order.length / (i + 1));
      adjusted[order[i]] = smallest;
    }
    return adjusted;
  }

  private static int[] ascending(double[] pValues) {
    for (double p : pValues) {
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("p-value: " + p + " (expected: 0 to 1)");
      }
    }
    return IntStream.range(0, pValues.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> pValues[i]))
        .mapToInt(i -> i)
        .toArray();
  }
}
