// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

/// A learned probability. Safe for use by many threads once it has learnt.
public sealed interface Head permits FtrlRegression, DeepMachine {
  /// Scores row after row without allocating. Belongs to one thread.
  @FunctionalInterface
  interface Scorer {
    /// The log odds of label 1 for the row of features that begins at `from`.
    double logOdds(int[] numbers, int from);
  }

  /// What the head is called in reports: `ftrl`, `fm` or `deep-fm`.
  String kind();

  /// Fields of the rows that it takes.
  int fields();

  /// Features that rows may have, numbered from 0.
  int features();

  /// Something to score many rows with.
  Scorer scorer();

  /// The log odds of label 1 for a row.
  ///
  /// @param numbers rows of features, one after the other
  /// @param from where the row begins
  double logOdds(int[] numbers, int from);

  /// The probability of label 1 for each row.
  default double[] predict(FieldRows rows) {
    double[] predictions = new double[rows.rows()];
    for (int row = 0; row < predictions.length; row++) {
      predictions[row] = probability(logOdds(rows.numbers(), row * rows.fields()));
    }
    return predictions;
  }

  static double probability(double logOdds) {
    return 1 / (1 + Math.exp(-logOdds));
  }
}
