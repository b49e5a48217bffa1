// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Estimates what a target policy would have earned, from a log of another policy.
///
/// Every estimator is `mean(a) + Σ b / Σ c` of three columns, which gives one bootstrap and one
/// standard error for all of them. Reward models and the thresholds of Switch-DR and DRos are held
/// fixed over bootstrap samples.
public final class OffPolicyEvaluation {
  private static final Estimator[] ESTIMATORS = Estimator.values();
  // Quantiles of the weights that are tried as thresholds.
  private static final double[] THRESHOLD_QUANTILES = {.5, .75, .9, .95, .99, .999, 1};

  private static final double LOG_2_OVER_DELTA = Math.log(2 / .05);

  /// What came out.
  ///
  /// @param overlap whether the log can answer
  /// @param refusals why it cannot; empty when it can
  /// @param loggedValue the mean reward of the policy that made the log
  /// @param estimates the estimates; they are given with a refusal too, for diagnosis only. DM has
  ///   no interval: resampling decisions does not show what its model gets wrong
  /// @param switchThreshold τ of Switch-DR
  /// @param shrinkage λ of DRos
  public record Result(
      Overlap overlap,
      List<String> refusals,
      Interval loggedValue,
      Map<Estimator, Interval> estimates,
      double switchThreshold,
      double shrinkage) {
    public boolean refused() {
      return !refusals.isEmpty();
    }
  }

  private final LoggedDecisions log;
  private final Overlap overlap;
  // Columns by decision: weight, modelled value of the target, reward, and what corrections add.
  private final double[] weight;
  private final double[] value;
  private final double[] weighted;
  private final double[] correction;
  private final double[] switched;
  private final double[] shrunk;
  private final double threshold;
  private final double shrinkage;

  /// Chooses the thresholds of Switch-DR and DRos by their estimated mean squared error.
  public OffPolicyEvaluation(LoggedDecisions log, TargetPolicy target, RewardModel model) {
    this(log, target, model, Double.NaN, Double.NaN);
  }

  /// Uses these thresholds; not-a-number means to choose one.
  public OffPolicyEvaluation(
      LoggedDecisions log,
      TargetPolicy target,
      RewardModel model,
      double switchThreshold,
      double shrinkage) {
    this.log = log;
    int n = log.size();
    weight = new double[n];
    value = new double[n];
    weighted = new double[n];
    correction = new double[n];
    double[] residual = new double[n];
    for (int i = 0; i < n; i++) {
      double total = 0;
      for (int a = 0; a < log.actions(); a++) {
        double p = target.probability(i, a);
        if (!(p >= 0 && p <= 1 + 1e-9)) {
          throw new IllegalArgumentException(
              "decision "
                  + i
                  + ", action "
                  + a
                  + ": the target has probability "
                  + p
                  + " (expected: 0 to 1)");
        }
        total += p;
        if (p > 0) {
          value[i] += p * model.expectedReward(i, a);
        }
      }
      if (Math.abs(total - 1) > 1e-6) {
        throw new IllegalArgumentException(
            "decision " + i + ": the target's probabilities add up to " + total + " (expected: 1)");
      }
      int chosen = log.action()[i];
      weight[i] = target.probability(i, chosen) / log.propensity()[i];
      weighted[i] = weight[i] * log.reward()[i];
      residual[i] = log.reward()[i] - model.expectedReward(i, chosen);
      correction[i] = weight[i] * residual[i];
    }
    overlap = Overlap.of(log, target);
    double[] candidates = quantiles(weight);
    threshold =
        Double.isNaN(switchThreshold) ? bestThreshold(candidates, residual) : switchThreshold;
    this.shrinkage = Double.isNaN(shrinkage) ? bestShrinkage(candidates, residual) : shrinkage;
    switched = new double[n];
    shrunk = new double[n];
    for (int i = 0; i < n; i++) {
      switched[i] = weight[i] <= threshold ? correction[i] : 0;
      shrunk[i] = shrink(weight[i], this.shrinkage) * residual[i];
    }
  }

  /// The point estimate of one estimator.
  public double estimate(Estimator estimator) {
    int[] once = new int[log.size()];
    Arrays.fill(once, 1);
    return columns(estimator).value(once);
  }

  public Overlap overlap() {
    return overlap;
  }

