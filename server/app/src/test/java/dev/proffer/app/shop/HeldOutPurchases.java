// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Hides the last new purchase of each person and looks how often two simple recommenders have it
/// among their first ten: what sells most, and what is bought near what the person bought.
final class HeldOutPurchases {
  private static final int TOP = 10;

  private final Map<String, List<String>> histories = new HashMap<>();
  private final Map<String, String> hidden = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, Map<String, Double>> together = new HashMap<>();

  HeldOutPurchases(List<Event> log) {
    for (Event event : log) {
      if (event.getType() == EventType.EVENT_TYPE_PURCHASE) {
        histories.computeIfAbsent(event.getUserId(), _ -> new ArrayList<>()).add(event.getItemId());
      }
    }
    histories.forEach((user, items) -> {
      String last = items.getLast();
      List<String> before = items.subList(0, items.size() - 1);
      if (before.size() >= 2 && !before.contains(last)) {
        hidden.put(user, last);
        items.removeLast();
      }
    });
    for (List<String> items : histories.values()) {
      for (int i = 0; i < items.size(); i++) {
        counts.merge(items.get(i), 1, Integer::sum);
        for (int j = Math.max(0, i - 4); j < i; j++) {
          pair(items.get(i), items.get(j), 1.0 / (i - j));
          pair(items.get(j), items.get(i), 1.0 / (i - j));
        }
      }
    }
  }

  private void pair(String from, String to, double weight) {
    together.computeIfAbsent(from, _ -> new HashMap<>()).merge(to, weight, Double::sum);
  }

  int people() {
    return hidden.size();
  }

  double hitRateOfPopularity() {
    Map<String, Double> sold = new HashMap<>();
    counts.forEach((item, count) -> sold.put(item, (double) count));
    List<String> ranked = top(sold);
    int hits = 0;
    for (Map.Entry<String, String> person : hidden.entrySet()) {
      Set<String> seen = new HashSet<>(histories.get(person.getKey()));
      if (ranked.stream()
          .filter(item -> !seen.contains(item))
          .limit(TOP)
          .anyMatch(person.getValue()::equals)) {
        hits++;
      }
    }
    return (double) hits / hidden.size();
  }

  double hitRateOfCoOccurrence() {
    int hits = 0;
    for (Map.Entry<String, String> person : hidden.entrySet()) {
      List<String> items = histories.get(person.getKey());
      Set<String> recent =
          new HashSet<>(items.subList(Math.max(0, items.size() - 6), items.size()));
      Map<String, Double> scores = new HashMap<>();
      for (String item : recent) {
        together
            .getOrDefault(item, Map.of())
            .forEach((other, weight) ->
                scores.merge(other, weight / Math.sqrt(counts.get(other)), Double::sum));
      }
      scores.keySet().removeAll(items);
      if (top(scores).stream().limit(TOP).anyMatch(person.getValue()::equals)) {
        hits++;
      }
    }
    return (double) hits / hidden.size();
  }

  private static List<String> top(Map<String, Double> scores) {
    return scores.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
