// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import dev.proffer.ranker.learning.IsotonicCalibration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The models that serve, one for each target that could be learned. Immutable.
///
/// @param version names the training
/// @param popularity the share of each category, with all below it, among purchases
public record IntentModel(
    String version,
    Map<IntentTarget, Served> served,
    Map<String, Double> popularity,
    List<IntentReport> reports) {
  private static final double CERTAIN = 0.0005;

  /// One model with its calibration.
  public record Served(IntentClassifier model, IsotonicCalibration calibration) {
    double probability(double[] row) {
      return Math.clamp(calibration.apply(model.predict(row)), CERTAIN, 1 - CERTAIN);
    }
  }

  /// What a column adds to the log-odds of one prediction.
  public record Contribution(String column, double value, double added) {}

  public IntentModel {
    served = Map.copyOf(served);
    popularity = Map.copyOf(popularity);
    reports = List.copyOf(reports);
  }

  public static IntentModel none() {
    return new IntentModel("", Map.of(), Map.of(), List.of());
  }

  private Optional<Served> of(IntentTarget target) {
    return Optional.ofNullable(served.get(target));
  }

  /// The probability of a purchase later in a visit; empty without a model.
  public Optional<Double> buysInVisit(IntentState state, String visit, long atMillis) {
    return of(IntentTarget.VISIT).map(model -> model.probability(state.visit(visit, atMillis)));
  }

  /// The probability of a purchase within seven days; empty without a model.
  public Optional<Double> buysInWeek(IntentState state, long atMillis) {
    return of(IntentTarget.WEEK).map(model -> model.probability(state.person(atMillis)));
  }

  /// The probability of a purchase of a category within seven days; empty without a model.
  public Optional<Double> buysCategory(IntentState state, String category, long atMillis) {
    return of(IntentTarget.CATEGORY)
        .map(model -> model.probability(state.category(category, atMillis, share(category))));
  }

  private double share(String category) {
    return popularity.getOrDefault(category, 0.0);
  }

  /// What moved the prediction for the next seven days, largest first; of a category when one is
  /// named.
  public List<Contribution> why(IntentState state, String category, long atMillis, int max) {
    IntentTarget target = category.isEmpty() ? IntentTarget.WEEK : IntentTarget.CATEGORY;
    Served model = served.get(target);
    if (model == null) {
      return List.of();
    }
    double[] row =
        category.isEmpty()
            ? state.person(atMillis)
            : state.category(category, atMillis, share(category));
    double[] added = model.model().contributions(row);
    List<Contribution> all = new ArrayList<>();
    for (int column = 0; column < Math.min(added.length, row.length); column++) {
      if (added[column] != 0) {
        all.add(
            new Contribution(
                target.columns().get(column),
                Double.isNaN(row[column]) ? 0 : row[column],
                added[column]));
      }
    }
    all.sort(Comparator.comparingDouble((Contribution c) -> -Math.abs(c.added())));
    return all.subList(0, Math.min(max, all.size()));
  }
}
