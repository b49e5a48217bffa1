// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.ToDoubleFunction;

/// Readable interests: habits, categories, brands, and the terms that set a person apart.
final class Tags {
  private static final int TERMS_MAX = 5;
  private static final int CATEGORIES_MAX = 3;
  private static final double SHARE_MIN = 0.1;
  private static final double PHRASE = 1.3;

  private Tags() {}

  static List<String> of(
      Map<PersonFact, Double> facts,
      Map<String, Double> categories,
      Map<String, Double> brands,
      Map<String, Double> terms,
      ToDoubleFunction<String> rarity,
      boolean chinese) {
    SequencedSet<String> tags = new LinkedHashSet<>();
    categories.entrySet().stream()
        .limit(CATEGORIES_MAX)
        .filter(entry -> entry.getValue() >= SHARE_MIN)
        .forEach(entry -> tags.add(entry.getKey().substring(entry.getKey().lastIndexOf('/') + 1)));
    brands.entrySet().stream()
        .limit(2)
        .filter(entry -> entry.getValue() >= SHARE_MIN)
        .forEach(entry -> tags.add(entry.getKey()));
    tags.addAll(terms(terms, rarity, chinese));
    habit(tags, facts, PersonFact.DISCOUNT_AFFINITY, 0.6, chinese ? "爱折扣" : "looks for offers");
    habit(tags, facts, PersonFact.NIGHT_SHARE, 0.5, chinese ? "夜猫子" : "shops at night");
    habit(tags, facts, PersonFact.WEEKEND_SHARE, 0.6, chinese ? "周末购物" : "shops at weekends");
    habit(tags, facts, PersonFact.PRICE_BAND, 0.75, chinese ? "偏好高价位" : "prefers the dearer");
    return List.copyOf(tags);
  }

  private static void habit(
      SequencedSet<String> tags,
      Map<PersonFact, Double> facts,
      PersonFact fact,
      double min,
      String tag) {
    if (facts.getOrDefault(fact, 0.0) >= min) {
      tags.add(tag);
    }
  }

  private static List<String> terms(
      Map<String, Double> terms, ToDoubleFunction<String> rarity, boolean chinese) {
    record Scored(String term, double share, double score) {}
    List<Scored> scored =
        terms.entrySet().stream()
            .filter(entry -> Words.isChinese(entry.getKey()) == chinese)
            .map(entry ->
                new Scored(
                    entry.getKey(),
                    entry.getValue(),
                    // A longer term says more when both are as frequent.
                    entry.getValue()
                        * rarity.applyAsDouble(entry.getKey())
                        * (chinese
                            ? Math.sqrt(entry.getKey().length())
                            : entry.getKey().indexOf(' ') > 0 ? PHRASE : 1)))
            .sorted(Comparator.comparingDouble(Scored::score).reversed())
            .limit(40)
            .toList();
    List<String> chosen = new ArrayList<>();
    for (Scored next : scored) {
      if (chosen.size() == TERMS_MAX) {
        break;
      }
      // Parts and overlaps of a chosen run say nothing new.
      if (chosen.stream().noneMatch(term -> overlap(term, next.term(), chinese))) {
        chosen.add(next.term());
      }
    }
    return chosen;
  }

  private static boolean overlap(String a, String b, boolean chinese) {
    if (a.contains(b) || b.contains(a)) {
      return true;
    }
    return chinese
        ? a.chars().anyMatch(c -> b.indexOf(c) >= 0)
        : Arrays.stream(a.split(" ", -1)).anyMatch(List.of(b.split(" ", -1))::contains);
  }
}
