// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The twin of a bundle that knows nothing after a moment: the same parameters and weights, learnt
/// from the events before it. The bundle itself has seen what people did after the decisions that
/// it would be judged by; its twin can be judged by them.
public final class HeldOutModel {
  private final ItemNumbers numbers;
  private final CatalogueSnapshot snapshot;
  private final Steps steps;
  private final List<CandidateSource> sources;
  private final Map<String, Double> weights;
  private final int candidates;
  private final int historyMax;
  private final long fromUnixMs;
  // Steps by person, in the order of time.
  private final int[] starts;
  private final int[] byPerson;

  HeldOutModel(
      ItemNumbers numbers,
      CatalogueSnapshot snapshot,
      Steps steps,
      List<CandidateSource> sources,
      Map<String, Double> weights,
      int candidates,
      int historyMax,
      long fromUnixMs) {
    this.numbers = numbers;
    this.snapshot = snapshot;
    this.steps = steps;
    this.sources = sources;
    this.weights = weights;
    this.candidates = candidates;
    this.historyMax = historyMax;
    this.fromUnixMs = fromUnixMs;
    this.starts = new int[steps.people() + 1];
    for (int i = 0; i < steps.size(); i++) {
      starts[steps.person(i) + 1]++;
    }
    for (int p = 0; p < steps.people(); p++) {
      starts[p + 1] += starts[p];
    }
    this.byPerson = new int[steps.size()];
    int[] next = Arrays.copyOf(starts, steps.people());
    for (int i = 0; i < steps.size(); i++) {
      byPerson[next[steps.person(i)]++] = i;
    }
  }

  /// The moment from which on it knows nothing but what the person did before the request.
  public long fromUnixMs() {
    return fromUnixMs;
  }

  /// What it thinks of items for a person at a moment: blended scores as in serving, before
  /// promotions are looked at; 0 for items that no source proposes.
  ///
  /// @param userId the person; when empty the session counts
  public double[] scores(String userId, String sessionId, long atUnixMs, List<String> itemIds) {
    int[] history = history(userId.isEmpty() ? "s:" + sessionId : userId, atUnixMs);
    Query query = new Query(history, atUnixMs, item -> snapshot.item(item) != null);
    List<Retrieval.Proposal> proposals = new ArrayList<>(sources.size());
    for (CandidateSource source : sources) {
      proposals.add(new Retrieval.Proposal(source, source.propose(query, candidates)));
    }
    Blend blend = new Blend(proposals, source -> weights.getOrDefault(source, 0.0));
    Map<Integer, Float> known = HashMap.newHashMap(blend.size());
    for (int i = 0; i < blend.size(); i++) {
      known.put(blend.item(i), blend.score(i));
    }
    return itemIds.stream().mapToDouble(id -> known.getOrDefault(numbers.find(id), 0f)).toArray();
  }

  private int[] history(String who, long atUnixMs) {
    int person = steps.find(who);
    if (person < 0) {
      return new int[0];
    }
    int[] history = new int[historyMax];
    int count = 0;
    for (int i = starts[person + 1] - 1; i >= starts[person] && count < historyMax; i--) {
      int step = byPerson[i];
      if (steps.time(step) >= atUnixMs) {
        continue;
      }
      boolean repeated = false;
      for (int j = 0; j < count && !repeated; j++) {
        repeated = history[j] == steps.item(step);
      }
      if (!repeated) {
        history[count++] = steps.item(step);
      }
    }
    return Arrays.copyOf(history, count);
  }
}
