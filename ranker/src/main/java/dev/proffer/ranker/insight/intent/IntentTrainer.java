// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import dev.proffer.ranker.insight.intent.IntentExamples.Row;
import dev.proffer.ranker.insight.intent.IntentModel.Served;
import dev.proffer.ranker.insight.intent.IntentReport.Bin;
import dev.proffer.ranker.insight.intent.IntentReport.Figures;
import dev.proffer.ranker.insight.intent.IntentReport.Importance;
import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.learning.Predictor;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeTrainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Trains logistic regression, a random forest and gradient-boosted trees for each target and lets
/// the best serve.
///
/// Time splits the rows: the first 60 % of it trains, the next fifth chooses and calibrates, the
/// last fifth tests and does nothing else. A row belongs to a part only when its outcome lies in
/// the part too. The model with the least log loss on the second half of the choosing part,
/// calibrated on the first half, serves; then the whole part calibrates it.
public final class IntentTrainer {
  private static final Logger LOG = LoggerFactory.getLogger(IntentTrainer.class);
  private static final int TRAIN_ROWS_MAX = 30_000;
  private static final int PART_ROWS_MAX = 20_000;
  private static final int PART_ROWS_MIN = 60;
  private static final int PART_LABELS_MIN = 10;
  private static final int EXPLAINED_ROWS = 300;
  private static final int BINS = 10;

  private final int seed;
  private final int threads;

  public IntentTrainer(int seed, int threads) {
    this.seed = seed;
    this.threads = threads;
  }

  /// Trains for all targets; one that cannot be learned says why in its report.
  public IntentModel train(IntentExamples examples) {
    Map<IntentTarget, Served> served = new EnumMap<>(IntentTarget.class);
    List<IntentReport> reports = new ArrayList<>();
    for (IntentTarget target : IntentTarget.values()) {
      try {
        reports.add(train(target, examples, served));
      } catch (LearningException e) {
        LOG.warn("no model for '{}'", target.meaning("en"), e);
        reports.add(IntentReport.without(target, String.valueOf(e.getMessage())));
      }
    }
    return new IntentModel(
        served.isEmpty() ? "" : "intent-" + Long.toString(examples.lastMillis(), 36),
        served,
        examples.popularity(),
        reports);
  }

  private IntentReport train(
      IntentTarget target, IntentExamples examples, Map<IntentTarget, Served> served) {
    long first = examples.firstMillis();
    long span = examples.lastMillis() - first;
    long chooseFrom = first + span * 6 / 10;
    long testFrom = first + span * 8 / 10;
    long outcome = target == IntentTarget.VISIT ? IntentExamples.DAY / 2 : IntentExamples.WEEK;
    List<Row> rows = examples.rows(target);
    Examples train = part(target, rows, Long.MIN_VALUE, chooseFrom - outcome, TRAIN_ROWS_MAX);
    Examples choose = part(target, rows, chooseFrom, testFrom - outcome, PART_ROWS_MAX);
    Examples test = part(target, rows, testFrom, Long.MAX_VALUE, PART_ROWS_MAX);
    for (Examples part : List.of(train, choose, test)) {
      double bought = Arrays.stream(part.labels()).sum();
      if (part.rows() < PART_ROWS_MIN
          || bought < PART_LABELS_MIN
          || part.rows() - bought < PART_LABELS_MIN) {
        return IntentReport.without(
            target,
            "%d, %d and %d examples in the three parts of time are too few, or too much alike"
                .formatted(train.rows(), choose.rows(), test.rows()));
      }
    }
    List<Candidate> candidates = candidates(train, choose);
    List<Figures> figures = new ArrayList<>();
    Candidate best = candidates.getFirst();
    double bestLoss = Double.POSITIVE_INFINITY;
    int half = choose.rows() / 2;
    double[] labels = choose.labels();
    IsotonicCalibration bestCalibration = null;
    for (Candidate candidate : candidates) {
      double[] scores = candidate.model().predict(choose);
      double loss =
          ClassifierMetrics.logLoss(
              clipped(
                  calibration(Arrays.copyOf(scores, half), Arrays.copyOf(labels, half))
                      .apply(Arrays.copyOfRange(scores, half, scores.length))),
              Arrays.copyOfRange(labels, half, labels.length));
      IsotonicCalibration calibration = calibration(scores, labels);
      figures.add(figures(candidate.name(), candidate.model(), calibration, test));
      if (bestCalibration == null || loss < bestLoss) {
        bestLoss = loss;
        best = candidate;
        bestCalibration = calibration;
      }
    }
    if (bestCalibration == null) {
      throw new IllegalStateException("there are always candidates");
    }
    served.put(target, new Served(best.model(), bestCalibration));
    return new IntentReport(
        target,
        train.rows(),
        choose.rows(),
        test.rows(),
        Arrays.stream(test.labels()).average().orElse(0),
        best.name(),
        figures,
        importance(target, best, test),
        "");
  }

