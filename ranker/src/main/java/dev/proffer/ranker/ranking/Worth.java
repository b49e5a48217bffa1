// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.promotion.ItemFacts;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.reranking.RankRows;
import java.util.ArrayList;
import java.util.List;

/// What showing an item is worth: the probability that it is turned to, times that it is then
/// bought, times the margin that is left after its promotion.
///
/// Where too little was bought to know the second, the probability that it is turned to orders
/// alone. What a promotion does to the probabilities is in them: they see its depth.
///
/// @param marginWeight the power of the margin: 1 orders by what is to be earned, 0 by the
///   probability of a purchase alone
/// @param marginShare the margin of items whose cost is not known, as a share of their list price
/// @param valuedMax how many candidates are valued, most relevant first
public record Worth(double marginWeight, double marginShare, int valuedMax) {
  /// Orders candidates by their worth.
  ///
  /// @param relevant candidates, each with its row
  Valued ordered(Scene scene, List<Scored> relevant, RankRows rows, ShopHeads heads, int max) {
    int[] history = scene.shopper().history();
    CatalogueItem latest = history.length == 0 ? null : scene.snapshot().item(history[0]);
    ShopHeads.Asked asked = heads.asked(latest, scene.atMillis());
    boolean margins = heads.purchase() != null;
    List<Scored> all = new ArrayList<>(relevant.size());
    for (Scored each : relevant) {
      asked.look(rows, each.row(), each.item());
      double click = asked.click();
      double purchase = asked.purchase();
      double value =
          margins ? click * purchase * weighted(margin(each.item(), price(each))) : click;
      all.add(
          new Scored(
              each.item(),
              margins ? click * purchase : click,
              value,
              each.offer(),
              each.row(),
              click,
              purchase));
    }
    all.sort(Scored.BY_VALUE);
    return new Valued(
        all.size() > max ? new ArrayList<>(all.subList(0, max)) : all,
        heads.name(),
        null,
        rows,
        asked);
  }

  /// What the item would be worth at another price.
  double valueAt(ShopHeads.Asked asked, RankRows rows, Scored scored, long afterMinorUnits) {
    long list = scored.item().priceMinorUnits();
    asked.look(rows.repriced(scored.row(), list, afterMinorUnits), 0, scored.item());
    double click = asked.click();
    return scored.purchaseProbability() > 0
        ? click * asked.purchase() * weighted(margin(scored.item(), afterMinorUnits))
        : click;
  }

  /// What the shop keeps of a unit at a price, in minor units; below 0 when it loses.
  double margin(CatalogueItem item, long priceMinorUnits) {
    long cost = item.facts().costMinorUnits();
    return priceMinorUnits
        - (cost == ItemFacts.UNKNOWN ? item.priceMinorUnits() * (1 - marginShare) : (double) cost);
  }

  static long price(Scored scored) {
    ItemOffer offer = scored.offer();
    return offer == null ? scored.item().priceMinorUnits() : offer.priceMinorUnits();
  }

  /// The margin as far as it counts.
  double weighted(double margin) {
    return marginWeight == 1
        ? margin
        : Math.signum(margin) * Math.pow(Math.abs(margin), marginWeight);
  }
}
