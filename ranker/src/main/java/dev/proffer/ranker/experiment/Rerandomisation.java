// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.util.SplittableRandom;

/// A/A tests made of real outcomes: units are split at random again and again, so that every
/// finding is false, and each split is looked at many times while it fills.
public final class Rerandomisation {
  /// Shares of splits in which a difference was found.
  ///
  /// @param splits number of splits
  /// @param looks number of looks at each
  /// @param fixed by Welch's test, looking once at the end
  /// @param naive by Welch's test, stopping at the first look below the level
  /// @param sequential by the confidence sequence, stopping at the first look that excludes 0
  public record Rates(int splits, int looks, double fixed, double naive, double sequential) {}

  private Rerandomisation() {}

  public static Rates run(
      double[] values, int splits, int looks, double alpha, double tightestAt, long seed) {
    if (values.length < 2 * looks || looks < 1) {
      throw new IllegalArgumentException(
          "values: " + values.length + " (expected: at least 2 for each of " + looks + " looks)");
    }
    ConfidenceSequence sequence = new ConfidenceSequence(alpha, tightestAt);
    SplittableRandom random = new SplittableRandom(seed);
    double[] shuffled = values.clone();
    int fixed = 0;
    int naive = 0;
    int sequential = 0;
    for (int split = 0; split < splits; split++) {
      boolean foundNaively = false;
      boolean foundSequentially = false;
      boolean foundAtEnd = false;
      long[] units = new long[2];
      double[] sums = new double[2];
      double[] squares = new double[2];
      int look = 1;
      for (int i = 0; i < shuffled.length; i++) {
        // Fisher-Yates as we go: the order of arrival is random too.
        int from = i + random.nextInt(shuffled.length - i);
        double value = shuffled[from];
        shuffled[from] = shuffled[i];
        shuffled[i] = value;
        int arm = random.nextBoolean() ? 1 : 0;
        units[arm]++;
        sums[arm] += value;
        squares[arm] += value * value;
        if (i + 1 == (long) shuffled.length * look / looks) {
          look++;
          if (Math.min(units[0], units[1]) < 2) {
            continue;
          }
          Difference difference =
              Difference.welch(
                  Sample.ofSums(units[0], sums[0], squares[0]),
                  Sample.ofSums(units[1], sums[1], squares[1]),
                  1 - alpha);
          foundAtEnd = difference.pValue() < alpha;
          foundNaively |= foundAtEnd;
          double width = sequence.halfWidth(units[0] + units[1], difference.standardError());
          foundSequentially |= Math.abs(difference.value()) > width;
        }
      }
      fixed += foundAtEnd ? 1 : 0;
      naive += foundNaively ? 1 : 0;
      sequential += foundSequentially ? 1 : 0;
    }
    return new Rates(
        splits,
        looks,
        fixed / (double) splits,
        naive / (double) splits,
        sequential / (double) splits);
  }
}
