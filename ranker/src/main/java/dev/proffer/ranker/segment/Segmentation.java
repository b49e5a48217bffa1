// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import dev.proffer.ranker.insight.PeopleTable;
import dev.proffer.ranker.insight.PersonFact;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A finished clustering: its scaling, its segments, and how it was chosen. It places any person.
///
/// @param segments largest first
/// @param tried each number of segments that was tried
/// @param outlierDistance people farther than this from every centre are outliers
public record Segmentation(
    Scaling scaling, List<Segment> segments, List<Tried> tried, double outlierDistance) {
  public Segmentation {
    segments = List.copyOf(segments);
    tried = List.copyOf(tried);
  }

  /// What a number of segments was worth.
  ///
  /// @param stability the mean adjusted Rand index between clusterings from different seeds
  public record Tried(int k, double inertia, double silhouette, double stability) {}

  /// A segmentation of nobody.
  public static Segmentation none() {
    return new Segmentation(Scaling.of(List.of()), List.of(), List.of(), 0);
  }

  /// The place in [#segments] of the segment of these facts, or -1 when there are no segments.
  public int place(ToDoubleFunction<PersonFact> facts) {
    int best = -1;
    double nearest = Double.POSITIVE_INFINITY;
    double[] point = point(facts);
    for (int s = 0; s < segments.size(); s++) {
      double distance = squared(point, segments.get(s));
      if (distance < nearest) {
        nearest = distance;
        best = s;
      }
    }
    return best;
  }

  /// The distance of these facts to the nearest centre; 0 without segments.
  public double distance(ToDoubleFunction<PersonFact> facts) {
    double[] point = point(facts);
    return segments.stream().mapToDouble(s -> Math.sqrt(squared(point, s))).min().orElse(0);
  }

  /// The place of the segment of each person.
  public int[] placeAll(PeopleTable people) {
    int[] places = new int[people.size()];
    for (int person = 0; person < places.length; person++) {
      int row = person;
      places[person] = place(fact -> people.get(fact, row));
    }
    return places;
  }

  private double[] point(ToDoubleFunction<PersonFact> facts) {
    double[] point = new double[scaling.dimensions()];
    for (int d = 0; d < point.length; d++) {
      Scaling.Rule rule = scaling.rules().get(d);
      point[d] = rule.apply(facts.applyAsDouble(rule.fact()));
    }
    return point;
  }

  private static double squared(double[] point, Segment segment) {
    double sum = 0;
    for (int d = 0; d < point.length; d++) {
      double away = point[d] - segment.centre().get(d);
      sum += away * away;
    }
    return sum;
  }
}
