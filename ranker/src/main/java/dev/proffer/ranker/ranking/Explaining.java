// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.ranker.v1.Contribution;
import dev.proffer.proto.ranker.v1.Reason;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.SourceScore;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.reranking.RankRows;
import dev.proffer.ranker.retrieval.BoughtTogether;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The stage that says why: which source argued with what, what moved the score most, what the
/// promotion does, and what price would change the place.
final class Explaining {
  private static final int POPULAR_RANK_MAX = 100;
  private static final int CONTRIBUTIONS_MAX = 10;

  /// Discounts in percent that a contrastive reason may name.
  private static final int[] DISCOUNTS = {5, 10, 15, 20, 25, 30, 40, 50};

  private final Valuing valuing;

  Explaining(Valuing valuing) {
    this.valuing = valuing;
  }

  /// Adds reasons, sources and contributions.
  ///
  /// @param first the item at the first place of the reply
  /// @param byValue whether the places are in the order of value alone
  void explain(
      RecommendedItem.Builder view,
      Scene scene,
      Query query,
      Blend blend,
      Valued valued,
      Scored scored,
      Scored first,
      boolean explored,
      boolean byValue) {
    int number = scored.item().number();
    double blended = 0;
    List<Contribution> contributions = new ArrayList<>();
    boolean argued = false;
    if (explored) {
      view.addReasons(Reasons.fresh());
    }
    for (int s = 0; s < blend.sources(); s++) {
      Retrieval.Proposal proposal = blend.proposal(s);
      int rank = Blend.rank(proposal.hits(), number);
      if (rank < 0) {
        continue;
      }
      CandidateSource source = proposal.source();
      float score = proposal.hits().scores()[rank];
      double share = score / proposal.hits().scores()[0];
      blended += share * blend.weight(s);
      view.addSources(
          SourceScore.newBuilder().setSource(source.name()).setScore(score).setRank(rank + 1));
      contributions.add(
          Contribution.newBuilder()
              .setFeature("source:" + source.name())
              .setValue(share)
              .setContribution(share * blend.weight(s))
              .build());
      int because = source.because(query, number);
      CatalogueItem cause = because < 0 ? null : scene.snapshot().item(query.history()[because]);
      if (cause != null && !argued && source.name().equals(BoughtTogether.NAME)) {
        view.addReasons(Reasons.together(cause));
        argued = true;
      } else if (cause != null && !argued && !source.name().equals(ContentSource.NAME)) {
        view.addReasons(
            Reasons.behaviour(cause, scene.shopper().bought().contains(cause.number())));
        argued = true;
      } else if (cause != null && !argued) {
        view.addReasons(Reasons.content(cause));
        argued = true;
      } else if (source.name().equals(Popularity.NAME) && !argued && rank < POPULAR_RANK_MAX) {
        view.addReasons(Reasons.popular());
        argued = true;
      }
    }
    ItemOffer offer = scored.offer();
    if (offer != null) {
      view.addReasons(Reasons.promotion(offer));
      contributions.add(
          Contribution.newBuilder()
              .setFeature("promotion_depth")
              .setValue(offer.depth())
              .setContribution(scored.value() - blended)
              .build());
    }
    if (view.getReasonsCount() == 0) {
      view.addReasons(argued ? Reasons.popular() : Reasons.fresh());
    }
    contributions.sort(
        Comparator.comparingDouble((Contribution c) -> Math.abs(c.getContribution())).reversed());
    if (valued.heads() != null && valued.rows() != null && scored.row() >= 0) {
      contributions = probable(valued.heads(), valued.rows(), scored);
    } else if (valued.model() != null && valued.rows() != null && scored.row() >= 0) {
      contributions = learned(valued.model(), valued.rows(), scored);
    }
    view.addAllContributions(
        contributions.subList(0, Math.min(CONTRIBUTIONS_MAX, contributions.size())));
    Reason contrast = contrast(valued, scored, first, byValue);
    if (contrast != null) {
      view.addReasons(contrast);
    }
  }

  /// What the columns of the learned ranker add to the score, the most important first.
  private static List<Contribution> learned(RankModel model, RankRows rows, Scored scored) {
    List<String> names = model.columns().names();
    double[] values = rows.row(scored.row());
    double[] added = model.contributions(rows, scored.row());
    List<Contribution> contributions = new ArrayList<>(added.length);
    for (int c = 0; c < added.length; c++) {
      if (added[c] != 0) {
        contributions.add(
            Contribution.newBuilder()
                .setFeature(names.get(c))
                .setValue(values[c])
                .setContribution(added[c])
                .build());
      }
    }
    contributions.sort(BY_SIZE);
    return contributions;
  }

  /// What makes up the value, whose logarithm is the sum of these, then what moved the
  /// probabilities.
  private List<Contribution> probable(ShopHeads.Asked asked, RankRows rows, Scored scored) {
    List<Contribution> contributions = new ArrayList<>();
    contributions.add(
        factor("click_probability", scored.clickProbability(), scored.clickProbability()));
    if (scored.purchaseProbability() > 0) {
      contributions.add(
          factor(
              "purchase_probability", scored.purchaseProbability(), scored.purchaseProbability()));
      double margin = valuing.worth().margin(scored.item(), Worth.price(scored));
      contributions.add(factor("margin_minor_units", margin, valuing.worth().weighted(margin)));
    }
    asked.look(rows, scored.row(), scored.item());
    for (ShopHeads.FieldShare share : asked.shares(rows, scored.row(), CONTRIBUTIONS_MAX)) {
      contributions.add(
          Contribution.newBuilder()
              .setFeature(share.field())
              .setValue(share.value())
              .setContribution(share.added())
              .build());
    }
    return contributions;
  }

  private static Contribution factor(String name, double value, double counted) {
    return Contribution.newBuilder()
        .setFeature(name)
        .setValue(value)
        .setContribution(counted > 0 ? Math.log(counted) : 0)
        .build();
  }

  private static final Comparator<Contribution> BY_SIZE =
      Comparator.comparingDouble((Contribution c) -> Math.abs(c.getContribution())).reversed();

  /// What would bring an item to the first place, or keep the first one from it; null when no usual
  /// discount would.
  private @Nullable Reason contrast(Valued valued, Scored scored, Scored first, boolean byValue) {
    if (scored.item().priceMinorUnits() <= 0) {
      return null;
    }
    if (scored.item() == first.item()) {
      if (scored.offer() == null || !byValue) {
        return null;
      }
      Scored without = scored.at(valuing.valueAt(valued, scored, scored.item().priceMinorUnits()));
      int place = 1;
      for (Scored other : valued.items()) {
        place +=
            other.item() != scored.item() && Scored.BY_VALUE.compare(other, without) < 0 ? 1 : 0;
      }
      if (place == 1) {
        return null;
      }
      // Behind the last one that was valued there may be others before it.
      return place == valued.items().size()
          ? Reasons.listedByOffer(place - 1, scored.offer())
          : Reasons.firstByOffer(place, scored.offer());
    }
    double depth = Valuing.depth(scored.offer());
    long floor = scored.item().facts().floorPriceMinorUnits();
    for (int percent : DISCOUNTS) {
      // As a promotion of so many percent would round it.
      long list = scored.item().priceMinorUnits();
      long price = list - (list * percent + 50) / 100;
      if (percent / 100.0 > depth
          && price >= floor
          && valuing.valueAt(valued, scored, price) > first.value()) {
        return Reasons.wouldBeFirst(percent);
      }
    }
    return null;
  }
}