  private record Candidate(String name, IntentClassifier model) {}

  private List<Candidate> candidates(Examples train, Examples choose) {
    TreeModel forest =
        TreeTrainer.train(
            train,
            TreeOptions.FOREST.withRounds(100).withLeaves(31).withSeed(seed).withThreads(threads));
    TreeModel boosted =
        TreeTrainer.train(
            train, choose, TreeOptions.BOOSTING.withLeaves(15).withSeed(seed).withThreads(threads));
    return List.of(
        new Candidate("logistic regression", IntentClassifier.Regression.train(train)),
        new Candidate("random forest", new IntentClassifier.Trees(forest)),
        new Candidate("boosted trees", new IntentClassifier.Trees(boosted)));
  }

  private static Examples part(IntentTarget target, List<Row> rows, long from, long to, int max) {
    List<Row> chosen =
        rows.stream().filter(row -> row.atMillis >= from && row.atMillis <= to).toList();
    int every = Math.max(1, (chosen.size() + max - 1) / max);
    Examples.Builder builder = Examples.of(target.columns());
    for (int i = 0; i < chosen.size(); i += every) {
      builder.add(chosen.get(i).bought ? 1 : 0, chosen.get(i).values);
    }
    return builder.build();
  }

  private static IsotonicCalibration calibration(double[] scores, double[] labels) {
    // One more buyer below and one more who does not buy on top, so that a few rows alike are no
    // certainty.
    double[] allScores = Arrays.copyOf(scores, scores.length + 2);
    double[] allLabels = Arrays.copyOf(labels, labels.length + 2);
    allScores[scores.length] = Arrays.stream(scores).min().orElse(0);
    allLabels[scores.length] = 1;
    allScores[scores.length + 1] = Arrays.stream(scores).max().orElse(0);
    return IsotonicCalibration.fit(allScores, allLabels);
  }

  private static double[] clipped(double[] probabilities) {
    return Arrays.stream(probabilities).map(p -> Math.clamp(p, 0.0005, 0.9995)).toArray();
  }

  private static Figures figures(
      String name, Predictor model, IsotonicCalibration calibration, Examples test) {
    double[] labels = test.labels();
    double[] scores = model.predict(test);
    double[] probabilities = clipped(calibration.apply(scores));
    return new Figures(
        name,
        // Calibration ties scores; the order of the model itself is what AUC is about.
        ClassifierMetrics.auc(scores, labels),
        ClassifierMetrics.averagePrecision(scores, labels),
        ClassifierMetrics.logLoss(probabilities, labels),
        ClassifierMetrics.brier(probabilities, labels),
        ClassifierMetrics.calibrationError(probabilities, labels, BINS),
        bins(probabilities, labels));
  }

  private static List<Bin> bins(double[] probabilities, double[] labels) {
    Integer[] order = new Integer[labels.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> probabilities[i]));
    List<Bin> bins = new ArrayList<>();
    for (int bin = 0; bin < BINS; bin++) {
      int from = (int) ((long) order.length * bin / BINS);
      int to = (int) ((long) order.length * (bin + 1) / BINS);
      double predicted = 0;
      double happened = 0;
      for (int i = from; i < to; i++) {
        predicted += probabilities[order[i]] / (to - from);
        happened += labels[order[i]] / (to - from);
      }
      if (to > from) {
        bins.add(new Bin(predicted, happened, to - from));
      }
    }
    return bins;
  }

  private static List<Importance> importance(IntentTarget target, Candidate best, Examples test) {
    int columns = target.columns().size();
    double[] gains = best.model().importance();
    double[] sizes = new double[columns];
    int every = Math.max(1, test.rows() / EXPLAINED_ROWS);
    int explained = 0;
    for (int row = 0; row < test.rows(); row += every) {
      double[] added = best.model().contributions(test.row(row));
      for (int column = 0; column < Math.min(columns, added.length); column++) {
        sizes[column] += Math.abs(added[column]);
      }
      explained++;
    }
    List<Importance> all = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      double gain = column < gains.length ? gains[column] : 0;
      all.add(
          new Importance(
              target.columns().get(column), gain, explained == 0 ? 0 : sizes[column] / explained));
    }
    all.sort(Comparator.comparingDouble((Importance i) -> -i.shap()));
    return all;
  }
}
