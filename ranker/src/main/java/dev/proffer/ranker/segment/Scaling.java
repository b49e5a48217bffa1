// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import dev.proffer.ranker.insight.PeopleTable;
import dev.proffer.ranker.insight.PersonFact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How facts become coordinates for clustering. The rules, in this order:
///
/// 1. a missing fact is filled: with the largest value for "how long ago" and with the median
///    otherwise;
/// 2. amounts and counts, which have long tails, become log(1 + x);
/// 3. values are cut at the 1st and the 99th percentile;
/// 4. the median goes to 0 and the standard deviation of the cut values to 1;
/// 5. a fact with nearly the same value for everybody (deviation below 1e-9, or known of fewer than
///    one in twenty) is left out, by name.
///
/// Facts that follow from others (the spans that feed the models of lifetime value) and facts with
/// the models' own error are not used.
public final class Scaling {
  /// The facts that are clustered on when they vary.
  static final List<PersonFact> USED =
      List.of(
          PersonFact.RECENCY_DAYS,
          PersonFact.FREQUENCY,
          PersonFact.MONETARY_MINOR_UNITS,
          PersonFact.AVERAGE_BASKET_MINOR_UNITS,
          PersonFact.DISTINCT_ITEMS,
          PersonFact.DISCOUNT_AFFINITY,
          PersonFact.PRICE_BAND,
          PersonFact.BROWSE_DEPTH,
          PersonFact.CONVERSION);

  private static final double KNOWN_SHARE_MIN = 0.05;
  private static final double DEVIATION_MIN = 1e-9;

  /// The rule of one fact.
  ///
  /// @param fill stands in for a missing value, before the logarithm
  public record Rule(
      PersonFact fact,
      double fill,
      boolean logarithmic,
      double low,
      double high,
      double centre,
      double deviation) {
    double apply(double value) {
      double known = Double.isNaN(value) ? fill : value;
      double curved = logarithmic ? Math.log1p(Math.max(0, known)) : known;
      return (Math.clamp(curved, low, high) - centre) / deviation;
    }
  }

  private final List<Rule> rules;
  private final List<PersonFact> leftOut;

  private Scaling(List<Rule> rules, List<PersonFact> leftOut) {
    this.rules = rules;
    this.leftOut = leftOut;
  }

  /// A scaling that was found before.
  public static Scaling of(List<Rule> rules) {
    return new Scaling(List.copyOf(rules), List.of());
  }

  /// Finds the rules for these people.
  public static Scaling find(PeopleTable people) {
    List<Rule> rules = new ArrayList<>();
    List<PersonFact> leftOut = new ArrayList<>();
    for (PersonFact fact : USED) {
      double[] known =
          Arrays.stream(people.column(fact)).filter(Double::isFinite).sorted().toArray();
      if (known.length < Math.max(2, KNOWN_SHARE_MIN * people.size())) {
        leftOut.add(fact);
        continue;
      }
      boolean logarithmic = isLogarithmic(fact);
      double fill = fact == PersonFact.RECENCY_DAYS ? known[known.length - 1] : at(known, 0.5);
      double[] curved = new double[people.size()];
      for (int i = 0; i < curved.length; i++) {
        double value = people.get(fact, i);
        double filled = Double.isFinite(value) ? value : fill;
        curved[i] = logarithmic ? Math.log1p(Math.max(0, filled)) : filled;
      }
      double[] sorted = curved.clone();
      Arrays.sort(sorted);
      double low = at(sorted, 0.01);
      double high = at(sorted, 0.99);
      double mean = 0;
      for (int i = 0; i < curved.length; i++) {
        curved[i] = Math.clamp(curved[i], low, high);
        mean += curved[i] / curved.length;
      }
      double variance = 0;
      for (double value : curved) {
        variance += (value - mean) * (value - mean) / curved.length;
      }
      double deviation = Math.sqrt(variance);
      if (!(deviation > DEVIATION_MIN)) {
        leftOut.add(fact);
      } else {
        rules.add(new Rule(fact, fill, logarithmic, low, high, at(sorted, 0.5), deviation));
      }
    }
    return new Scaling(List.copyOf(rules), List.copyOf(leftOut));
  }

  private static boolean isLogarithmic(PersonFact fact) {
    return switch (fact) {
      case RECENCY_DAYS,
          FREQUENCY,
          MONETARY_MINOR_UNITS,
          AVERAGE_BASKET_MINOR_UNITS,
          DISTINCT_ITEMS,
          BROWSE_DEPTH ->
          true;
      default -> false;
    };
  }

  private static double at(double[] sorted, double share) {
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }

  public List<Rule> rules() {
    return rules;
  }

  /// Facts that vary too little to tell people apart.
  public List<PersonFact> leftOut() {
    return leftOut;
  }

  public int dimensions() {
    return rules.size();
  }

  /// The coordinates of all people, row by row.
  public double[] apply(PeopleTable people) {
    double[] points = new double[people.size() * rules.size()];
    for (int person = 0; person < people.size(); person++) {
      for (int d = 0; d < rules.size(); d++) {
        Rule rule = rules.get(d);
        points[person * rules.size() + d] = rule.apply(people.get(rule.fact(), person));
      }
    }
    return points;
  }
}
