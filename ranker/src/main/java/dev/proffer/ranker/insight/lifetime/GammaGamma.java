// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.lifetime;

import static dev.proffer.ranker.insight.lifetime.Special.logGamma;

import java.util.List;

/// The gamma-gamma model of spending (Fader and Hardie, 2013): the values of a person's purchases
/// are gamma(p, ν) distributed, and ν is gamma(q, v) distributed over people. It pulls the mean of
/// a person with few purchases towards the mean of all.
///
/// @param p shape of the values of a person
/// @param q shape over people, above 1 so that the mean over people exists
/// @param v scale over people, in minor units
public record GammaGamma(double p, double q, double v) {
  private static final double LOG_MAX = 25;

  public GammaGamma {
    if (!(p > 0) || !(q > 1) || !(v > 0)) {
      throw new IllegalArgumentException(
          "p: %s, q: %s, v: %s (expected: p and v above 0, q above 1)".formatted(p, q, v));
    }
  }

  /// Finds the parameters of largest likelihood from people with a repeat purchase.
  public static GammaGamma fit(List<RepeatHistory> people, double penalty) {
    List<RepeatHistory> known =
        people.stream().filter(p -> p.repeats() > 0 && p.meanRepeatValue() > 0).toList();
    if (known.isEmpty()) {
      throw new IllegalArgumentException("people: none has bought again (expected: some)");
    }
    double mean = known.stream().mapToDouble(RepeatHistory::meanRepeatValue).average().orElse(1);
    int[] x = known.stream().mapToInt(RepeatHistory::repeats).toArray();
    // Values around 1 keep the search well shaped; v scales with them.
    double[] values = known.stream().mapToDouble(p -> p.meanRepeatValue() / mean).toArray();
    double[] logs =
        NelderMead.minimize(
            t -> {
              double squares = 0;
              for (double log : t) {
                if (Math.abs(log) > LOG_MAX) {
                  return Double.POSITIVE_INFINITY;
                }
                squares += Math.exp(2 * log);
              }
              return -meanLogLikelihood(
                      Math.exp(t[0]), 1 + Math.exp(t[1]), Math.exp(t[2]), x, values)
                  + penalty * squares;
            },
            new double[] {0.5, 0.5, 0.5},
            0.5);
    return new GammaGamma(Math.exp(logs[0]), 1 + Math.exp(logs[1]), Math.exp(logs[2]) * mean);
  }

  private static double meanLogLikelihood(double p, double q, double v, int[] x, double[] m) {
    double sum = 0;
    double fixed = q * Math.log(v) - logGamma(q);
    for (int i = 0; i < x.length; i++) {
      double px = p * x[i];
      sum +=
          logGamma(px + q)
              - logGamma(px)
              + (px - 1) * Math.log(m[i])
              + px * Math.log(x[i])
              - (px + q) * Math.log(x[i] * m[i] + v);
    }
    return fixed + sum / x.length;
  }

  /// The expected value in minor units of the person's next purchase.
  public double expectedValue(RepeatHistory person) {
    double population = v * p / (q - 1);
    if (person.repeats() == 0 || person.meanRepeatValue() <= 0) {
      return population;
    }
    double own = p * person.repeats() / (p * person.repeats() + q - 1);
    return (1 - own) * population + own * person.meanRepeatValue();
  }
}
