// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// What a policy would have earned over several visits of a person, from the log of another policy:
/// weighted per-decision importance sampling (Precup, Sutton & Singh 2000).
///
/// Every visit begins a stretch of so many visits. The reward of the k-th visit of a stretch counts
/// with the product of the ratios up to it, and each k is normalised by the sum of its products:
/// `Σ_k γ^k Σ_i ρ_i,0..k r_i,k / Σ_i ρ_i,0..k`. Intervals are by a bootstrap of people, because the
/// stretches of a person overlap.
public final class SequentialEvaluation {
  /// One person's visits in order of time.
  ///
  /// @param ratio probability of the choice under the target over its propensity
  @SuppressWarnings("ArrayRecordComponent") // Columns of a log.
  public record Visits(double[] ratio, double[] reward) {
    public Visits {
      if (ratio.length != reward.length) {
        throw new IllegalArgumentException("visits: as many rewards as ratios are needed");
      }
      for (int i = 0; i < ratio.length; i++) {
        if (!(ratio[i] >= 0) || Double.isInfinite(ratio[i]) || !Double.isFinite(reward[i])) {
          throw new IllegalArgumentException(
              "visit "
                  + i
                  + ": ratio "
                  + ratio[i]
                  + ", reward "
                  + reward[i]
                  + " (expected: numbers)");
        }
      }
    }
  }

  /// What came out.
  ///
  /// @param effective effective number of stretches at the last visit
  /// @param refusals why the log cannot answer; empty when it can
  public record Result(Interval value, double effective, List<String> refusals) {
    public boolean refused() {
      return !refusals.isEmpty();
    }
  }

  private static final double EFFECTIVE_MIN = 100;

  private SequentialEvaluation() {}

  /// Estimates what the visits of people are worth.
  ///
  /// @param horizon visits of a stretch
  /// @param patience what a reward at the next visit counts
  public static Result evaluate(
      List<Visits> people, int horizon, double patience, int samples, long seed) {
    if (horizon < 1 || !(patience >= 0 && patience <= 1) || samples < 100) {
      throw new IllegalArgumentException(
          "horizon, patience, samples: expected 1 or more, 0 to 1, 100 or more");
    }
    int n = people.size();
    // By person and visit of a stretch: sums of weights, of weighted rewards, of squared weights.
    double[][] weight = new double[n][horizon];
    double[][] earned = new double[n][horizon];
    double effectiveSum = 0;
    double effectiveSquares = 0;
    for (int p = 0; p < n; p++) {
      Visits visits = people.get(p);
      for (int start = 0; start + horizon <= visits.ratio().length; start++) {
        double product = 1;
        for (int k = 0; k < horizon; k++) {
          product *= visits.ratio()[start + k];
          weight[p][k] += product;
          earned[p][k] += product * visits.reward()[start + k];
        }
        effectiveSum += product;
        effectiveSquares += product * product;
      }
    }
    int[] once = new int[n];
    Arrays.fill(once, 1);
    double value = value(weight, earned, once, patience);
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[samples];
    int[] drawn = new int[n];
    for (int s = 0; s < samples; s++) {
      Arrays.fill(drawn, 0);
      for (int i = 0; i < n; i++) {
        drawn[random.nextInt(n)]++;
      }
      values[s] = value(weight, earned, drawn, patience);
    }
    Arrays.sort(values);
    double mean = Arrays.stream(values).average().orElse(0);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double effective = effectiveSquares == 0 ? 0 : effectiveSum * effectiveSum / effectiveSquares;
    List<String> refusals = new ArrayList<>();
    if (effective < EFFECTIVE_MIN) {
      refusals.add(
          String.format(
              Locale.ROOT,
              "the log is worth %.0f stretches of %d visits (at least %.0f are needed)",
              effective,
              horizon,
              EFFECTIVE_MIN));
    }
    return new Result(
        new Interval(
            value,
            Math.sqrt(squares / (samples - 1)),
            values[(int) (.025 * samples)],
            values[Math.min(samples - 1, (int) (.975 * samples))]),
        effective,
        refusals);
  }

  private static double value(double[][] weight, double[][] earned, int[] times, double patience) {
    double value = 0;
    double later = 1;
    int horizon = weight.length == 0 ? 0 : weight[0].length;
    for (int k = 0; k < horizon; k++) {
      double sum = 0;
      double total = 0;
      for (int p = 0; p < times.length; p++) {
        sum += times[p] * earned[p][k];
        total += times[p] * weight[p][k];
      }
      value += total == 0 ? 0 : later * sum / total;
      later *= patience;
    }
    return value;
  }
}
