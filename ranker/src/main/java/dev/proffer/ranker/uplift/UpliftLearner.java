// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.Predictor;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeOptions.Objective;
import dev.proffer.ranker.learning.TreeTrainer;
import java.util.Arrays;

/// Ways to learn uplift from a randomised trial, all on boosted trees. (Künzel et al. 2019 name the
/// S-, T- and X-learner; the transformed outcome is that of Athey and Imbens 2015.)
public enum UpliftLearner {
  /// One model of the outcome in which the treatment is a column like others.
  S,
  /// One model for the treated and one for the others; their difference. Also called two-model.
  T,
  /// As T, then models of what each person's outcome differs from the other group's prediction.
  X,
  /// A regression on an outcome that was transformed so that its mean is the uplift.
  TRANSFORMED;

  private static final String TREATMENT = "treatment";

  /// Learns from a trial.
  ///
  /// @param options of all trees; the objective is that of the outcome
  public UpliftModel train(Trial trial, TreeOptions options) {
    return switch (this) {
      case S -> single(trial, options);
      case T -> two(trial, options);
      case X -> crossed(trial, options);
      case TRANSFORMED -> transformed(trial, options);
    };
  }

  private static UpliftModel single(Trial trial, TreeOptions options) {
    double[] treatment = new double[trial.size()];
    for (int row = 0; row < treatment.length; row++) {
      treatment[row] = trial.isTreated(row) ? 1 : 0;
    }
    // A tree that may not use the treatment says nothing about it.
    TreeModel model =
        TreeTrainer.train(
            trial.people().withColumn(TREATMENT, treatment),
            options.withSampling(1, options.baggingFraction()));
    return person -> {
      double[] row = Arrays.copyOf(person, person.length + 1);
      row[person.length] = 1;
      double with = model.predict(row);
      row[person.length] = 0;
      return with - model.predict(row);
    };
  }

  private static UpliftModel two(Trial trial, TreeOptions options) {
    Predictor with = TreeTrainer.train(trial.group(true), options);
    Predictor without = TreeTrainer.train(trial.group(false), options);
    return person -> with.predict(person) - without.predict(person);
  }

  private static UpliftModel crossed(Trial trial, TreeOptions options) {
    Examples treated = trial.group(true);
    Examples others = trial.group(false);
    Predictor with = TreeTrainer.train(treated, options);
    Predictor without = TreeTrainer.train(others, options);
    double[] gained = without.predict(treated);
    for (int row = 0; row < gained.length; row++) {
      gained[row] = treated.label(row) - gained[row];
    }
    double[] forgone = with.predict(others);
    for (int row = 0; row < forgone.length; row++) {
      forgone[row] -= others.label(row);
    }
    TreeOptions effects = options.withObjective(Objective.MEAN);
    Predictor fromTreated = TreeTrainer.train(treated.withLabels(gained), effects);
    Predictor fromOthers = TreeTrainer.train(others.withLabels(forgone), effects);
    // The effect that was learnt on fewer people gets less weight.
    double share = trial.treatedShare();
    return person -> (1 - share) * fromOthers.predict(person) + share * fromTreated.predict(person);
  }

  private static UpliftModel transformed(Trial trial, TreeOptions options) {
    double share = trial.treatedShare();
    double[] labels = new double[trial.size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] =
          trial.isTreated(row) ? trial.outcome(row) / share : -trial.outcome(row) / (1 - share);
    }
    Predictor model =
        TreeTrainer.train(trial.people().withLabels(labels), options.withObjective(Objective.MEAN));
    return model::predict;
  }
}
