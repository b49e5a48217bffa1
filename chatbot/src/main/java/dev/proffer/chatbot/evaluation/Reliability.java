// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

/// Whether probabilities are true: of all answers given with 80 %, four fifths should be right.
/// [#expectedError] is the expected calibration error over ten bins of equal width (Naeini, Cooper
/// and Hauskrecht, 2015): the mean distance between what was said and what came true, each bin
/// weighted by its answers.
final class Reliability {
  private static final int BINS = 10;

  private final double[] said = new double[BINS];
  private final int[] right = new int[BINS];
  private final int[] answers = new int[BINS];
  private double squares;
  private int all;

  void add(double probability, boolean hit) {
    int bin = Math.clamp((int) (probability * BINS), 0, BINS - 1);
    said[bin] += probability;
    right[bin] += hit ? 1 : 0;
    answers[bin]++;
    squares += Math.pow(probability - (hit ? 1 : 0), 2);
    all++;
  }

  double expectedError() {
    double error = 0;
    for (int bin = 0; bin < BINS; bin++) {
      error += Math.abs(said[bin] - right[bin]);
    }
    return all == 0 ? 0 : error / all;
  }

  /// The mean squared distance to what came true (Brier).
  double brier() {
    return all == 0 ? 0 : squares / all;
  }
}