  /// All estimates with intervals of `samples` bootstrap samples.
  public Result evaluate(Overlap.Limits limits, int samples, double confidence, long seed) {
    if (samples < 100 || samples > 100_000) {
      throw new IllegalArgumentException("samples: " + samples + " (expected: 100 to 100000)");
    }
    if (!(confidence > .5 && confidence < 1)) {
      throw new IllegalArgumentException(
          "confidence: " + confidence + " (expected: above .5, below 1)");
    }
    int[] once = new int[log.size()];
    Arrays.fill(once, 1);
    Columns[] columns = Arrays.stream(ESTIMATORS).map(this::columns).toArray(Columns[]::new);
    Interval[] intervals =
        intervals(columns, once, samples, confidence, new SplittableRandom(seed));
    Map<Estimator, Interval> estimates = new EnumMap<>(Estimator.class);
    for (int e = 0; e < ESTIMATORS.length; e++) {
      estimates.put(
          ESTIMATORS[e],
          ESTIMATORS[e] == Estimator.DM
              ? new Interval(intervals[e].value(), Double.NaN, Double.NaN, Double.NaN)
              : intervals[e]);
    }
    Columns logged = new Columns(new double[log.size()], log.reward(), ones());
    return new Result(
        overlap,
        overlap.objections(limits),
        intervals(new Columns[] {logged}, once, samples, confidence, new SplittableRandom(seed))[0],
        estimates,
        threshold,
        shrinkage);
  }

  /// How often the interval of an estimator covers a known truth over repeated bootstraps of this
  /// log.
  public double coverage(
      Estimator estimator, double truth, int repeats, int samples, double confidence, long seed) {
    int[] once = new int[log.size()];
    Arrays.fill(once, 1);
    Columns[] columns = {columns(estimator)};
    SplittableRandom random = new SplittableRandom(seed);
    int covered = 0;
    for (int r = 0; r < repeats; r++) {
      covered += intervals(columns, once, samples, confidence, random)[0].covers(truth) ? 1 : 0;
    }
    return covered / (double) repeats;
  }

  /// The harder question: how often it covers when the log itself is drawn anew each time, as if
  /// this log were the world. The drawn logs scatter around this one, not around the truth, so the
  /// share is low whenever this log is off by chance.
  public double coverageOfRedrawnLogs(
      Estimator estimator, double truth, int logs, int samples, double confidence, long seed) {
    Columns[] columns = {columns(estimator)};
    SplittableRandom random = new SplittableRandom(seed);
    int[] drawn = new int[log.size()];
    int covered = 0;
    for (int l = 0; l < logs; l++) {
      Arrays.fill(drawn, 0);
      for (int i = 0; i < drawn.length; i++) {
        drawn[random.nextInt(drawn.length)]++;
      }
      covered += intervals(columns, drawn, samples, confidence, random)[0].covers(truth) ? 1 : 0;
    }
    return covered / (double) logs;
  }

  /// Studentised bootstrap intervals of a sample that holds decision `i` so many times. Rewards of
  /// shops are rare and weights are skewed, and there percentile intervals end too early on the
  /// right; studentised ones are second-order correct (Efron & Tibshirani 1993, chapter 12).
  private static Interval[] intervals(
      Columns[] columns, int[] times, int samples, double confidence, SplittableRandom random) {
    int[] members = new int[Arrays.stream(times).sum()];
    int at = 0;
    for (int i = 0; i < times.length; i++) {
      for (int k = 0; k < times[i]; k++) {
        members[at++] = i;
      }
    }
    double[] value = new double[columns.length];
    double[] error = new double[columns.length];
    for (int e = 0; e < columns.length; e++) {
      value[e] = columns[e].value(times);
      error[e] = columns[e].standardError(times, value[e]);
    }
    double[][] studentised = new double[columns.length][samples];
    double[][] values = new double[columns.length][samples];
    int[] drawn = new int[times.length];
    for (int s = 0; s < samples; s++) {
      Arrays.fill(drawn, 0);
      for (int k = 0; k < members.length; k++) {
        drawn[members[random.nextInt(members.length)]]++;
      }
      for (int e = 0; e < columns.length; e++) {
        double sample = columns[e].value(drawn);
        double sampleError = columns[e].standardError(drawn, sample);
        values[e][s] = sample;
        studentised[e][s] = sampleError > 0 ? (sample - value[e]) / sampleError : 0;
      }
    }
    double tail = (1 - confidence) / 2;
    Interval[] intervals = new Interval[columns.length];
    for (int e = 0; e < columns.length; e++) {
      Arrays.sort(studentised[e]);
      double mean = Arrays.stream(values[e]).average().orElse(0);
      double squares = Arrays.stream(values[e]).map(x -> (x - mean) * (x - mean)).sum();
      intervals[e] =
          new Interval(
              value[e],
              Math.sqrt(squares / (samples - 1)),
              value[e] - quantile(studentised[e], 1 - tail) * error[e],
              value[e] - quantile(studentised[e], tail) * error[e]);
    }
    return intervals;
  }

