// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import org.apache.commons.statistics.distribution.NormalDistribution;

/// How many units and days an experiment needs.
///
/// @param unitsControl units of the control
/// @param unitsVariant units of each variant
/// @param days days at the stated traffic, rounded up; whole weeks are advised on top
/// @param unitsSequential units of control and variant together when people look at any time
public record Plan(long unitsControl, long unitsVariant, long days, long unitsSequential) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /// What is to be found.
  ///
  /// @param deviation standard deviation of the metric; `√(p (1 - p))` for a share
  /// @param effect the smallest absolute difference worth finding
  /// @param alpha two-sided level
  /// @param power chance of finding it
  /// @param variantShare share of units in the variant, against the control
  /// @param comparisons number of variants; the level is divided by it
  public record Goal(
      double deviation,
      double effect,
      double alpha,
      double power,
      double variantShare,
      int comparisons) {
    public Goal {
      require(deviation > 0, "deviation", deviation, "above 0");
      require(effect > 0, "effect", effect, "above 0");
      require(alpha > 0 && alpha < 1, "alpha", alpha, "above 0, below 1");
      require(power > 0 && power < 1, "power", power, "above 0, below 1");
      require(
          variantShare > 0 && variantShare < 1, "variant share", variantShare, "above 0, below 1");
      require(comparisons >= 1, "comparisons", comparisons, "1 or more");
    }

    private static void require(boolean met, String name, double value, String expected) {
      if (!met) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
      }
    }
  }

  /// The plan of a goal with so many units a day in the experiment.
  public static Plan of(Goal goal, double unitsADay) {
    if (!(unitsADay > 0)) {
      throw new IllegalArgumentException("units a day: " + unitsADay + " (expected: above 0)");
    }
    double alpha = goal.alpha() / goal.comparisons();
    double z =
        NORMAL.inverseSurvivalProbability(alpha / 2)
            + NORMAL.inverseSurvivalProbability(1 - goal.power());
    double share = goal.variantShare();
    double scaled = goal.deviation() / goal.effect();
    // Var(difference) = s² / (n share) + s² / (n (1 - share)).
    double pair = z * z * scaled * scaled / (share * (1 - share));
    long variant = (long) Math.ceil(pair * share);
    long control = (long) Math.ceil(pair * (1 - share));
    long total = control + variant * goal.comparisons();
    return new Plan(
        control, variant, (long) Math.ceil(total / unitsADay), sequential(goal, alpha, pair));
  }

  /// The smallest difference that so many units of control and variant find.
  public static double detectable(Goal goal, long units) {
    double alpha = goal.alpha() / goal.comparisons();
    double z =
        NORMAL.inverseSurvivalProbability(alpha / 2)
            + NORMAL.inverseSurvivalProbability(1 - goal.power());
    double share = goal.variantShare();
    return z * goal.deviation() / Math.sqrt(units * share * (1 - share));
  }

  /// By bisection: the first size at which the sequence, tuned to it, ends above 0 with the power.
  private static long sequential(Goal goal, double alpha, double fixed) {
    double low = fixed;
    double high = fixed * 20;
    double share = goal.variantShare();
    double z = NORMAL.inverseSurvivalProbability(1 - goal.power());
    for (int i = 0; i < 60; i++) {
      double units = (low + high) / 2;
      double error = goal.deviation() / Math.sqrt(units * share * (1 - share));
      double width =
          new ConfidenceSequence(alpha, Math.max(1, units)).halfWidth((long) units, error);
      if (width + z * error <= goal.effect()) {
        high = units;
      } else {
        low = units;
      }
    }
    return (long) Math.ceil(high);
  }
}
