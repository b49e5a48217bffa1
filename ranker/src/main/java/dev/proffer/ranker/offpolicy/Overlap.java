// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Whether a log can answer for a target policy: how much of what the target would do was done.
///
/// @param decisions number of logged decisions
/// @param rewarded number of decisions with a reward other than 0
/// @param effectiveSampleSize `(Σ w)² / Σ w²`, Kish: the number of decisions by the target that
///   carry as much
/// @param effectiveShare the same over the number of decisions
/// @param weightMax the largest weight
/// @param weightMaxShare the largest weight over the sum of weights
/// @param weightMean the mean weight; 1 in expectation when propensities are right and every action
///   of the target is possible
/// @param weightMeanZ how many standard errors the mean weight is from 1
/// @param unsupportedMass the share of the target's choices that fall on actions the log never took
///   in that position
public record Overlap(
    int decisions,
    int rewarded,
    double effectiveSampleSize,
    double effectiveShare,
    double weightMax,
    double weightMaxShare,
    double weightMean,
    double weightMeanZ,
    double unsupportedMass) {
  /// When a log must not be asked.
  ///
  /// @param effectiveSampleSizeMin least effective sample size
  /// @param effectiveShareMin least effective share
  /// @param weightMaxShareMax most that one decision may weigh
  /// @param unsupportedMassMax most of the target's choices that the log never made
  /// @param weightMeanZMax how far the mean weight may be from 1, in standard errors
  /// @param rewardedMin least number of rewarded decisions
  public record Limits(
      double effectiveSampleSizeMin,
      double effectiveShareMin,
      double weightMaxShareMax,
      double unsupportedMassMax,
      double weightMeanZMax,
      int rewardedMin) {
    public static final Limits DEFAULT = new Limits(200, .1, .05, .05, 4, 10);
  }

  static Overlap of(LoggedDecisions log, TargetPolicy target) {
    int n = log.size();
    double sum = 0;
    double squares = 0;
    double max = 0;
    int rewarded = 0;
    boolean[] taken = new boolean[log.actions() * log.positions()];
    for (int i = 0; i < n; i++) {
      double w = target.probability(i, log.action()[i]) / log.propensity()[i];
      sum += w;
      squares += w * w;
      max = Math.max(max, w);
      rewarded += log.reward()[i] != 0 ? 1 : 0;
      taken[log.action()[i] * log.positions() + log.position()[i]] = true;
    }
    double unsupported = 0;
    for (int i = 0; i < n; i++) {
      for (int a = 0; a < log.actions(); a++) {
        if (!taken[a * log.positions() + log.position()[i]]) {
          unsupported += target.probability(i, a);
        }
      }
    }
    double mean = sum / n;
    double variance = n < 2 ? 0 : Math.max(0, squares - n * mean * mean) / (n - 1);
    double error = Math.sqrt(variance / n);
    double effective = squares == 0 ? 0 : sum * sum / squares;
    double z = error == 0 ? (Math.abs(mean - 1) < 1e-9 ? 0 : Double.MAX_VALUE) : (mean - 1) / error;
    return new Overlap(
        n,
        rewarded,
        effective,
        effective / n,
        max,
        sum == 0 ? 0 : max / sum,
        mean,
        z,
        unsupported / n);
  }

  /// Why the log must not be asked, in sentences; empty when it may be.
  public List<String> objections(Limits limits) {
    List<String> reasons = new ArrayList<>();
    if (unsupportedMass > limits.unsupportedMassMax()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "%.1f %% of what the policy would do was never tried in the log (limit %.1f %%)",
              100 * unsupportedMass,
              100 * limits.unsupportedMassMax()));
    }
    if (effectiveSampleSize < limits.effectiveSampleSizeMin()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "the log is worth %.0f decisions of the policy (at least %.0f are needed)",
              effectiveSampleSize,
              limits.effectiveSampleSizeMin()));
    }
    if (effectiveShare < limits.effectiveShareMin()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "only %.2f %% of the log is effective (at least %.2f %% is needed)",
              100 * effectiveShare,
              100 * limits.effectiveShareMin()));
    }
    if (weightMaxShare > limits.weightMaxShareMax()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "one decision alone weighs %.1f %% of the log (limit %.1f %%)",
              100 * weightMaxShare,
              100 * limits.weightMaxShareMax()));
    }
    if (Math.abs(weightMeanZ) > limits.weightMeanZMax()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "the mean weight is %.3f, %.1f standard errors from 1: the propensities of the log"
                  + " are not those of the policy that made it, or it could not make some choices",
              weightMean,
              Math.min(999, Math.abs(weightMeanZ))));
    }
    if (rewarded < limits.rewardedMin()) {
      reasons.add(
          "only "
              + rewarded
              + " decisions were rewarded (at least "
              + limits.rewardedMin()
              + " are needed)");
    }
    return List.copyOf(reasons);
  }
}
