// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.learning.ClassifierMetrics;
import dev.proffer.ranker.learning.IsotonicCalibration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Learns one head from rows in the order of time, and keeps it only when its probabilities are
/// better than the plain rate.
///
/// Rows are cut by time into fit, validation and test. On fit each kind learns; on validation its
/// parameters and the kind are chosen, by the log loss on the second half of validation after
/// calibration on the first. The chosen head, calibrated on all of validation, must then beat the
/// rate of everything before on test, by more than the standard error of the mean difference. What
/// is kept has learnt from all rows in the same way; its calibration is that of the chosen head on
/// validation and test, which that head had not seen.
public final class HeadTrainer {
  /// Rows of each label without which nothing is learnt, in all parts together.
  public static final int LABELS_MIN = 100;

  private static final int BINS = 15;

  // Rows of the mean that each step of a calibration gets in addition.
  private static final double PRIOR = 5;

  private static final DeepMachine.Options FACTORS =
      new DeepMachine.Options(8, new int[0], 0, 0.002, 1e-5, 512, 15, 2, 1, 2);
  private static final DeepMachine.Options DEEP =
      new DeepMachine.Options(8, new int[] {32, 16}, 0.2, 0.002, 1e-5, 512, 15, 2, 1, 2);

  private final int threads;
  private final long seed;

  /// What came of it.
  ///
  /// @param head null when nothing better than the rate was found
  /// @param figures on test; null when nothing could be learnt
  /// @param why in one sentence
  public record Result(@Nullable CalibratedHead head, @Nullable Figures figures, String why) {}

  /// Figures of the chosen head on test, before and after calibration.
  ///
  /// @param kind of the head
  /// @param rows of all parts
  /// @param positives of all parts
  /// @param baseLogLoss of the rate of fit and validation
  public record Figures(
      String kind,
      int rows,
      int positives,
      double auc,
      double logLoss,
      double error,
      double calibratedLogLoss,
      double calibratedError,
      double baseLogLoss) {}

  private record Candidate(Refit refit, Head head, double logLoss) {}

  /// Learns again, from more rows, in the same way.
  @FunctionalInterface
  private interface Refit {
    Head on(FieldRows all);
  }

  public HeadTrainer(int threads, long seed) {
    this.threads = threads;
    this.seed = seed;
  }

  /// Learns.
  ///
  /// @param what is predicted, for sentences, such as "clicks"
  /// @param rows in the order of time
  /// @param validationFrom the first row of validation
  /// @param testFrom the first row of test
  public Result train(String what, FieldRows rows, int validationFrom, int testFrom) {
    int positives = (int) Arrays.stream(rows.labels()).sum();
    int negatives = rows.rows() - positives;
    if (positives < LABELS_MIN || negatives < LABELS_MIN) {
      return new Result(
          null,
          null,
          String.format(
              Locale.ROOT,
              "no head for %s: %d rows with and %d without (expected: %d or more of each)",
              what,
              positives,
              negatives,
              LABELS_MIN));
    }
    FieldRows fit = rows.between(0, validationFrom);
    FieldRows validation = rows.between(validationFrom, testFrom);
    FieldRows test = rows.between(testFrom, rows.rows());
    int half = validation.rows() / 2;
    FieldRows calibrating = validation.between(0, half);
    FieldRows choosing = validation.between(half, validation.rows());
    for (FieldRows part : new FieldRows[] {fit, calibrating, choosing, test}) {
      if (!part.hasBothLabels()) {
        return new Result(
            null,
            null,
            String.format(
                Locale.ROOT,
                "no head for %s: in a part of the time all %d rows are alike (expected: rows with"
                    + " and without in fit, validation and test)",
                what,
                part.rows()));
      }
    }
    Candidate best = null;
    for (double l1 : new double[] {0.1, 1}) {
      for (double alpha : new double[] {0.02, 0.1}) {
        for (int passes : new int[] {1, 3}) {
          Refit refit = all -> FtrlRegression.train(all, alpha, l1, 1, passes);
          best = better(best, refit.on(fit), refit, calibrating, choosing);
        }
      }
    }
    for (double l2 : new double[] {1e-5, 1e-4}) {
      best = better(best, machine(FACTORS.withL2(l2), fit, validation), calibrating, choosing);
    }
    best = better(best, machine(DEEP, fit, validation), calibrating, choosing);

    double[] raw = best.head().predict(test);
    double[] calibrated = clamped(calibration(best.head(), validation).apply(raw));
    double rate =
        (positives - Arrays.stream(test.labels()).sum()) / (fit.rows() + validation.rows());
    double[] plain = new double[test.rows()];
    Arrays.fill(plain, Math.clamp(rate, CalibratedHead.LEAST, 1 - CalibratedHead.LEAST));
    Figures figures =
        new Figures(
            best.head().kind(),
            rows.rows(),
            positives,
            ClassifierMetrics.auc(raw, test.labels()),
            ClassifierMetrics.logLoss(raw, test.labels()),
            ClassifierMetrics.calibrationError(raw, test.labels(), BINS),
            ClassifierMetrics.logLoss(calibrated, test.labels()),
            ClassifierMetrics.calibrationError(calibrated, test.labels(), BINS),
            ClassifierMetrics.logLoss(plain, test.labels()));
    double error = standardError(calibrated, plain, test.labels());
    String said =
        String.format(
            Locale.ROOT,
            "log loss %.4f against %.4f of the plain rate on the last %d of %d rows (standard error"
                + " of the difference %.4f), AUC %.3f, calibration error %.4f",
            figures.calibratedLogLoss(),
            figures.baseLogLoss(),
            test.rows(),
            rows.rows(),
            error,
            figures.auc(),
            figures.calibratedError());
    if (!(figures.baseLogLoss() - figures.calibratedLogLoss() > error)) {
      return new Result(
          null, figures, "no head for " + what + ": it is not better than the rate: " + said);
    }
    return new Result(
        new CalibratedHead(
            best.refit().on(rows),
            calibration(best.head(), rows.between(validationFrom, rows.rows()))),
        figures,
        what + " by " + figures.kind() + ": " + said);
  }

