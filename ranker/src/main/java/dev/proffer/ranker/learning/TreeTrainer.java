// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMBooster.FeatureImportanceType;
import io.github.metarank.lightgbm4j.LGBMDataset;
import io.github.metarank.lightgbm4j.LGBMException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Grows boosted trees and forests with LightGBM. Only this class needs the native library; the
/// [TreeModel] that comes out does not.
public final class TreeTrainer {
  private TreeTrainer() {}

  /// Trains for all rounds.
  public static TreeModel train(Examples train, TreeOptions options) {
    return train(train, null, options);
  }

  /// Trains until the loss on `validation` has not fallen for [TreeOptions#patience] rounds, and
  /// keeps the trees up to the best round.
  public static TreeModel train(
      Examples train, @Nullable Examples validation, TreeOptions options) {
    check(train, options);
    if (validation != null) {
      check(validation, options);
      if (!validation.names().equals(train.names())) {
        throw new IllegalArgumentException(
            "validation: columns " + validation.names() + " (expected: " + train.names() + ")");
      }
    }
    NativeLibrary.load();
    String parameters = parameters(train, options, validation != null);
    try (LGBMDataset data = dataset(train, parameters, null);
        LGBMDataset held = validation == null ? null : dataset(validation, parameters, data);
        LGBMBooster booster = LGBMBooster.create(data, parameters)) {
      if (held != null) {
        booster.addValidData(held);
      }
      return grow(booster, held != null, options);
    } catch (LGBMException e) {
      throw new LearningException("LightGBM could not train: " + e.getMessage(), e);
    }
  }

  /// Trains a ranker for all rounds, or until the order of `validation` has not become better for
  /// [TreeOptions#patience] rounds.
  public static TreeModel trainOrder(
      RankedLists train, @Nullable RankedLists validation, TreeOptions options) {
    if (options.objective() != TreeOptions.Objective.ORDER) {
      throw new IllegalArgumentException(
          "objective: " + options.objective() + " (expected: ORDER for ranked lists)");
    }
    check(train.examples(), options);
    NativeLibrary.load();
    String parameters = parameters(train.examples(), options, validation != null);
    try (LGBMDataset data = dataset(train.examples(), parameters, null);
        LGBMDataset held =
            validation == null ? null : dataset(validation.examples(), parameters, data)) {
      data.setField("group", train.sizes());
      if (train.positions() != null) {
        data.setField("position", train.positions());
      }
      if (held != null && validation != null) {
        held.setField("group", validation.sizes());
      }
      try (LGBMBooster booster = LGBMBooster.create(data, parameters)) {
        if (held != null) {
          booster.addValidData(held);
        }
        return grow(booster, held != null, options);
      }
    } catch (LGBMException e) {
      throw new LearningException("LightGBM could not train: " + e.getMessage(), e);
    }
  }

  /// Adds trees until all are there, or the validation figure stays behind.
  private static TreeModel grow(LGBMBooster booster, boolean validated, TreeOptions options)
      throws LGBMException {
    int best = options.rounds();
    double bestLoss = Double.POSITIVE_INFINITY;
    // The figure of an order is better when it is higher.
    double sign = options.objective() == TreeOptions.Objective.ORDER ? -1 : 1;
    for (int round = 1; round <= options.rounds(); round++) {
      boolean finished = booster.updateOneIter();
      if (validated) {
        double loss = sign * booster.getEval(1)[0];
        if (loss < bestLoss) {
          bestLoss = loss;
          best = round;
        } else if (options.patience() > 0 && round - best >= options.patience()) {
          break;
        }
      }
      if (finished) {
        break;
      }
    }
    return TreeModel.parse(booster.saveModelToString(0, best, FeatureImportanceType.GAIN));
  }

