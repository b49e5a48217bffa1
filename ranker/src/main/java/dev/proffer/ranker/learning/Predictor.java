// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

/// A trained model. Instances may be used by many threads.
public interface Predictor {
  /// The prediction for one row: a probability for classifiers, a value for regressions. Columns
  /// are those of the examples that the model was trained on; [Double#NaN] is a missing value.
  double predict(double[] row);

  /// The predictions for all rows of a table.
  default double[] predict(Examples examples) {
    double[] predictions = new double[examples.rows()];
    double[] row = new double[examples.columns()];
    for (int i = 0; i < predictions.length; i++) {
      examples.copyRow(i, row);
      predictions[i] = predict(row);
    }
    return predictions;
  }
}
