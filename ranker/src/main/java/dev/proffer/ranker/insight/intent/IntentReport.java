// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import java.util.List;

/// How the models of one target did on the weeks that they had not seen.
///
/// @param trainRows rows that were learned from
/// @param chooseRows rows of the weeks after, which chose and calibrated
/// @param testRows rows of the last weeks, which all figures are of
/// @param baseRate the share of test rows with a purchase
/// @param chosen the name of the model that serves
/// @param problem why there is no model; empty when there is one
public record IntentReport(
    IntentTarget target,
    int trainRows,
    int chooseRows,
    int testRows,
    double baseRate,
    String chosen,
    List<Figures> models,
    List<Importance> importance,
    String problem) {

  /// Figures of one model on test rows.
  ///
  /// @param calibrationError expected calibration error over ten groups
  /// @param bins ten groups of test rows by prediction, lowest first
  public record Figures(
      String model,
      double auc,
      double averagePrecision,
      double logLoss,
      double brier,
      double calibrationError,
      List<Bin> bins) {}

  /// A group of rows: what was predicted and what happened, as means.
  public record Bin(double predicted, double happened, int rows) {}

  /// How much a column matters: its share of the gain of the trees (of the weight of the regression
  /// otherwise), and the mean size of its Shapley values.
  public record Importance(String column, double gain, double shap) {}

  static IntentReport without(IntentTarget target, String problem) {
    return new IntentReport(target, 0, 0, 0, 0, "", List.of(), List.of(), problem);
  }
}
