// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import java.util.stream.IntStream;

/// What would have been gained by treating the people with the highest scores first, measured on a
/// trial that treated at random. People with equal scores cannot be told apart and count as one
/// step, so no figure depends on their order.
public final class UpliftCurve {
  // Cumulated over people by falling score, after each step; entry 0 is before anybody.
  private final int steps;
  private final double[] treated;
  private final double[] others;
  private final double[] treatedOutcome;
  private final double[] otherOutcome;

  public UpliftCurve(double[] scores, Trial trial) {
    if (scores.length != trial.size() || scores.length == 0) {
      throw new IllegalArgumentException(
          "scores: " + scores.length + " (expected: one a person = " + trial.size() + ")");
    }
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted((a, b) -> Double.compare(scores[b], scores[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    treated = new double[scores.length + 1];
    others = new double[scores.length + 1];
    treatedOutcome = new double[scores.length + 1];
    otherOutcome = new double[scores.length + 1];
    int step = 0;
    for (int i = 0; i < order.length; i++) {
      if (i == 0 || scores[order[i]] != scores[order[i - 1]]) {
        step++;
        treated[step] = treated[step - 1];
        others[step] = others[step - 1];
        treatedOutcome[step] = treatedOutcome[step - 1];
        otherOutcome[step] = otherOutcome[step - 1];
      }
      if (trial.isTreated(order[i])) {
        treated[step]++;
        treatedOutcome[step] += trial.outcome(order[i]);
      } else {
        others[step]++;
        otherOutcome[step] += trial.outcome(order[i]);
      }
    }
    steps = step;
    if (treated[steps] == 0 || others[steps] == 0) {
      throw new IllegalArgumentException("trial: one group is empty (expected: both have people)");
    }
  }

  /// The mean outcome of the treated less that of the others, over all people.
  public double averageEffect() {
    return treatedOutcome[steps] / treated[steps] - otherOutcome[steps] / others[steps];
  }

  /// Radcliffe's Qini curve after a step: the treated outcomes less those that as many people
  /// without treatment would have had, for each treated person of the trial.
  private double qini(int step) {
    if (treated[step] == 0) {
      return 0;
    }
    // Without anybody to compare with, nothing is known to be gained.
    double expected =
        others[step] == 0
            ? treatedOutcome[step]
            : otherOutcome[step] * treated[step] / others[step];
    return (treatedOutcome[step] - expected) / treated[steps];
  }

  /// The cumulative gain after a step: the effect among those reached, times their share.
  private double gain(int step) {
    if (treated[step] == 0 || others[step] == 0) {
      return 0;
    }
    double effect = treatedOutcome[step] / treated[step] - otherOutcome[step] / others[step];
    return effect * share(step);
  }

  private double share(int step) {
    return (treated[step] + others[step]) / (treated[steps] + others[steps]);
  }

  /// The area between the Qini curve and the line of random targeting, over the share of people
  /// from 0 to 1: outcomes per person, not divided by that of a perfect model.
  public double qiniCoefficient() {
    double area = 0;
    for (int step = 1; step <= steps; step++) {
      area += (share(step) - share(step - 1)) * (qini(step) + qini(step - 1)) / 2;
    }
    return area - qini(steps) / 2;
  }

  /// The area under the cumulative gain, over the share of people from 0 to 1. Random targeting has
  /// half of the average effect.
  public double areaUnderUplift() {
    double area = 0;
    for (int step = 1; step <= steps; step++) {
      area += (share(step) - share(step - 1)) * (gain(step) + gain(step - 1)) / 2;
    }
    return area;
  }

  /// The effect among the share of people with the highest scores; a step that only fits in part
  /// counts in part. Not a number when one group has nobody there.
  ///
  /// @param top above 0, at most 1
  public double upliftAt(double top) {
    if (!(top > 0 && top <= 1)) {
      throw new IllegalArgumentException("top: " + top + " (expected: above 0, at most 1)");
    }
    int step = 1;
    while (step < steps && share(step) < top) {
      step++;
    }
    double before = share(step - 1);
    double part = Math.min(1, (top - before) / (share(step) - before));
    double there = treated[step - 1] + part * (treated[step] - treated[step - 1]);
    double elsewhere = others[step - 1] + part * (others[step] - others[step - 1]);
    double gained =
        treatedOutcome[step - 1] + part * (treatedOutcome[step] - treatedOutcome[step - 1]);
    double anyway = otherOutcome[step - 1] + part * (otherOutcome[step] - otherOutcome[step - 1]);
    return gained / there - anyway / elsewhere;
  }
}
