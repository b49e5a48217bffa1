// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.decision.SlotExploration;
import dev.proffer.ranker.experiment.Interleaving;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.retrieval.ContentKeeper;
import dev.proffer.ranker.retrieval.ContentSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The stage that turns an order into a page: not too much alike, nothing too often, a place for
/// chance, two rankers in turn, and the offer that a policy chose for each item.
public final class Arranging {
  private final Diversity diversity;
  private final FrequencyCap cap;
  private final SlotExploration exploration;
  private final int explorationPool;
  private final ContentKeeper content;
  private final RandomGenerator random;

  /// @param explorationPool how many of the next best can get the place that goes to chance
  /// @param content what knows how alike items are
  public Arranging(
      Diversity diversity,
      FrequencyCap cap,
      SlotExploration exploration,
      int explorationPool,
      ContentKeeper content,
      RandomGenerator random) {
    this.diversity = diversity;
    this.cap = cap;
    this.exploration = exploration;
    this.explorationPool = explorationPool;
    this.content = content;
    this.random = random;
  }

  /// How many more than the places of a reply are looked at.
  int spare() {
    return diversity.isNone() ? explorationPool : Math.max(explorationPool, 500);
  }

  /// Whether places follow from value alone, but for chance at the last one.
  boolean isByValue() {
    return diversity.isNone();
  }

  String policy() {
    return exploration.policy();
  }

  /// The items that may not be shown to somebody for a while.
  Set<Integer> exhausted(Scene scene) {
    return cap.exhausted(scene.shopper().key(), scene.atMillis());
  }

  void show(Scene scene, List<Place> places) {
    cap.show(scene.shopper().key(), places, scene.atMillis());
  }

  /// The items in an order that is not all of one kind in its first `k` places.
  List<Scored> diverse(List<Scored> ranked, int k) {
    if (diversity.isNone()) {
      return ranked;
    }
    @Nullable ContentSource vectors = content.current();
    return diversity.arrange(ranked, k, (a, b) -> likeness(vectors, a.item(), b.item()));
  }

  private static double likeness(
      @Nullable ContentSource vectors, CatalogueItem a, CatalogueItem b) {
    double ofKind =
        (!a.category().isEmpty() && a.category().equals(b.category()) ? 0.5 : 0)
            + (!a.brand().isEmpty() && a.brand().equals(b.brand()) ? 0.2 : 0);
    return vectors == null ? ofKind : Math.max(ofKind, vectors.similarity(a.number(), b.number()));
  }

  /// The places of one ranker: the best in order, the last one left to chance.
  List<Place> explore(List<Scored> ranked, int k) {
    List<Place> places = new ArrayList<>(k);
    for (Scored each : ranked.subList(0, k)) {
      places.add(new Place(each));
    }
    if (k >= SlotExploration.LIST_MIN && exploration.epsilon() > 0) {
      int pool = Math.min(ranked.size() - k + 1, explorationPool);
      SlotExploration.Choice choice = exploration.choose(pool, random);
      places.set(
          k - 1,
          new Place(
              ranked.get(k - 1 + choice.index()), choice.propensity(), choice.index() > 0, 0, ""));
    }
    return places;
  }

  /// The places of two rankers that take turns. The propensity of an item is that of its ranker to
  /// choose first in its round, or 1 when both would have put the same item there.
  List<Place> interleave(List<String> names, List<Scored> first, List<Scored> second, int k) {
    Map<String, Scored> known = new HashMap<>();
    List<String> firstIds = new ArrayList<>();
    List<String> secondIds = new ArrayList<>();
    for (Scored each : first) {
      known.put(each.item().id(), each);
      firstIds.add(each.item().id());
    }
    for (Scored each : second) {
      known.putIfAbsent(each.item().id(), each);
      secondIds.add(each.item().id());
    }
    List<Place> places = new ArrayList<>(k);
    for (Interleaving.Place place : Interleaving.draft(firstIds, secondIds, k, random)) {
      Scored scored = known.get(place.item());
      if (scored != null) {
        places.add(
            new Place(
                scored,
                place.propensity(),
                false,
                0,
                place.first() ? names.getFirst() : names.getLast()));
      }
    }
    return places;
  }

  /// With the offer that the policy of offers chooses, where one does.
  static Place withOffer(Place place, Scene scene, Deciding.Turn turn, double[] ofPerson) {
    CatalogueItem item = place.scored().item();
    if (place.scored().offer() == null) {
      return place;
    }
    double[] context = Arrays.copyOf(ofPerson, ofPerson.length + 2);
    context[ofPerson.length] = Math.log1p((double) item.priceMinorUnits()) / 10;
    context[ofPerson.length + 1] = place.scored().offer().depth();
    Deciding.Choice choice = turn.offer(item.id(), scene.offers().legal(item), context);
    ItemOffer offer = choice == null ? null : scene.offers().of(item, choice.option());
    if (choice == null || offer == null) {
      return place;
    }
    return new Place(
        place.scored().with(offer),
        place.propensity(),
        place.explored(),
        choice.propensity(),
        place.ranker());
  }
}
