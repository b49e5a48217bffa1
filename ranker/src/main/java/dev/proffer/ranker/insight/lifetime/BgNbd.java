// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.lifetime;

import static dev.proffer.ranker.insight.lifetime.Special.logGamma;

import java.util.List;

/// The BG/NBD model of repeat buying (Fader, Hardie and Lee, Marketing Science 24(2), 2005): people
/// buy at random at their own rate, rates are gamma(r, α) distributed over people, and after each
/// purchase a person leaves with their own probability, which is beta(a, b) distributed.
///
/// @param r shape of the rates
/// @param alpha scale of the rates, in days
/// @param a first parameter of the probability to leave
/// @param b second parameter of the probability to leave
public record BgNbd(double r, double alpha, double a, double b) {
  private static final double LOG_MAX = 25;

  public BgNbd {
    if (!(r > 0) || !(alpha > 0) || !(a > 0) || !(b > 0)) {
      throw new IllegalArgumentException(
          "r: %s, alpha: %s, a: %s, b: %s (expected: all above 0)".formatted(r, alpha, a, b));
    }
  }

  /// Finds the parameters of largest likelihood.
  ///
  /// @param penalty weight of the squared parameters, in the scaled time in which the longest age
  ///   is 10; 0 for the plain likelihood. A small one keeps the fit finite on a few people.
  public static BgNbd fit(List<RepeatHistory> people, double penalty) {
    double oldest = people.stream().mapToDouble(RepeatHistory::ageDays).max().orElse(0);
    if (!(oldest > 0)) {
      throw new IllegalArgumentException("people: none has bought before today (expected: some)");
    }
    double scale = 10 / oldest;
    int[] x = people.stream().mapToInt(RepeatHistory::repeats).toArray();
    double[] last = people.stream().mapToDouble(p -> p.lastDays() * scale).toArray();
    double[] age = people.stream().mapToDouble(p -> p.ageDays() * scale).toArray();
    double[] logs =
        NelderMead.minimize(
            p -> {
              double squares = 0;
              for (double log : p) {
                if (Math.abs(log) > LOG_MAX) {
                  return Double.POSITIVE_INFINITY;
                }
                squares += Math.exp(2 * log);
              }
              return -meanLogLikelihood(
                      Math.exp(p[0]), Math.exp(p[1]), Math.exp(p[2]), Math.exp(p[3]), x, last, age)
                  + penalty * squares;
            },
            new double[] {0.1, 0.1, 0.1, 0.1},
            0.5);
    return new BgNbd(
        Math.exp(logs[0]), Math.exp(logs[1]) / scale, Math.exp(logs[2]), Math.exp(logs[3]));
  }

  /// The mean log-likelihood of a person.
  public double meanLogLikelihood(List<RepeatHistory> people) {
    return meanLogLikelihood(
        r,
        alpha,
        a,
        b,
        people.stream().mapToInt(RepeatHistory::repeats).toArray(),
        people.stream().mapToDouble(RepeatHistory::lastDays).toArray(),
        people.stream().mapToDouble(RepeatHistory::ageDays).toArray());
  }

  private static double meanLogLikelihood(
      double r, double alpha, double a, double b, int[] x, double[] last, double[] age) {
    double sum = 0;
    double fixed = r * Math.log(alpha) - logGamma(r) + logGamma(a + b) - logGamma(b);
    for (int i = 0; i < x.length; i++) {
      double stays = -(r + x[i]) * Math.log(alpha + age[i]);
      double tail = stays;
      if (x[i] > 0) {
        double left = Math.log(a) - Math.log(b + x[i] - 1) - (r + x[i]) * Math.log(alpha + last[i]);
        double larger = Math.max(stays, left);
        tail = larger + Math.log(Math.exp(stays - larger) + Math.exp(left - larger));
      }
      sum += logGamma(r + x[i]) + logGamma(b + x[i]) - logGamma(a + b + x[i]) + tail;
    }
    return fixed + sum / x.length;
  }

  /// The probability that the person still buys here. By the model it is 1 before the first repeat,
  /// because people leave only after a repeat purchase.
  public double aliveProbability(RepeatHistory person) {
    return 1 / (1 + odds(person));
  }

  private double odds(RepeatHistory person) {
    int x = person.repeats();
    return x == 0
        ? 0
        : a
            / (b + x - 1)
            * Math.exp(
                (r + x)
                    * (Math.log(alpha + person.ageDays()) - Math.log(alpha + person.lastDays())));
  }

  /// The probability that a person who still buys here does not buy within the next days: their
  /// rate is gamma(r + x, α + age) distributed by now.
  public double noPurchaseProbability(RepeatHistory person, double days) {
    double now = alpha + person.ageDays();
    return Math.pow(now / (now + days), r + person.repeats());
  }

  /// The expected number of days with a purchase within the next days.
  public double expectedPurchases(RepeatHistory person, double days) {
    // The formula divides by a - 1, whose limit exists.
    double left = Math.abs(a - 1) < 1e-6 ? 1 + 1e-6 : a;
    int x = person.repeats();
    double z = days / (alpha + person.ageDays() + days);
    double sum = left + b + x - 1;
    if (!(sum > 0)) {
      // Only without a repeat and with a + b below 1; a neighbour inside the formula's domain.
      sum = 1e-9;
    }
    double staying =
        Math.pow((alpha + person.ageDays()) / (alpha + person.ageDays() + days), r + x)
            * Special.hypergeometric(r + x, b + x, sum, z);
    return Math.max(0, sum / (left - 1) * (1 - staying) / (1 + odds(person)));
  }
}
