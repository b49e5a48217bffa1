// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The twin of a bundle that knows nothing after a moment: the same parameters and weights, learnt
/// from the events before it. The bundle itself has seen what people did after the decisions that
/// it would be judged by; its twin can be judged by them.
public final class HeldOutModel {
  private final ItemNumbers numbers;
  private final CatalogueSnapshot snapshot;
  private final List<CandidateSource> sources;
  private final Map<String, Double> weights;
  private final int candidates;
  private final long fromUnixMs;
  private final Histories histories;

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
    this.sources = sources;
    this.weights = weights;
    this.candidates = candidates;
    this.fromUnixMs = fromUnixMs;
    this.histories = new Histories(steps, historyMax);
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
    int[] history = histories.before(userId.isEmpty() ? "s:" + sessionId : userId, atUnixMs);
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
}
