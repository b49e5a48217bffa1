// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.retrieval.BoughtTogether;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentKeeper;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.TrendingNext;
import dev.proffer.runtime.degraded.Degradation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The stage that finds candidates: which sources a request asks, how long, and what each weighs.
public final class Sources {
  private static final double TOGETHER_WEIGHT = 0.1;
  private static final double FILL_WEIGHT = 1e-4;

  private final ContentKeeper content;
  private final Supplier<BoughtTogether> together;
  private final Retrieval retrieval;
  private final int candidatesMax;
  private final Duration timeout;

  /// @param candidatesMax items that each source may propose
  /// @param timeout how long they may take
  public Sources(
      ContentKeeper content,
      Supplier<BoughtTogether> together,
      Retrieval retrieval,
      int candidatesMax,
      Duration timeout) {
    this.content = content;
    this.together = together;
    this.retrieval = retrieval;
    this.candidatesMax = candidatesMax;
    this.timeout = timeout;
  }

  int candidatesMax() {
    return candidatesMax;
  }

  /// What the given sources propose, at least `k` items each.
  List<Retrieval.Proposal> ask(
      List<CandidateSource> sources, Query query, int k, Degradation degradation) {
    return retrieval.ask(
        sources, query, Math.max(k, candidatesMax), timeout.toNanos(), degradation);
  }

  List<CandidateSource> all(Scene scene, Degradation degradation) {
    List<CandidateSource> sources = new ArrayList<>(4);
    sources.add(scene.model().trained().seqKnn());
    if (scene.model().trained().weight(TrendingNext.NAME) > 0) {
      sources.add(
          new TrendingNext(scene.model().trained().seqKnn(), scene.model().trained().popularity()));
    }
    ContentSource contentSource = content.current();
    if (contentSource == null) {
      degradation.missing(
          "source:" + ContentSource.NAME,
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "",
          "the content index is still being built",
          0.1);
    } else {
      sources.add(contentSource);
    }
    sources.add(scene.model().trained().popularity());
    BoughtTogether rules = together.get();
    if (!rules.isEmpty()) {
      sources.add(rules);
    }
    return sources;
  }

  /// The weight of a source: as it was trained, or for one that training does not know, a little.
  static double weight(Scene scene, String source) {
    return source.equals(BoughtTogether.NAME)
        ? scene.model().trained().weights().getOrDefault(source, TOGETHER_WEIGHT)
        : scene.model().trained().weight(source);
  }

  List<Retrieval.Proposal> propose(
      Scene scene, Query query, long deadline, Degradation degradation) {
    long left = Math.max(0, Math.min(timeout.toNanos(), deadline - System.nanoTime()));
    return retrieval.ask(all(scene, degradation), query, candidatesMax, left, degradation);
  }

  /// The weights of sources for a ranker. A ranker of one source lets the others fill up its list.
  static ToDoubleFunction<String> weights(Scene scene, String ranker) {
    return ranker.equals(Deciding.BLEND) || ranker.equals(RankModel.NAME)
        ? source -> weight(scene, source)
        : source -> source.equals(ranker) ? 1 : FILL_WEIGHT;
  }
}