  private static double quantile(double[] sorted, double p) {
    double at = p * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  private static double[] quantiles(double[] weights) {
    double[] sorted = weights.clone();
    Arrays.sort(sorted);
    return Arrays.stream(THRESHOLD_QUANTILES)
        .map(p -> quantile(sorted, p))
        .filter(t -> t > 0)
        .distinct()
        .toArray();
  }

  private double bestThreshold(double[] candidates, double[] residual) {
    double best = Double.POSITIVE_INFINITY;
    double bestError = Double.POSITIVE_INFINITY;
    for (double candidate : candidates) {
      double error = error(residual, w -> w <= candidate ? w : 0);
      if (error < bestError) {
        bestError = error;
        best = candidate;
      }
    }
    return best;
  }

  private double bestShrinkage(double[] candidates, double[] residual) {
    double best = Double.POSITIVE_INFINITY;
    double bestError = error(residual, w -> w);
    for (double candidate : candidates) {
      double lambda = candidate * candidate;
      double error = error(residual, w -> shrink(w, lambda));
      if (error < bestError) {
        bestError = error;
        best = lambda;
      }
    }
    return best;
  }

  private static double shrink(double w, double lambda) {
    return Double.isInfinite(lambda) ? w : lambda * w / (w * w + lambda);
  }

  /// Estimated mean squared error of DR with changed weights (Su et al. 2020, section 5): sample
  /// variance plus the square of an upper bound (Bernstein, 95 %) on the bias that the change adds.
  /// The bound, not the estimate: with few rewards the bias of a model cannot be seen, and taking
  /// it for nothing would choose the model and a far too narrow interval.
  private double error(double[] residual, java.util.function.DoubleUnaryOperator change) {
    int n = residual.length;
    double sum = 0;
    double squares = 0;
    double bias = 0;
    double biasSquares = 0;
    double biasMax = 0;
    for (int i = 0; i < n; i++) {
      double changed = change.applyAsDouble(weight[i]);
      double term = value[i] + changed * residual[i];
      sum += term;
      squares += term * term;
      double added = (changed - weight[i]) * residual[i];
      bias += added;
      biasSquares += added * added;
      biasMax = Math.max(biasMax, Math.abs(added));
    }
    double mean = sum / n;
    double bound =
        Math.abs(bias / n)
            + Math.sqrt(2 * LOG_2_OVER_DELTA * (biasSquares / n) / n)
            + 2 * biasMax * LOG_2_OVER_DELTA / (3.0 * n);
    return (squares / n - mean * mean) / n + bound * bound;
  }

  private double[] ones() {
    double[] ones = new double[log.size()];
    Arrays.fill(ones, 1);
    return ones;
  }

  private Columns columns(Estimator estimator) {
    double[] none = new double[log.size()];
    return switch (estimator) {
      case DM -> new Columns(value, none, ones());
      case IPS -> new Columns(none, weighted, ones());
      case SNIPS -> new Columns(none, weighted, weight);
      case DR -> new Columns(value, correction, ones());
      case SNDR -> new Columns(value, correction, weight);
      case SWITCH_DR -> new Columns(value, switched, ones());
      case DR_OS -> new Columns(value, shrunk, ones());
    };
  }

  /// An estimator as `mean(a) + Σ b / Σ c`.
  @SuppressWarnings("ArrayRecordComponent") // Shared columns, never changed.
  private record Columns(double[] a, double[] b, double[] c) {
    double value(int[] times) {
      double sumA = 0;
      double sumB = 0;
      double sumC = 0;
      long count = 0;
      for (int i = 0; i < times.length; i++) {
        int k = times[i];
        sumA += k * a[i];
        sumB += k * b[i];
        sumC += k * c[i];
        count += k;
      }
      return sumA / count + (sumC == 0 ? 0 : sumB / sumC);
    }

    /// From the influence of each decision (delta method).
    double standardError(int[] times, double value) {
      double sumA = 0;
      double sumC = 0;
      long count = 0;
      for (int i = 0; i < times.length; i++) {
        sumA += times[i] * a[i];
        sumC += times[i] * c[i];
        count += times[i];
      }
      if (sumC == 0 || count < 2) {
        return 0;
      }
      double meanA = sumA / count;
      double meanC = sumC / count;
      double ratio = value - meanA;
      double squares = 0;
      for (int i = 0; i < times.length; i++) {
        double influence = a[i] - meanA + (b[i] - ratio * c[i]) / meanC;
        squares += times[i] * influence * influence;
      }
      return Math.sqrt(squares / (count - 1) / count);
    }
  }
}