  private record Machine(DeepMachine head, Refit refit) {}

  private Machine machine(DeepMachine.Options usual, FieldRows fit, FieldRows validation) {
    DeepMachine.Options options =
        new DeepMachine.Options(
            usual.factors(),
            usual.layers(),
            usual.dropout(),
            usual.learningRate(),
            usual.l2(),
            usual.batch(),
            usual.epochs(),
            usual.patience(),
            seed,
            threads);
    DeepMachine head =
        DeepMachine.train(
            fit,
            validation,
            options,
            predictions -> -ClassifierMetrics.logLoss(predictions, validation.labels()));
    return new Machine(
        head,
        all -> {
          // As many passes as were best; none is looked at in between.
          int[] pass = {0};
          return DeepMachine.train(
              all,
              all.between(0, 1),
              options.withEpochs(Math.max(1, head.epochs())),
              _ -> ++pass[0]);
        });
  }

  private static Candidate better(
      @Nullable Candidate best, Machine machine, FieldRows calibrating, FieldRows choosing) {
    return better(best, machine.head(), machine.refit(), calibrating, choosing);
  }

  private static Candidate better(
      @Nullable Candidate best, Head head, Refit refit, FieldRows calibrating, FieldRows choosing) {
    double logLoss =
        ClassifierMetrics.logLoss(
            clamped(calibration(head, calibrating).apply(head.predict(choosing))),
            choosing.labels());
    return best == null || logLoss < best.logLoss() ? new Candidate(refit, head, logLoss) : best;
  }

  private static IsotonicCalibration calibration(Head head, FieldRows rows) {
    double[] ones = new double[rows.rows()];
    Arrays.fill(ones, 1);
    return IsotonicCalibration.fit(head.predict(rows), rows.labels(), ones, PRIOR);
  }

  private static double[] clamped(double[] probabilities) {
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] =
          Math.clamp(probabilities[i], CalibratedHead.LEAST, 1 - CalibratedHead.LEAST);
    }
    return probabilities;
  }

  private static double standardError(double[] a, double[] b, double[] labels) {
    double[] differences = new double[labels.length];
    double mean = 0;
    for (int i = 0; i < labels.length; i++) {
      differences[i] = labels[i] == 1 ? Math.log(a[i] / b[i]) : Math.log((1 - a[i]) / (1 - b[i]));
      mean += differences[i] / labels.length;
    }
    double squares = 0;
    for (double difference : differences) {
      squares += (difference - mean) * (difference - mean);
    }
    return Math.sqrt(squares / Math.max(1, labels.length - 1) / labels.length);
  }
}
