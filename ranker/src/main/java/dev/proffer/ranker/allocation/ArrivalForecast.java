// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

/// How many people are still to come in a campaign: the forecast of past traffic, corrected by how
/// many came so far.
///
/// The share of people that has come by each part of the campaign is taken as known; the number is
/// not. It is estimated with the weight of [#PRIOR] people for the forecast, so that it follows the
/// traffic soon but not the first few people.
public final class ArrivalForecast {
  private static final double PRIOR = 200;

  private final double expected;
  private final double[] cumulative;

  /// @param expected people in the whole campaign
  /// @param weights of parts of equal length, such as hours; at least one above 0
  public ArrivalForecast(double expected, double[] weights) {
    this.cumulative = new double[weights.length + 1];
    for (int i = 0; i < weights.length; i++) {
      cumulative[i + 1] = cumulative[i] + Math.max(0, weights[i]);
    }
    double all = cumulative[weights.length];
    if (!(expected > 0) || !(all > 0)) {
      throw new IllegalArgumentException(
          "expected: " + expected + " (expected: above 0, and weights that are not all 0)");
    }
    for (int i = 0; i <= weights.length; i++) {
      cumulative[i] /= all;
    }
    this.expected = expected;
  }

  /// The people who are expected after now.
  ///
  /// @param done the share of the campaign's time that is over, 0 to 1
  /// @param came the people who came until now
  public double rest(double done, long came) {
    double at = Math.clamp(done, 0.0, 1.0) * (cumulative.length - 1);
    int part = (int) Math.min(at, cumulative.length - 2.0);
    double share = cumulative[part] + (at - part) * (cumulative[part + 1] - cumulative[part]);
    double total = (came + PRIOR) / (share + PRIOR / expected);
    return Math.max(0, total * (1 - share));
  }
}
