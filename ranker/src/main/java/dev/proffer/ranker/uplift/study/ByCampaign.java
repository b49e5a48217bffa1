// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift.study;

import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.learning.LogisticRegression;
import dev.proffer.ranker.learning.Predictor;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeTrainer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Measures classifiers of redemption on campaigns that they were not trained on. A model is
/// trained on some campaigns, stopped and calibrated on one or two others (validation), and judged
/// on the campaign that was held out.
final class ByCampaign {
  private static final TreeOptions BOOSTING =
      TreeOptions.BOOSTING
          .withRounds(400)
          .withLeaves(12)
          .withMinLeafRows(60)
          .withLearningRate(.04)
          .withSampling(.6, .8)
          .withL2(10)
          .withThreads(1);
  private static final TreeOptions FOREST =
      TreeOptions.FOREST
          .withRounds(150)
          .withLeaves(64)
          .withMinLeafRows(20)
          .withSampling(.4, .6)
          .withThreads(1);

  /// When a campaign ran.
  record Span(String id, LocalDate start, LocalDate end) {}

  private final List<Span> campaigns;
  private final int[] campaignOf;
  private final Examples examples;
  private final int[] baseline;
  private final int seed;

  /// @param campaigns by start
  /// @param campaignOf the index in `campaigns` of each row
  /// @param baseline columns of a model that knows no more than a marketer's rule
  ByCampaign(List<Span> campaigns, int[] campaignOf, Examples examples, int[] baseline, int seed) {
    this.campaigns = List.copyOf(campaigns);
    this.campaignOf = campaignOf;
    this.examples = examples;
    this.baseline = baseline;
    this.seed = seed;
  }

  /// Trains on the campaigns that were over when the tested one began: what a shop can do.
  Map<String, Map<String, Double>> forward(int trainRowsMin) {
    List<int[]> plans = new ArrayList<>();
    for (int tested = 0; tested < campaigns.size(); tested++) {
      int held = tested;
      int[] over =
          IntStream.range(0, campaigns.size())
              .filter(c -> campaigns.get(c).end().isBefore(campaigns.get(held).start()))
              .toArray();
      if (rows(over) >= trainRowsMin && hasBoth(over)) {
        plans.add(IntStream.concat(IntStream.of(tested), IntStream.of(over)).toArray());
      }
    }
    return measure(plans);
  }

  /// Trains on all other campaigns, also later ones: more data than a shop would have.
  Map<String, Map<String, Double>> leaveOneOut() {
    List<int[]> plans = new ArrayList<>();
    for (int tested = 0; tested < campaigns.size(); tested++) {
      int held = tested;
      int[] others = IntStream.range(0, campaigns.size()).filter(c -> c != held).toArray();
      plans.add(IntStream.concat(IntStream.of(tested), IntStream.of(others)).toArray());
    }
    return measure(plans);
  }

