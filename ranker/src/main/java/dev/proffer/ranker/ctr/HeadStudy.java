// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.IsotonicCalibration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Trains each kind of head on one part, chooses its parameters on another, and measures it on the
/// third.
///
/// What is chosen is by AUC on validation. Each head is then calibrated by isotonic regression on
/// validation, and its probabilities on test are judged before and after.
public final class HeadStudy {
  private static final int BINS = 15;

  /// Figures of one head on test.
  ///
  /// @param error calibration error before the calibration
  /// @param calibratedError the same after it
  public record Row(
      String name,
      String parameters,
      double validationAuc,
      double auc,
      double logLoss,
      double error,
      double calibratedLogLoss,
      double calibratedError,
      double seconds) {}

  /// All heads, and the name of the best on validation.
  public record Report(List<Row> rows, String chosen) {}

  private record Candidate(String parameters, Head head, double auc) {}

  private final FieldFolder.Parts parts;
  private final int threads;
  private final long seed;
  private final Consumer<String> say;

  /// @param say hears what was tried
  public HeadStudy(FieldFolder.Parts parts, int threads, long seed, Consumer<String> say) {
    this.parts = parts;
    this.threads = threads;
    this.seed = seed;
    this.say = say;
  }

  public Report run() {
    List<Row> rows = new ArrayList<>();
    rows.add(
        measure(
            "FTRL logistic regression",
            candidates -> {
              for (double l1 : new double[] {0.1, 1}) {
                for (double alpha : new double[] {0.05, 0.2}) {
                  offer(
                      candidates,
                      "alpha " + alpha + ", l1 " + l1,
                      FtrlRegression.train(parts.train(), alpha, l1, 1, 3));
                }
              }
            }));
    rows.add(
        measure(
            "factorisation machine",
            candidates -> {
              for (double l2 : new double[] {1e-5, 1e-4}) {
                offer(candidates, "l2 " + l2, machine(DeepMachine.Options.FACTORS.withL2(l2)));
              }
            }));
    rows.add(
        measure(
            "deep factorisation machine",
            candidates -> {
              for (double dropout : new double[] {0.2, 0.4}) {
                offer(
                    candidates,
                    "dropout " + dropout,
                    machine(DeepMachine.Options.DEEP.withDropout(dropout)));
              }
            }));
    Row best = rows.getFirst();
    for (Row row : rows) {
      best = row.validationAuc() > best.validationAuc() ? row : best;
    }
    return new Report(List.copyOf(rows), best.name());
  }

  private DeepMachine machine(DeepMachine.Options options) {
    return DeepMachine.train(
        parts.train(),
        parts.validation(),
        new DeepMachine.Options(
            options.factors(),
            options.layers(),
            options.dropout(),
            options.learningRate(),
            options.l2(),
            options.batch(),
            options.epochs(),
            options.patience(),
            seed,
            threads),
        predictions -> ClassifierMetrics.auc(predictions, parts.validation().labels()));
  }

  private void offer(List<Candidate> candidates, String parameters, Head head) {
    double auc =
        ClassifierMetrics.auc(head.predict(parts.validation()), parts.validation().labels());
    say.accept(String.format(java.util.Locale.ROOT, "  %s: validation AUC %.4f", parameters, auc));
    candidates.add(new Candidate(parameters, head, auc));
  }

  private Row measure(String name, Consumer<List<Candidate>> tries) {
    say.accept(name);
    long start = System.nanoTime();
    List<Candidate> candidates = new ArrayList<>();
    tries.accept(candidates);
    Candidate best = candidates.getFirst();
    for (Candidate candidate : candidates) {
      best = candidate.auc() > best.auc() ? candidate : best;
    }
    double[] labels = parts.test().labels();
    double[] raw = best.head().predict(parts.test());
    double[] calibrated =
        IsotonicCalibration.fit(
                best.head().predict(parts.validation()), parts.validation().labels())
            .apply(raw);
    // A step of the isotonic function may say 0 or 1, which no data can justify.
    for (int i = 0; i < calibrated.length; i++) {
      calibrated[i] = Math.clamp(calibrated[i], 1e-4, 1 - 1e-4);
    }
    return new Row(
        name,
        best.parameters(),
        best.auc(),
        ClassifierMetrics.auc(raw, labels),
        ClassifierMetrics.logLoss(raw, labels),
        ClassifierMetrics.calibrationError(raw, labels, BINS),
        ClassifierMetrics.logLoss(calibrated, labels),
        ClassifierMetrics.calibrationError(calibrated, labels, BINS),
        (System.nanoTime() - start) / 1e9);
  }

  /// Figures by their stable names.
  public static Map<String, Double> figures(Row row) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("auc", row.auc());
    figures.put("log_loss", row.logLoss());
    figures.put("calibration_error", row.error());
    figures.put("calibrated_log_loss", row.calibratedLogLoss());
    figures.put("calibrated_error", row.calibratedError());
    figures.put("validation_auc", row.validationAuc());
    figures.put("seconds", row.seconds());
    return figures;
  }
}
