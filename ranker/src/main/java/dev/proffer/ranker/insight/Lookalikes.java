// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.LogisticRegression;
import dev.proffer.ranker.segment.Scaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Finds people who are like given ones: a logistic regression learns what tells the given people
/// from others, by their scaled facts and their interest in the categories that the given people
/// like most, and ranks everybody else.
final class Lookalikes {
  private static final int SEEDS_MAX = 10_000;
  private static final int OTHERS_MIN = 500;
  private static final int CATEGORIES = 20;
  private static final double PENALTY = 1;

  private final PeopleTable people;

  Lookalikes(PeopleTable people) {
    this.people = people;
  }

  /// A person with the probability to be one of the given ones if both were as frequent.
  record Found(int row, double likeness) {}

  /// The `k` people most like those of these rows, without them; empty when nobody else is there.
  List<Found> find(Set<Integer> given, int k) {
    List<Integer> others = new ArrayList<>();
    for (int row = 0; row < people.size(); row++) {
      if (!given.contains(row)) {
        others.add(row);
      }
    }
    if (given.isEmpty() || others.isEmpty() || k == 0) {
      return List.of();
    }
    Random random = new Random(1);
    List<Integer> seeds = new ArrayList<>(given);
    Collections.sort(seeds);
    Collections.shuffle(seeds, random);
    seeds = seeds.subList(0, Math.min(SEEDS_MAX, seeds.size()));
    List<Integer> control = new ArrayList<>(others);
    Collections.shuffle(control, random);
    control = control.subList(0, Math.min(control.size(), Math.max(OTHERS_MIN, seeds.size())));

    Scaling scaling = Scaling.find(people);
    double[] points = scaling.apply(people);
    List<String> categories = categories(seeds);
    Examples.Builder examples = Examples.of(names(scaling, categories));
    seeds.forEach(row -> examples.add(1, row(row, points, scaling.dimensions(), categories)));
    control.forEach(row -> examples.add(0, row(row, points, scaling.dimensions(), categories)));
    LogisticRegression model = LogisticRegression.train(examples.build(), PENALTY);
    // The odds as if both were as frequent.
    double prior = (double) control.size() / seeds.size();
    List<Found> found = new ArrayList<>(others.size());
    for (int row : others) {
      double p = model.predict(row(row, points, scaling.dimensions(), categories));
      double weighted = p * prior;
      found.add(new Found(row, weighted / (weighted + 1 - p)));
    }
    found.sort(Comparator.comparingDouble(Found::likeness).reversed().thenComparingInt(Found::row));
    return List.copyOf(found.subList(0, Math.min(k, found.size())));
  }

  private static List<String> names(Scaling scaling, List<String> categories) {
    List<String> names = new ArrayList<>();
    scaling.rules().forEach(rule -> names.add(rule.fact().key()));
    categories.forEach(category -> names.add("category:" + category));
    names.add("breadth");
    return names;
  }

  private List<String> categories(List<Integer> seeds) {
    Map<String, Double> sums = new HashMap<>();
    for (int row : seeds) {
      people.categories(row).forEach((category, share) -> sums.merge(category, share, Double::sum));
    }
    return sums.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(CATEGORIES)
        .map(Map.Entry::getKey)
        .toList();
  }

  private double[] row(int person, double[] points, int dimensions, List<String> categories) {
    double[] row =
        Arrays.copyOf(
            Arrays.copyOfRange(points, person * dimensions, (person + 1) * dimensions),
            dimensions + categories.size() + 1);
    Map<String, Double> shares = people.categories(person);
    for (int i = 0; i < categories.size(); i++) {
      row[dimensions + i] = Math.sqrt(shares.getOrDefault(categories.get(i), 0.0));
    }
    double breadth = people.get(PersonFact.CATEGORY_BREADTH, person);
    row[row.length - 1] = Double.isFinite(breadth) ? Math.log1p(breadth) : 0;
    return row;
  }
}
