// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.ranker.catalogue.Catalogue;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.People;
import dev.proffer.ranker.model.ModelHost;
import dev.proffer.ranker.model.ServingModel;
import dev.proffer.ranker.model.Shoppers;
import dev.proffer.ranker.promotion.Moment;
import dev.proffer.ranker.promotion.PersonFacts;
import dev.proffer.ranker.promotion.PromotionSnapshot;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.runtime.degraded.Degradation;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The first stage: who asks, what they did, what is legal for them, and with what they are
/// answered.
public final class Scenes {
  private final Catalogue catalogue;
  private final Promotions promotions;
  private final People people;
  private final ModelHost models;
  private final FeatureStoreClient features;
  private final int historyMax;
  private final Clock clock;

  public Scenes(
      Catalogue catalogue,
      Promotions promotions,
      People people,
      ModelHost models,
      FeatureStoreClient features,
      int historyMax,
      Clock clock) {
    this.catalogue = catalogue;
    this.promotions = promotions;
    this.people = people;
    this.models = models;
    this.features = features;
    this.historyMax = historyMax;
    this.clock = clock;
  }

  CatalogueSnapshot snapshot() {
    return catalogue.snapshot();
  }

  /// The model that serves now.
  ServingModel model() {
    return models.serving();
  }

  /// The latest items of a person that are remembered, newest first.
  int[] remembered(String userId) {
    return models.serving().shoppers().memory(userId, "", historyMax).recent();
  }

  /// The scene of somebody: as much as is known of them goes into it.
  Scene personal(
      String userId,
      String sessionId,
      RequestContext context,
      dev.proffer.proto.promotion.v1.@Nullable Person override,
      List<String> recentOldestFirst,
      long deadline,
      Degradation degradation) {
    CatalogueSnapshot snapshot = catalogue.snapshot();
    ServingModel model = models.serving();
    if (!model.fromBundle()) {
      degradation.missing(
          "model",
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "untrained weights",
          models.problem().isEmpty()
              ? "no model bundle is active; the event log alone is learned from"
              : models.problem(),
          0.1);
    }
    PersonFeatures person = PersonFeatures.NONE;
    Shoppers.Memory memory = model.shoppers().memory(userId, sessionId, historyMax);
    if (!userId.isEmpty() || !sessionId.isEmpty()) {
      PersonFeatures read =
          features.read(userId, sessionId, deadline - System.nanoTime(), degradation);
      if (read != null) {
        person = read;
        if (read.asOfUnixMs() > 0 && !degradation.parts().isEmpty()) {
          degradation.featureAge(Math.max(0, clock.millis() - read.asOfUnixMs()));
        }
      }
    }
    long at = context.getAtUnixMs() == 0 ? clock.millis() : context.getAtUnixMs();
    PromotionSnapshot offers = promotions.snapshot();
    PersonFacts facts =
        promotions.withGiven(facts(userId, override, degradation), offers, degradation);
    Offers finder =
        new Offers(
            offers,
            offers.finder(
                facts,
                new Moment(at, context.getChannel(), context.getRegion(), ""),
                promotions.usage(userId)));
    Shopper shopper =
        new Shopper(
            userId.isEmpty() ? sessionId : userId,
            facts,
            history(context.getCartItemIdsList(), recentOldestFirst, person, memory),
            bought(person, memory),
            groups(facts, context),
            memory.purchases());
    model.shoppers().belong(userId, sessionId, facts.segments());
    return new Scene(snapshot, model, offers, finder, shopper, at, context.getRegion());
  }

  /// The scene of a question that is not about a person; prices are theirs all the same.
  Scene impersonal(
      CatalogueSnapshot snapshot, String userId, RequestContext context, int[] history) {
    long at = context.getAtUnixMs() == 0 ? clock.millis() : context.getAtUnixMs();
    PromotionSnapshot offers = promotions.snapshot();
    Degradation degradation = new Degradation();
    PersonFacts facts = promotions.withGiven(facts(userId, null, degradation), offers, degradation);
    return new Scene(
        snapshot,
        models.serving(),
        offers,
        new Offers(
            offers,
            offers.finder(
                facts,
                new Moment(at, context.getChannel(), context.getRegion(), ""),
                promotions.usage(userId))),
        new Shopper(userId, facts, history, Set.of(), groups(facts, context), List.of()),
        at,
        context.getRegion());
  }

  private PersonFacts facts(
      String userId,
      dev.proffer.proto.promotion.v1.@Nullable Person override,
      Degradation degradation) {
    try {
      return people.of(userId, override);
    } catch (dev.proffer.runtime.sql.SqlFailure e) {
      degradation.missing(
          "members",
          DegradedCause.DEGRADED_CAUSE_UNAVAILABLE,
          "nothing is known of the person",
          "the members table could not be read",
          0.1);
      return new PersonFacts(userId, Set.of(), 0, PersonFacts.UNKNOWN, 0, null);
    }
  }

  private static List<String> groups(PersonFacts facts, RequestContext context) {
    List<String> groups = new ArrayList<>(Shoppers.segments(facts.segments()));
    groups.addAll(Shoppers.contexts(context.getChannel(), context.getRegion()));
    return groups;
  }

  /// The history, newest first: the cart, what the caller adds, what the feature store knows, and
  /// what is remembered when it knows nothing.
  private int[] history(
      List<String> cart, List<String> recent, PersonFeatures person, Shoppers.Memory memory) {
    Set<Integer> items = new LinkedHashSet<>();
    for (String id : cart.reversed()) {
      add(items, id);
    }
    for (String id : recent.reversed()) {
      add(items, id);
    }
    for (String id : person.recent()) {
      add(items, id);
    }
    if (person.recent().isEmpty()) {
      for (int item : memory.recent()) {
        items.add(item);
      }
    }
    return items.stream().limit(historyMax).mapToInt(Integer::intValue).toArray();
  }

  private void add(Set<Integer> items, String id) {
    int number = catalogue.snapshot().numbers().find(id);
    if (number >= 0 && items.size() < historyMax) {
      items.add(number);
    }
  }

  private Set<Integer> bought(PersonFeatures person, Shoppers.Memory memory) {
    Set<Integer> items = new HashSet<>();
    for (int item : memory.bought()) {
      items.add(item);
    }
    for (String id : person.purchased()) {
      int number = catalogue.snapshot().numbers().find(id);
      if (number >= 0) {
        items.add(number);
      }
    }
    return items;
  }

  /// With the bundle that an experiment tries out, once it is loaded.
  Scene withCanary(Scene scene, Deciding.Turn turn, Degradation degradation) {
    if (turn.modelVersion().isEmpty()) {
      return scene;
    }
    ServingModel canary = models.canary(turn.modelVersion());
    if (canary == null) {
      degradation.missing(
          "model:" + turn.modelVersion(),
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "the current model",
          "the bundle that an experiment tries out is not loaded",
          0);
      return scene;
    }
    return scene.with(canary);
  }
}
