// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.basket.RuleBook;
import dev.proffer.ranker.basket.RuleMiner.Rule;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// Proposes what association rules say is bought with the latest items of a person. A rule counts
/// with its confidence, halved for every four items of history that lie before the newest item of
/// its left side; each item keeps its best rule.
public final class BoughtTogether implements CandidateSource {
  public static final String NAME = "bought-together";

  private static final int HISTORY_MAX = 20;
  private static final double HALVED_AFTER_ITEMS = 4;

  /// A rule over item numbers.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Numbered(int[] when, int then, float confidence) {}

  private final Map<Integer, List<Numbered>> byLeftItem = new HashMap<>();

  public BoughtTogether(RuleBook rules, ItemNumbers numbers) {
    for (Rule rule : rules.rules()) {
      int[] when = rule.when().stream().mapToInt(numbers::intern).toArray();
      Numbered numbered =
          new Numbered(when, numbers.intern(rule.then()), (float) rule.confidence());
      for (int item : when) {
        byLeftItem.computeIfAbsent(item, _ -> new ArrayList<>(2)).add(numbered);
      }
    }
  }

  /// The source of the rules of now: it is made anew whenever the book changes.
  public static Supplier<BoughtTogether> following(Supplier<RuleBook> rules, ItemNumbers numbers) {
    record Made(RuleBook of, BoughtTogether source) {}
    AtomicReference<Made> latest =
        new AtomicReference<>(
            new Made(RuleBook.empty(), new BoughtTogether(RuleBook.empty(), numbers)));
    return () -> {
      RuleBook now = rules.get();
      Made made = latest.get();
      if (made.of() != now) {
        made = new Made(now, new BoughtTogether(now, numbers));
        latest.set(made);
      }
      return made.source();
    };
  }

  @Override
  public String name() {
    return NAME;
  }

  public boolean isEmpty() {
    return byLeftItem.isEmpty();
  }

  @Override
  public Hits propose(Query query, int max) {
    Map<Integer, Float> scores = scores(query);
    TopK best = new TopK(Math.min(max, scores.size()));
    scores.forEach((item, score) -> {
      if (query.eligible().test(item)) {
        best.offer(item, score);
      }
    });
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    Map<Integer, Float> scores = scores(query);
    float[] asked = new float[items.length];
    for (int i = 0; i < items.length; i++) {
      asked[i] = scores.getOrDefault(items[i], 0f);
    }
    return asked;
  }

  @Override
  public int because(Query query, int item) {
    int looked = Math.min(HISTORY_MAX, query.history().length);
    int best = -1;
    double most = 0;
    for (int place = 0; place < looked; place++) {
      for (Numbered rule : byLeftItem.getOrDefault(query.history()[place], List.of())) {
        if (rule.then() == item && newest(rule, query.history(), looked) == place) {
          double score = rule.confidence() * faded(place);
          if (score > most) {
            most = score;
            best = place;
          }
        }
      }
    }
    return best;
  }

  private Map<Integer, Float> scores(Query query) {
    Map<Integer, Float> scores = new HashMap<>();
    int looked = Math.min(HISTORY_MAX, query.history().length);
    for (int place = 0; place < looked; place++) {
      for (Numbered rule : byLeftItem.getOrDefault(query.history()[place], List.of())) {
        if (newest(rule, query.history(), looked) == place) {
          scores.merge(rule.then(), (float) (rule.confidence() * faded(place)), Math::max);
        }
      }
    }
    return scores;
  }

  /// The place of the newest item of the left side, or -1 when the history lacks one of them.
  private static int newest(Numbered rule, int[] history, int looked) {
    int newest = Integer.MAX_VALUE;
    for (int item : rule.when()) {
      int place = 0;
      while (place < looked && history[place] != item) {
        place++;
      }
      if (place == looked) {
        return -1;
      }
      newest = Math.min(newest, place);
    }
    return newest;
  }

  private static double faded(int place) {
    return Math.pow(0.5, place / HALVED_AFTER_ITEMS);
  }
}