  private static void check(Examples examples, TreeOptions options) {
    if (examples.rows() == 0) {
      throw new LearningException("there are no examples to learn from");
    }
    for (int row = 0; row < examples.rows(); row++) {
      double label = examples.label(row);
      boolean fits =
          switch (options.objective()) {
            case PROBABILITY -> label == 0 || label == 1;
            case COUNT -> label >= 0;
            case MEAN -> true;
            case ORDER -> label >= 0 && label <= RankedLists.LABEL_MAX && label == (int) label;
          };
      if (!fits) {
        throw new IllegalArgumentException(
            "label of row "
                + row
                + ": "
                + label
                + switch (options.objective()) {
                  case COUNT -> " (expected: 0 or more)";
                  case ORDER -> " (expected: a whole number, 0 to " + RankedLists.LABEL_MAX + ")";
                  case PROBABILITY, MEAN -> " (expected: 0 or 1)";
                });
      }
    }
    for (String name : options.monotone().keySet()) {
      if (!examples.names().contains(name)) {
        throw new IllegalArgumentException(
            "monotone: '" + name + "' (expected: one of " + examples.names() + ")");
      }
    }
  }

  private static LGBMDataset dataset(
      Examples examples, String parameters, @Nullable LGBMDataset reference) throws LGBMException {
    LGBMDataset data =
        LGBMDataset.createFromMat(
            examples.flatValues(),
            examples.rows(),
            examples.columns(),
            true,
            parameters,
            reference);
    data.setField("label", floats(examples.labels()));
    data.setField("weight", floats(examples.weights()));
    return data;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static String parameters(Examples examples, TreeOptions options, boolean metric) {
    List<String> all = new ArrayList<>();
    all.add(
        "objective="
            + switch (options.objective()) {
              case PROBABILITY -> "binary";
              case MEAN -> "regression";
              case COUNT -> "poisson";
              case ORDER -> "lambdarank";
            });
    if (options.objective() == TreeOptions.Objective.ORDER) {
      all.add("lambdarank_truncation_level=20");
      all.add("eval_at=10");
    }
    all.add(
        "metric="
            + (!metric
                ? "none"
                : switch (options.objective()) {
                  case PROBABILITY -> "binary_logloss";
                  case MEAN -> "l2";
                  case COUNT -> "poisson";
                  case ORDER -> "ndcg";
                }));
    all.add("boosting=" + (options.mode() == TreeOptions.Mode.FOREST ? "rf" : "gbdt"));
    all.add("num_leaves=" + options.leaves());
    all.add(number("learning_rate", options.learningRate()));
    all.add("min_data_in_leaf=" + options.minLeafRows());
    all.add(number("feature_fraction", options.featureFraction()));
    if (options.baggingFraction() < 1) {
      all.add(number("bagging_fraction", options.baggingFraction()));
      all.add("bagging_freq=1");
    }
    all.add(number("lambda_l2", options.l2()));
    all.add("seed=" + options.seed());
    all.add("num_threads=" + options.threads());
    all.add("deterministic=true");
    all.add("force_row_wise=true");
    all.add("feature_pre_filter=false");
    all.add("verbosity=-1");
    StringBuilder monotone = new StringBuilder();
    StringBuilder categorical = new StringBuilder();
    for (int column = 0; column < examples.columns(); column++) {
      monotone
          .append(column == 0 ? "" : ",")
          .append(options.monotone().getOrDefault(examples.names().get(column), 0));
      if (examples.isCategorical(column)) {
        categorical.append(categorical.isEmpty() ? "" : ",").append(column);
      }
    }
    if (!options.monotone().isEmpty()) {
      all.add("monotone_constraints=" + monotone);
      // The basic method never lets a later split break the order, at the cost of some splits.
      all.add("monotone_constraints_method=basic");
    }
    if (!categorical.isEmpty()) {
      all.add("categorical_feature=" + categorical);
    }
    return String.join(" ", all);
  }

  private static String number(String name, double value) {
    return String.format(Locale.ROOT, "%s=%.10g", name, value);
  }
}
