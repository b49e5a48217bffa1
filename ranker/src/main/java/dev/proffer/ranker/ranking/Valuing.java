// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.reranking.RankRows;
import dev.proffer.ranker.reranking.StoredFeatures;
import dev.proffer.runtime.degraded.Degradation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The stage that says what candidates are worth: the score of the learned ranker where the bundle
/// has one, else of the blend, lifted by the promotion of each.
public final class Valuing {
  static final String PART = "item-features";

  private static final int FILL_SCAN_MAX = 20_000;

  private final FeatureStoreClient features;
  private final double promotionWeight;
  private final int rerankMax;
  private final Worth worth;

  /// @param promotionWeight what a price of nothing would add to the score, as a factor
  /// @param rerankMax how many candidates the learned ranker looks at, best of the blend first
  /// @param worth what probabilities make of the best of them
  public Valuing(FeatureStoreClient features, double promotionWeight, int rerankMax, Worth worth) {
    this.features = features;
    this.promotionWeight = promotionWeight;
    this.rerankMax = rerankMax;
    this.worth = worth;
  }

  /// The best candidates, best first.
  ///
  /// @param others candidates that no source proposed
  /// @param ranker [ShopHeads#EXPECTED_MARGIN] asks for the heads, and [RankModel#NAME] for the
  ///   learned ranker; without heads the learned ranker orders, and without one the blend
  /// @param max how many are wanted
  /// @param deadline nano time by which the features must be there
  Valued value(
      Scene scene,
      Blend blend,
      List<CatalogueItem> others,
      String ranker,
      int max,
      long deadline,
      Degradation degradation) {
    if (!ranker.equals(ShopHeads.EXPECTED_MARGIN)) {
      return relevant(scene, blend, others, ranker, max, deadline, degradation);
    }
    ShopHeads heads = scene.model().trained().heads();
    int looked = heads == null ? max : Math.max(max, worth.valuedMax());
    Valued relevant = relevant(scene, blend, others, RankModel.NAME, looked, deadline, degradation);
    if (heads == null) {
      return relevant;
    }
    if (relevant.model() != null
        && relevant.rows() != null
        && relevant.model().columns().equals(heads.columns())) {
      return worth.ordered(scene, relevant.items(), relevant.rows(), heads, max);
    }
    CatalogueItem[] items =
        relevant.items().stream().map(Scored::item).toArray(CatalogueItem[]::new);
    @Nullable ItemOffer[] offers =
        relevant.items().stream().map(Scored::offer).toArray(ItemOffer[]::new);
    StoredFeatures stored =
        ask(scene, heads.columns(), heads.featureSetHash(), items, deadline, degradation).get();
    if (stored == null) {
      return new Valued(
          first(relevant.items(), max), relevant.ranker(), relevant.model(), relevant.rows());
    }
    List<Scored> numbered = new ArrayList<>(items.length);
    for (int i = 0; i < items.length; i++) {
      Scored each = relevant.items().get(i);
      numbered.add(new Scored(items[i], each.score(), each.value(), offers[i], i));
    }
    RankRows rows = rows(scene, blend, heads.columns(), items, offers).with(stored);
    return worth.ordered(scene, numbered, rows, heads, max);
  }

  /// The best candidates by relevance, lifted by their promotions.
  private Valued relevant(
      Scene scene,
      Blend blend,
      List<CatalogueItem> others,
      String ranker,
      int max,
      long deadline,
      Degradation degradation) {
    RankModel model = ranker.equals(RankModel.NAME) ? scene.model().trained().ranker() : null;
    if (model != null) {
      CatalogueItem[] items = best(scene, blend, others, Math.max(rerankMax, max));
      Supplier<@Nullable StoredFeatures> asked =
          ask(scene, model.columns(), model.featureSetHash(), items, deadline, degradation);
      // Offers are found, and what needs no store is filled in, while the store looks.
      @Nullable ItemOffer[] offers = offers(scene, items);
      RankRows rows = rows(scene, blend, model.columns(), items, offers);
      StoredFeatures stored = asked.get();
      if (stored != null) {
        return learned(items, offers, model, rows.with(stored), max);
      }
    }
    List<Scored> all = new ArrayList<>(blend.size() + others.size());
    for (int i = 0; i < blend.size(); i++) {
      CatalogueItem item = scene.snapshot().item(blend.item(i));
      if (item != null) {
        all.add(blended(scene, item, blend.score(i)));
      }
    }
    for (CatalogueItem item : others) {
      all.add(blended(scene, item, 0));
    }
    return new Valued(
        first(all, max), ranker.equals(RankModel.NAME) ? Deciding.BLEND : ranker, null, null);
  }

  private Valued learned(
      CatalogueItem[] items,
      @Nullable ItemOffer[] offers,
      RankModel model,
      RankRows rows,
      int max) {
    double[] scores = model.score(rows);
    List<Scored> all = new ArrayList<>(items.length);
    for (int i = 0; i < items.length; i++) {
      double score = probability(scores[i]);
      all.add(new Scored(items[i], score, score * lift(depth(offers[i])), offers[i], i));
    }
    return new Valued(first(all, max), RankModel.NAME, model, rows);
  }