  /// What was measured on, in numbers.
  ///
  /// @param reference what others published of this data
  Map<String, Object> facts(String reference) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("rows", examples.rows());
    facts.put("columns", examples.columns());
    facts.put("campaigns", campaigns.size());
    facts.put("redeemed", Arrays.stream(examples.labels()).sum());
    facts.put("seed", seed);
    facts.put("reference", reference);
    return facts;
  }

  /// Each plan names the tested campaign first, then those to train on.
  private Map<String, Map<String, Double>> measure(List<int[]> plans) {
    Map<String, List<double[]>> scores = new LinkedHashMap<>();
    List<double[]> labels = new ArrayList<>();
    for (int[] plan : plans) {
      int[] others = IntStream.range(1, plan.length).map(i -> plan[i]).toArray();
      boolean[] validating = validation(others);
      Examples train = of(others, validating, false);
      Examples validation = of(others, validating, true);
      Examples test = examples.where(row -> campaignOf[row] == plan[0]);
      if (test.rows() == 0) {
        continue;
      }
      labels.add(test.labels());
      Map<String, Predictor> models = new LinkedHashMap<>();
      models.put("rule", only(LogisticRegression.train(narrow(train), 1)));
      models.put("logistic", LogisticRegression.train(train, 10));
      models.put("forest", TreeTrainer.train(train, FOREST.withSeed(seed)));
      models.put("boosted", TreeTrainer.train(train, validation, BOOSTING.withSeed(seed)));
      Map<String, double[]> predicted = new LinkedHashMap<>();
      models.forEach((name, model) -> {
        IsotonicCalibration calibration =
            IsotonicCalibration.fit(model.predict(validation), validation.labels());
        double[] raw = model.predict(test);
        double[] calibrated = calibration.apply(raw);
        // No share of a few rows is 0 or 1 for sure. Calibration also makes ties; the raw score
        // breaks them without moving a probability.
        double least = 1.0 / (validation.rows() + 2);
        for (int i = 0; i < raw.length; i++) {
          calibrated[i] = Math.clamp(calibrated[i], least, 1 - least) + raw[i] * 1e-9;
        }
        predicted.put(name, calibrated);
      });
      double[] blend = new double[test.rows()];
      for (String name : List.of("logistic", "forest", "boosted")) {
        double[] part = predicted.getOrDefault(name, blend);
        for (int i = 0; i < blend.length; i++) {
          blend[i] += part[i] / 3;
        }
      }
      predicted.put("mean-of-three", blend);
      predicted.forEach(
          (name, values) -> scores.computeIfAbsent(name, _ -> new ArrayList<>()).add(values));
    }
    Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
    double[] truth = joined(labels);
    scores.forEach((name, parts) -> figures.put(name, figures(parts, labels, truth)));
    return figures;
  }

  private static Map<String, Double> figures(
      List<double[]> parts, List<double[]> labels, double[] truth) {
    double[] all = joined(parts);
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("auc", ClassifierMetrics.auc(all, truth));
    double sum = 0;
    double weights = 0;
    int campaigns = 0;
    for (int i = 0; i < parts.size(); i++) {
      double auc = ClassifierMetrics.auc(parts.get(i), labels.get(i));
      if (!Double.isNaN(auc)) {
        double positives = java.util.Arrays.stream(labels.get(i)).sum();
        sum += auc * positives;
        weights += positives;
        campaigns++;
      }
    }
    row.put("auc_within_campaign", sum / weights);
    row.put("average_precision", ClassifierMetrics.averagePrecision(all, truth));
    row.put("log_loss", ClassifierMetrics.logLoss(all, truth));
    row.put("calibration_error", ClassifierMetrics.calibrationError(all, truth, 20));
    row.put("campaigns", (double) campaigns);
    row.put("rows", (double) truth.length);
    row.put("positives", java.util.Arrays.stream(truth).sum());
    return row;
  }

  /// The latest of the campaigns, until they hold a sixth of the rows and ten of each label.
  private boolean[] validation(int[] of) {
    boolean[] chosen = new boolean[campaigns.size()];
    int wanted = Math.max(1, rows(of) / 6);
    int held = 0;
    double positives = 0;
    for (int i = of.length - 1; i > 0 && (held < wanted || positives < 10); i--) {
      int campaign = of[i];
      double here = 0;
      int size = 0;
      for (int row = 0; row < examples.rows(); row++) {
        if (campaignOf[row] == campaign) {
          size++;
          here += examples.label(row);
        }
      }
      // The largest campaigns teach the most; they stay in training.
      if (size > rows(of) / 2) {
        continue;
      }
      chosen[campaign] = true;
      held += size;
      positives += here;
    }
    return chosen;
  }

  private Examples of(int[] campaigns, boolean[] validating, boolean wanted) {
    boolean[] in = new boolean[this.campaigns.size()];
    for (int campaign : campaigns) {
      in[campaign] = true;
    }
    return examples.where(row -> in[campaignOf[row]] && validating[campaignOf[row]] == wanted);
  }

  private int rows(int[] of) {
    boolean[] in = new boolean[campaigns.size()];
    for (int campaign : of) {
      in[campaign] = true;
    }
    int rows = 0;
    for (int campaign : campaignOf) {
      rows += in[campaign] ? 1 : 0;
    }
    return rows;
  }

  private boolean hasBoth(int[] of) {
    boolean[] validating = validation(of);
    double learnt = java.util.Arrays.stream(of(of, validating, false).labels()).sum();
    double checked = java.util.Arrays.stream(of(of, validating, true).labels()).sum();
    return learnt >= 20 && checked >= 5;
  }

  private Examples narrow(Examples wide) {
    List<String> names = new ArrayList<>();
    for (int column : baseline) {
      names.add(wide.names().get(column));
    }
    Examples.Builder builder = Examples.of(names);
    double[] row = new double[baseline.length];
    for (int i = 0; i < wide.rows(); i++) {
      for (int column = 0; column < baseline.length; column++) {
        row[column] = wide.value(i, baseline[column]);
      }
      builder.add(wide.label(i), row);
    }
    return builder.build();
  }

  private Predictor only(LogisticRegression model) {
    return row -> {
      double[] narrow = new double[baseline.length];
      for (int column = 0; column < baseline.length; column++) {
        narrow[column] = row[baseline[column]];
      }
      return model.predict(narrow);
    };
  }

  private static double[] joined(List<double[]> parts) {
    return parts.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
  }
}
