// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.retrieval.BoughtTogether;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentKeeper;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.GroupTrending;
import dev.proffer.ranker.retrieval.NewArrivals;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.RepeatPurchase;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.SourceBudgets;
import dev.proffer.ranker.retrieval.TrendingNext;
import dev.proffer.runtime.degraded.Degradation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The stage that finds candidates: which sources a request asks, how long, and what each weighs.
public final class Sources {
  // What training does not know yet counts a little: it fills lists up and is learned about.
  private static final Map<String, Double> WEIGHTS_UNKNOWN =
      Map.of(
          BoughtTogether.NAME,
          0.1,
          RepeatPurchase.NAME,
          0.1,
          GroupTrending.SEGMENT,
          0.03,
          GroupTrending.CONTEXT,
          0.02,
          NewArrivals.NAME,
          0.02);

  private static final double FILL_WEIGHT = 1e-4;

  private final ContentKeeper content;
  private final Supplier<BoughtTogether> together;
  private final Retrieval retrieval;
  private final int candidatesMax;
  private final Duration timeout;
  private final SourceBudgets budgets;

  /// @param candidatesMax items that each source may propose
  /// @param timeout how long they may take
  /// @param budgets of single sources, instead of these two
  public Sources(
      ContentKeeper content,
      Supplier<BoughtTogether> together,
      Retrieval retrieval,
      int candidatesMax,
      Duration timeout,
      SourceBudgets budgets) {
    this.content = content;
    this.together = together;
    this.retrieval = retrieval;
    this.candidatesMax = candidatesMax;
    this.timeout = timeout;
    this.budgets = budgets;
  }

  int candidatesMax() {
    return candidatesMax;
  }

  /// What the given sources propose, at least `k` items each.
  List<Retrieval.Proposal> ask(
      List<CandidateSource> sources, Query query, int k, Degradation degradation) {
    return asked(sources, query, Math.max(k, candidatesMax), timeout.toNanos(), degradation);
  }

  List<CandidateSource> all(Scene scene, Degradation degradation) {
    List<CandidateSource> sources = new ArrayList<>(12);
    sources.add(scene.model().trained().seqKnn());
    if (scene.model().trained().weight(TrendingNext.NAME) > 0) {
      sources.add(
          new TrendingNext(scene.model().trained().seqKnn(), scene.model().trained().popularity()));
    }
    sources.addAll(scene.model().trained().sources().all());
    ContentKeeper.Kept kept = content.kept();
    if (kept == null) {
      degradation.missing(
          "source:" + ContentSource.NAME,
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "",
          "the content index is still being built",
          0.1);
    } else {
      sources.add(kept.content());
      if (!kept.arrivals().isEmpty()) {
        sources.add(kept.arrivals());
      }
    }
    sources.add(scene.model().trained().popularity());
    if (!scene.shopper().groups().isEmpty()) {
      sources.add(scene.model().shoppers().segmentTrending());
      sources.add(scene.model().shoppers().contextTrending());
    }
    if (!scene.shopper().purchases().isEmpty()) {
      sources.add(scene.model().shoppers().repeatPurchases());
    }
    BoughtTogether rules = together.get();
    if (!rules.isEmpty()) {
      sources.add(rules);
    }
    return sources;
  }

  /// The weight of a source: as it was trained, or for one that training does not know, a little.
  static double weight(Scene scene, String source) {
    Double trained = scene.model().trained().weights().get(source);
    return trained != null ? trained : WEIGHTS_UNKNOWN.getOrDefault(source, 0.0);
  }

  List<Retrieval.Proposal> propose(
      Scene scene, Query query, long deadline, Degradation degradation) {
    long left = Math.max(0, Math.min(timeout.toNanos(), deadline - System.nanoTime()));
    Query known =
        query.withGroups(scene.shopper().groups()).withPurchases(scene.shopper().purchases());
    return asked(all(scene, degradation), known, candidatesMax, left, degradation);
  }

  private List<Retrieval.Proposal> asked(
      List<CandidateSource> sources,
      Query query,
      int candidates,
      long timeoutNanos,
      Degradation degradation) {
    return retrieval.ask(
        sources,
        query,
        source -> budgets.of(source, candidates, timeoutNanos),
        timeoutNanos,
        degradation);
  }

  /// The weights of sources for a ranker. A ranker of one source lets the others fill up its list.
  static ToDoubleFunction<String> weights(Scene scene, String ranker) {
    return ranker.equals(Deciding.BLEND)
            || ranker.equals(RankModel.NAME)
            || ranker.equals(ShopHeads.EXPECTED_MARGIN)
        ? source -> weight(scene, source)
        : source -> source.equals(ranker) ? 1 : FILL_WEIGHT;
  }
}