  /// Rows that wait for what the store knows.
  private static RankRows rows(
      Scene scene,
      Blend blend,
      RankColumns columns,
      CatalogueItem[] items,
      @Nullable ItemOffer[] offers) {
    int[] next = {0};
    return RankRows.of(
        columns,
        blend,
        items,
        scene.snapshot(),
        scene.shopper().history(),
        scene.atMillis(),
        item -> {
          // Rows are filled in the order of the items.
          ItemOffer offer = offers[next[0]++];
          return offer == null ? item.priceMinorUnits() : offer.priceMinorUnits();
        });
  }

  /// Makes any score one above 0, in the same order.
  private static double probability(double score) {
    return 1 / (1 + Math.exp(-score));
  }

  /// What an item would be worth to the person at another price: the question behind "it would be
  /// first with 10 % off".
  ///
  /// @param afterMinorUnits the price after promotion
  double valueAt(Valued valued, Scored scored, long afterMinorUnits) {
    long list = scored.item().priceMinorUnits();
    if (valued.heads() != null && valued.rows() != null) {
      return scored.row() < 0
          ? scored.value()
          : worth.valueAt(valued.heads(), valued.rows(), scored, afterMinorUnits);
    }
    double lift = lift(list == 0 ? 0 : (double) (list - afterMinorUnits) / list);
    if (valued.model() == null || valued.rows() == null || scored.row() < 0) {
      return scored.score() * lift;
    }
    return probability(valued.model().scoreAt(valued.rows(), scored.row(), list, afterMinorUnits))
        * lift;
  }

  Worth worth() {
    return worth;
  }

  private double lift(double depth) {
    return 1 + promotionWeight * depth;
  }

  static double depth(@Nullable ItemOffer offer) {
    return offer == null ? 0 : offer.depth();
  }

  /// An item by its score in a blend or of a text.
  Scored blended(Scene scene, CatalogueItem item, double score) {
    ItemOffer offer = scene.offers().best(item);
    return new Scored(item, score, score * lift(depth(offer)), offer, -1);
  }

  private static List<Scored> first(List<Scored> all, int max) {
    all.sort(Scored.BY_VALUE);
    return all.size() > max ? new ArrayList<>(all.subList(0, max)) : all;
  }

  /// The candidates that the learned ranker looks at.
  private static CatalogueItem[] best(
      Scene scene, Blend blend, List<CatalogueItem> others, int max) {
    List<CatalogueItem> items = new ArrayList<>(Math.min(max, blend.size() + others.size()));
    Hits hits = blend.top(max);
    for (int i = 0; i < hits.size(); i++) {
      CatalogueItem item = scene.snapshot().item(hits.items()[i]);
      if (item != null) {
        items.add(item);
      }
    }
    // Whatever the caller brought is ordered too.
    items.addAll(others);
    return items.toArray(CatalogueItem[]::new);
  }

  private static @Nullable ItemOffer[] offers(Scene scene, CatalogueItem[] items) {
    @Nullable ItemOffer[] offers = new ItemOffer[items.length];
    for (int i = 0; i < items.length; i++) {
      offers[i] = scene.offers().best(items[i]);
    }
    return offers;
  }

  /// Asks the feature store what it knows; the answer is null when it cannot be had, which is
  /// named.
  private Supplier<@Nullable StoredFeatures> ask(
      Scene scene,
      RankColumns columns,
      String featureSetHash,
      CatalogueItem[] items,
      long deadline,
      Degradation degradation) {
    if (featureSetHash.isEmpty()) {
      return () -> StoredFeatures.nothing(columns, items.length);
    }
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      degradation.missing(
          PART,
          DegradedCause.DEGRADED_CAUSE_DEADLINE,
          "the blend of the sources",
          "there was no time left to read features of items",
          0.1);
      return () -> null;
    }
    FeatureStoreClient.Asked asked =
        features.ask(columns, featureSetHash, scene.shopper().key(), items, left);
    return () -> asked.get(degradation);
  }

  /// Adds eligible items that no source proposed: those with the deepest promotion first, then the
  /// newest, in an order that does not change from request to request.
  void fill(Scene scene, IntPredicate eligible, Blend blend, List<Scored> ranked, int wanted) {
    int missing = wanted - ranked.size();
    int scanned = 0;
    TopK best = new TopK(missing);
    for (int number = 0;
        number < scene.snapshot().capacity() && scanned < FILL_SCAN_MAX;
        number++) {
      if (!blend.contains(number) && eligible.test(number)) {
        scanned++;
        CatalogueItem item = scene.snapshot().item(number);
        best.offer(number, item == null ? 0 : (float) depth(scene.offers().best(item)));
      }
    }
    for (int number : best.drain().items()) {
      CatalogueItem item = scene.snapshot().item(number);
      if (item != null) {
        ranked.add(blended(scene, item, 0));
      }
    }
  }
}
