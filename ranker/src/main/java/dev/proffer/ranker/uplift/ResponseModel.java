// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeOptions.Objective;
import dev.proffer.ranker.learning.TreeTrainer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The probability that a person buys when an offer of some depth is made. It never falls as the
/// depth rises: a deeper discount on the same thing puts nobody off, and a table of history in
/// which it seems to is noise or a sign that deep offers went to hesitant people.
///
/// The last column of its examples is the depth, 0 (no offer) to 1 (free). The columns before
/// describe the person and the offer.
public final class ResponseModel {
  /// The name of the last column.
  public static final String DEPTH = "depth";

  private static final String SEPARATOR = "\n===\n";

  private final TreeModel trees;
  private final IsotonicCalibration calibration;

  private ResponseModel(TreeModel trees, IsotonicCalibration calibration) {
    this.trees = trees;
    this.calibration = calibration;
  }

  /// Trains on rows whose label is 1 for a purchase.
  ///
  /// @param calibration rows that the trees do not see and that make the probabilities right
  public static ResponseModel train(Examples train, Examples calibration, TreeOptions options) {
    List<String> names = train.names();
    if (!names.getLast().equals(DEPTH)) {
      throw new IllegalArgumentException("names: " + names + " (expected: the last is 'depth')");
    }
    Map<String, Integer> monotone = new HashMap<>(options.monotone());
    monotone.put(DEPTH, 1);
    TreeModel trees =
        TreeTrainer.train(
            train,
            calibration,
            options.withObjective(Objective.PROBABILITY).withMonotone(monotone));
    return new ResponseModel(
        trees, IsotonicCalibration.fit(trees.predict(calibration), calibration.labels()));
  }

  /// The probability to buy at a depth.
  ///
  /// @param row all columns; the last one is set by this call
  public double probability(double[] row, double depth) {
    row[row.length - 1] = depth;
    return calibration.apply(trees.predict(row));
  }

  /// What an offer adds to the probability to buy; never negative.
  public double uplift(double[] row, double depth) {
    return probability(row, depth) - probability(row, 0);
  }

  public double[] predict(Examples examples) {
    return calibration.apply(trees.predict(examples));
  }

  /// The share of the training gain that each column brought.
  public double[] importance() {
    return trees.importance();
  }

  /// The model as text.
  public String text() {
    return trees.text() + SEPARATOR + calibration.text();
  }

  public static ResponseModel parse(String text) {
    int at = text.indexOf(SEPARATOR);
    if (at < 0) {
      throw new LearningException("the text is not a response model");
    }
    return new ResponseModel(
        TreeModel.parse(text.substring(0, at)),
        IsotonicCalibration.parse(text.substring(at + SEPARATOR.length())));
  }

  /// A row with room for the depth.
  public static double[] row(double... described) {
    return Arrays.copyOf(described, described.length + 1);
  }
}
