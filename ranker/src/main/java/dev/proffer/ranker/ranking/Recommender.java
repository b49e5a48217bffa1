// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.ranker.v1.Contribution;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsResponse;
import dev.proffer.proto.ranker.v1.SourceScore;
import dev.proffer.ranker.catalogue.Catalogue;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.People;
import dev.proffer.ranker.decision.DecisionLog;
import dev.proffer.ranker.decision.SlotExploration;
import dev.proffer.ranker.experiment.Interleaving;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.model.ModelHost;
import dev.proffer.ranker.model.ServingModel;
import dev.proffer.ranker.model.Shoppers;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.promotion.Moment;
import dev.proffer.ranker.promotion.PersonFacts;
import dev.proffer.ranker.promotion.PromotionSnapshot;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.ranker.retrieval.BoughtTogether;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentKeeper;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.TrendingNext;
import dev.proffer.ranker.search.TextIndex;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.grpc.RequestId;
import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers requests for items: history, candidates, eligibility, blend, offers, exploration,
/// reasons, decision log.
///
/// Whatever is lost, a reply comes: with remembered features, with what is popular, or at last with
/// whatever the shop has. Each loss is named.
public final class Recommender {
  private static final Logger log = LoggerFactory.getLogger(Recommender.class);
  private static final int WARM_UP_REQUESTS = 400;

  private final Catalogue catalogue;
  private final Promotions promotions;
  private final People people;
  private final ModelHost models;
  private final ContentKeeper content;
  private final TextIndex texts;
  private final FeatureStoreClient features;
  private final Supplier<BoughtTogether> together;
  private final Retrieval retrieval;
  private final DecisionLog decisions;
  private final Deciding deciding;
  private final Options options;
  private final RandomGenerator random;
  private final Clock clock;

  /// How requests are answered.
  ///
  /// @param budget how long a request may take
  /// @param sourceTimeout how long candidate sources may take
  /// @param candidatesMax items that each source may propose
  /// @param historyMax items of a history that are looked at
  /// @param promotionWeight what a price of nothing would add to the score, as a factor
  /// @param explorationPool how many of the next best can get the place that goes to chance
  public record Options(
      Duration budget,
      Duration sourceTimeout,
      int candidatesMax,
      int historyMax,
      double promotionWeight,
      SlotExploration exploration,
      int explorationPool) {}

  /// One person's side of a request.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Shopper(PersonFacts facts, int[] history, Set<Integer> bought) {}

  /// What a request is answered with, taken once at its start.
  private record Scene(
      CatalogueSnapshot snapshot,
      ServingModel model,
      PromotionSnapshot promotions,
      Offers offers,
      Shopper shopper,
      long atMillis,
      String region) {}

  /// One item with all that is known about it at the end.
  private record Scored(
      CatalogueItem item, float blended, double value, @Nullable ItemOffer offer) {}

  /// One place of a reply.
  ///
  /// @param propensity of the item at this place
  /// @param offerPropensity of the offer; 0 when no policy chose it
  /// @param ranker who brought it, when rankers were interleaved
  private record Place(
      Scored scored, double propensity, boolean explored, double offerPropensity, String ranker) {
    Place(Scored scored) {
      this(scored, 1, false, 0, "");
    }
  }

  public Recommender(
      Catalogue catalogue,
      Promotions promotions,
      People people,
      ModelHost models,
      ContentKeeper content,
      TextIndex texts,
      FeatureStoreClient features,
      Supplier<BoughtTogether> together,
      Retrieval retrieval,
      DecisionLog decisions,
      Deciding deciding,
      Options options,
      RandomGenerator random,
      Clock clock) {
    this.catalogue = catalogue;
    this.promotions = promotions;
    this.people = people;
    this.models = models;
    this.content = content;
    this.texts = texts;
    this.features = features;
    this.together = together;
    this.retrieval = retrieval;
    this.decisions = decisions;
    this.deciding = deciding;
    this.options = options;
    this.random = random;
    this.clock = clock;
  }

  /// Chooses items for a person or a session.
  public RecommendResponse recommend(RecommendRequest request) {
    return recommend(request, true);
  }

  /// Recommends to nobody for a while, so that the first person does not wait for code that is not
  /// compiled yet. Nothing is logged.
  public void warmUp(Duration max) {
    long end = System.nanoTime() + max.toNanos();
    for (int i = 0; i < WARM_UP_REQUESTS && System.nanoTime() < end; i++) {
      CatalogueSnapshot snapshot = catalogue.snapshot();
      RecommendRequest.Builder request =
          RecommendRequest.newBuilder().setSessionId("warm-up").setK(10).setExplain(i % 2 == 0);
      for (int recent = 0; recent < 5 && snapshot.capacity() > 0; recent++) {
        CatalogueItem item = snapshot.item(random.nextInt(snapshot.capacity()));
        if (item != null) {
          request.addRecentItemIds(item.id());
        }
      }
      recommend(request.build(), false);
    }
  }

  private RecommendResponse recommend(RecommendRequest request, boolean logged) {
    long deadline = deadline();
    Degradation degradation = new Degradation();
    RequestContext context = request.getContext();
    ItemFilter filter = request.getFilter();
    Scene scene =
        scene(
            request.getUserId(),
            request.getSessionId(),
            context,
            request.hasPerson() ? request.getPerson() : null,
            request.getRecentItemIdsList(),
            deadline,
            degradation);
    Deciding.Turn turn =
        deciding.turn(
            request.getUserId().isEmpty() ? request.getSessionId() : request.getUserId(),
            scene.shopper().facts().segments(),
            request.getPolicyContextList().stream().mapToDouble(Double::doubleValue).toArray(),
            scene.atMillis(),
            logged,
            degradation);
    scene = withCanary(scene, turn, degradation);
    double[] ofPerson = features(scene);
    int[] unwanted = unwanted(scene, context, filter.getIncludeSeen());
    Eligibility eligible =
        new Eligibility(
            scene.snapshot(),
            scene.atMillis(),
            scene.region(),
            filter,
            unwanted,
            scene.offers()::best,
            scene.offers()::legal);
    Query query = new Query(scene.shopper().history(), scene.atMillis(), eligible);

    // 1. Candidates of all sources, blended as the ranker of this reply does.
    List<String> two = turn.interleaved();
    Deciding.Choice ranker =
        two.isEmpty() ? turn.ranker(ofPerson) : new Deciding.Choice(String.join("+", two), 1);
    List<Retrieval.Proposal> proposals = propose(scene, query, deadline, degradation);
    Blend blend =
        new Blend(proposals, weights(scene, two.isEmpty() ? ranker.option() : two.getFirst()));
    // 2. The price and the value of each.
    int wanted = request.getK() + options.explorationPool();
    List<Scored> ranked = value(scene, blend, wanted);
    // 3. Whatever the shop has, when the sources have too little.
    if (ranked.size() < wanted) {
      fill(scene, eligible, blend, ranked, wanted);
      if (blend.size() == 0 && !ranked.isEmpty() && !degradation.parts().isEmpty()) {
        degradation.missing(
            "candidates",
            DegradedCause.DEGRADED_CAUSE_UNAVAILABLE,
            "static list",
            "no candidate source had anything to propose",
            0.2);
      }
    }
    // 4. The last place goes to chance, some of the time; or two rankers share the places.
    int k = Math.min(request.getK(), ranked.size());
    List<String> pool =
        ranked.stream().limit(CANDIDATES_LOGGED).map(each -> each.item().id()).toList();
    List<Place> places =
        two.isEmpty()
            ? explore(ranked, k)
            : interleave(
                two,
                ranked,
                value(scene, new Blend(proposals, weights(scene, two.getLast())), k),
                k);
    // The offer of each item, among its legal ones.
    for (int i = 0; i < places.size(); i++) {
      places.set(i, withOffer(places.get(i), scene, turn, ofPerson));
    }
    Deciding.Choice layout = turn.layout(request.getLayoutsList(), ofPerson);
    Deciding.Choice personal =
        turn.personalOffer(
            scene.offers().granted(places.stream().map(place -> place.scored().item()).toList()),
            ofPerson);

    // 5. The reply and the log.
    String requestId = requestId(request.getRequestId());
    RecommendResponse.Builder reply =
        RecommendResponse.newBuilder()
            .setRequestId(requestId)
            .setModelVersion(scene.model().trained().version())
            .setCatalogueVersion(scene.snapshot().version())
            .setPolicy(options.exploration().policy())
            .putAllVariants(turn.variants())
            .setHeldOut(turn.heldOut())
            .setRanker(ranker.option())
            .setRankerPropensity(ranker.propensity())
            .setLayout(layout.option())
            .setLayoutPropensity(layout.propensity());
    if (personal != null) {
      reply.setPersonalOfferPropensity(personal.propensity());
      if (!personal.option().equals(Deciding.NO_OFFER)) {
        reply.setPersonalOffer(scene.offers().describe(personal.option()));
      }
    }
    for (int i = 0; i < places.size(); i++) {
      Place place = places.get(i);
      RecommendedItem.Builder item =
          view(place.scored(), i + 1)
              .setPropensity(place.propensity())
              .setOfferPropensity(place.offerPropensity())
              .setRanker(place.ranker());
      if (request.getExplain()) {
        explain(item, scene, query, blend, place.scored(), place.explored());
      }
      reply.addItems(item);
    }
    if (logged) {
      log(
          Decision.newBuilder()
              .setRequestId(requestId)
              .setUserId(request.getUserId())
              .setSessionId(request.getSessionId())
              .setCandidateCount(blend.size())
              .addAllCandidateItemIds(pool)
              .setPolicy(options.exploration().policy())
              .putAllVariants(turn.variants())
              .setHeldOut(turn.heldOut())
              .addAllArms(turn.arms()),
          scene,
          context,
          reply.getItemsList(),
          degradation);
    }
    Degraded degraded = degraded(scene, degradation);
    if (degraded != null) {
      reply.setDegraded(degraded);
    }
    return reply.build();
  }

  /// Orders candidates that the caller brings. Nothing is left to chance: every propensity is 1.
  public RankResponse rank(RankRequest request) {
    long deadline = deadline();
    Degradation degradation = new Degradation();
    RequestContext context = request.getContext();
    Scene scene =
        scene(
            request.getUserId(),
            request.getSessionId(),
            context,
            null,
            request.getRecentItemIdsList(),
            deadline,
            degradation);
    RankResponse.Builder reply = RankResponse.newBuilder();
    List<CatalogueItem> candidates = new ArrayList<>(request.getCandidateIdsCount());
    for (String id : new LinkedHashSet<>(request.getCandidateIdsList())) {
      CatalogueItem item = scene.snapshot().find(id);
      if (item == null) {
        throw ProfferException.notFound(ErrorReason.ERROR_REASON_UNKNOWN_ITEM, "candidate_ids", id);
      }
      if (item.sellable(scene.atMillis(), scene.region())) {
        candidates.add(item);
      } else {
        reply.addIneligibleIds(id);
      }
    }
    int[] numbers = candidates.stream().mapToInt(CatalogueItem::number).toArray();
    Query query = new Query(scene.shopper().history(), scene.atMillis(), _ -> true);
    List<Retrieval.Proposal> proposals = new ArrayList<>();
    for (CandidateSource source : sources(scene, degradation)) {
      try {
        proposals.add(new Retrieval.Proposal(source, best(source.score(query, numbers), numbers)));
      } catch (RuntimeException e) {
        log.warn("candidate source {} failed", source.name(), e);
        degradation.missing("source:" + source.name(), e, "", 0.2);
      }
    }
    Blend blend = new Blend(proposals, source -> weight(scene, source));
    int k = request.getK() == 0 ? candidates.size() : Math.min(request.getK(), candidates.size());
    List<Scored> ranked = value(scene, blend, candidates.size());
    for (CatalogueItem item : candidates) {
      if (!blend.contains(item.number())) {
        ranked.add(scored(scene, item, 0));
      }
    }
    String requestId = requestId(request.getRequestId());
    for (int i = 0; i < k; i++) {
      RecommendedItem.Builder item = view(ranked.get(i), i + 1).setPropensity(1);
      if (request.getExplain()) {
        explain(item, scene, query, blend, ranked.get(i), false);
      }
      reply.addItems(item);
    }
    log(
        Decision.newBuilder()
            .setRequestId(requestId)
            .setUserId(request.getUserId())
            .setSessionId(request.getSessionId())
            .setCandidateCount(candidates.size())
            .setPolicy("rank"),
        scene,
        context,
        reply.getItemsList(),
        degradation);
    Degraded degraded = degraded(scene, degradation);
    if (degraded != null) {
      reply.setDegraded(degraded);
    }
    return reply.setRequestId(requestId).setModelVersion(scene.model().trained().version()).build();
  }

  /// Items like an item: bought or looked at together, and alike in content.
  public SimilarItemsResponse similar(SimilarItemsRequest request) {
    Degradation degradation = new Degradation();
    RequestContext context = request.getContext();
    CatalogueSnapshot snapshot = catalogue.snapshot();
    CatalogueItem subject = snapshot.find(request.getItemId());
    if (subject == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_ITEM, "item_id", request.getItemId());
    }
    Scene scene = impersonal(snapshot, request.getUserId(), context, new int[] {subject.number()});
    Eligibility eligible =
        new Eligibility(
            snapshot,
            scene.atMillis(),
            scene.region(),
            request.getFilter(),
            new int[] {subject.number()},
            scene.offers()::best,
            scene.offers()::legal);
    Query query = new Query(scene.shopper().history(), scene.atMillis(), eligible);
    List<CandidateSource> sources = new ArrayList<>();
    for (CandidateSource source : sources(scene, degradation)) {
      if (source.name().equals(SeqKnn.NAME) || source.name().equals(ContentSource.NAME)) {
        sources.add(source);
      }
    }
    Blend blend =
        new Blend(
            retrieval.ask(
                sources,
                query,
                Math.max(request.getK(), options.candidatesMax()),
                options.sourceTimeout().toNanos(),
                degradation),
            name -> name.equals(SeqKnn.NAME) ? 0.6 : 0.4);
    SimilarItemsResponse.Builder reply = SimilarItemsResponse.newBuilder();
    Hits hits = blend.top(request.getK());
    for (int i = 0; i < hits.size(); i++) {
      CatalogueItem item = snapshot.item(hits.items()[i]);
      if (item != null) {
        float score = hits.scores()[i];
        reply.addItems(
            view(new Scored(item, score, score, scene.offers().best(item)), i + 1)
                .setPropensity(1));
      }
    }
    Degraded degraded = degradation.toProto();
    if (degraded != null) {
      reply.setDegraded(degraded);
    }
    return reply.build();
  }

  /// Items that match a text, or all that the filter allows when the text is empty.
  public SearchItemsResponse search(SearchItemsRequest request) {
    Degradation degradation = new Degradation();
    CatalogueSnapshot snapshot = catalogue.snapshot();
    String userId = request.getUserId();
    Scene scene =
        impersonal(
            snapshot,
            userId,
            request.getContext(),
            models.serving().shoppers().memory(userId, "", options.historyMax()).recent());
    Eligibility eligible =
        new Eligibility(
            snapshot,
            scene.atMillis(),
            scene.region(),
            request.getFilter(),
            new int[0],
            scene.offers()::best,
            scene.offers()::legal);
    SearchItemsResponse.Builder reply = SearchItemsResponse.newBuilder();
    List<Scored> found;
    if (request.getQuery().isBlank()) {
      Query query = new Query(scene.shopper().history(), scene.atMillis(), eligible);
      Blend blend =
          new Blend(propose(scene, query, deadline(), degradation), weights(scene, Deciding.BLEND));
      found = value(scene, blend, request.getK());
      if (found.size() < request.getK()) {
        fill(scene, eligible, blend, found, request.getK());
      }
      int total = 0;
      for (int number = 0; number < snapshot.capacity(); number++) {
        total += eligible.test(number) ? 1 : 0;
      }
      reply.setTotalMatches(total);
    } else {
      TextIndex.Found texted =
          texts.search(
              snapshot,
              request.getQuery(),
              Math.max(request.getK(), options.candidatesMax()),
              eligible);
      reply.setTotalMatches(texted.total());
      found = textual(scene, texted.hits());
    }
    for (int i = 0; i < Math.min(request.getK(), found.size()); i++) {
      reply.addItems(view(found.get(i), i + 1).setPropensity(1));
    }
    Degraded degraded = degraded(scene, degradation);
    if (degraded != null) {
      reply.setDegraded(degraded);
    }
    return reply.build();
  }

  /// The text decides; what sells and what is on promotion only breaks near ties.
  private List<Scored> textual(Scene scene, Hits hits) {
    float[] popular =
        scene
            .model()
            .trained()
            .popularity()
            .score(new Query(new int[0], scene.atMillis(), _ -> true), hits.items());
    float most = 0;
    for (float count : popular) {
      most = Math.max(most, count);
    }
    List<Scored> found = new ArrayList<>(hits.size());
    for (int i = 0; i < hits.size(); i++) {
      CatalogueItem item = scene.snapshot().item(hits.items()[i]);
      if (item != null) {
        float text = hits.scores()[i] / hits.scores()[0];
        float lift = 1 + (most > 0 ? 0.1f * popular[i] / most : 0);
        found.add(scored(scene, item, text * lift));
      }
    }
    found.sort(BY_VALUE);
    return found;
  }

  private Scene scene(
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
    Shoppers.Memory memory = model.shoppers().memory(userId, sessionId, options.historyMax());
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
            facts,
            history(context.getCartItemIdsList(), recentOldestFirst, person, memory),
            bought(person, memory));
    return new Scene(snapshot, model, offers, finder, shopper, at, context.getRegion());
  }

  private Scene impersonal(
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
        new Shopper(facts, history, Set.of()),
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
    return items.stream().limit(options.historyMax()).mapToInt(Integer::intValue).toArray();
  }

  private void add(Set<Integer> items, String id) {
    int number = catalogue.snapshot().numbers().find(id);
    if (number >= 0 && items.size() < options.historyMax()) {
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

  private static int[] unwanted(Scene scene, RequestContext context, boolean includeSeen) {
    Set<Integer> items = new HashSet<>(includeSeen ? Set.<Integer>of() : scene.shopper().bought());
    for (String id : context.getCartItemIdsList()) {
      int number = scene.snapshot().numbers().find(id);
      if (number >= 0) {
        items.add(number);
      }
    }
    return items.stream().mapToInt(Integer::intValue).toArray();
  }

  private List<CandidateSource> sources(Scene scene, Degradation degradation) {
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
  private static double weight(Scene scene, String source) {
    return source.equals(BoughtTogether.NAME)
        ? scene.model().trained().weights().getOrDefault(source, TOGETHER_WEIGHT)
        : scene.model().trained().weight(source);
  }

  private static final double TOGETHER_WEIGHT = 0.1;

  private List<Retrieval.Proposal> propose(
      Scene scene, Query query, long deadline, Degradation degradation) {
    long timeout =
        Math.max(0, Math.min(options.sourceTimeout().toNanos(), deadline - System.nanoTime()));
    return retrieval.ask(
        sources(scene, degradation), query, options.candidatesMax(), timeout, degradation);
  }

  /// The weights of sources for a ranker. A ranker of one source lets the others fill up its list.
  private static ToDoubleFunction<String> weights(Scene scene, String ranker) {
    return ranker.equals(Deciding.BLEND)
        ? source -> weight(scene, source)
        : source -> source.equals(ranker) ? 1 : FILL_WEIGHT;
  }

  private static final double FILL_WEIGHT = 1e-4;
  private static final int CANDIDATES_LOGGED = 100;
  private static final double DAY_MS = 86_400_000;

  /// With the bundle that an experiment tries out, once it is loaded.
  private Scene withCanary(Scene scene, Deciding.Turn turn, Degradation degradation) {
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
    return new Scene(
        scene.snapshot(),
        canary,
        scene.promotions(),
        scene.offers(),
        scene.shopper(),
        scene.atMillis(),
        scene.region());
  }

  /// What policies see of the person and the moment when the caller says nothing: 8 numbers of the
  /// size of 1.
  private static double[] features(Scene scene) {
    PersonFacts facts = scene.shopper().facts();
    double day = 2 * Math.PI * (scene.atMillis() % DAY_MS) / DAY_MS;
    double week = 2 * Math.PI * (scene.atMillis() % (7 * DAY_MS)) / (7 * DAY_MS);
    return new double[] {
      1,
      Math.log1p(scene.shopper().history().length) / 3,
      Math.log1p(scene.shopper().bought().size()) / 3,
      Math.log1p(Math.max(0, facts.orderCount())) / 3,
      Math.min(1, facts.memberLevel() / 5.0),
      Math.sin(day),
      Math.cos(day),
      Math.sin(week)
    };
  }

  /// The places of one ranker: the best in order, the last one left to chance.
  private List<Place> explore(List<Scored> ranked, int k) {
    List<Place> places = new ArrayList<>(k);
    for (Scored each : ranked.subList(0, k)) {
      places.add(new Place(each));
    }
    if (k >= SlotExploration.LIST_MIN && options.exploration().epsilon() > 0) {
      int pool = Math.min(ranked.size() - k + 1, options.explorationPool());
      SlotExploration.Choice choice = options.exploration().choose(pool, random);
      places.set(
          k - 1,
          new Place(
              ranked.get(k - 1 + choice.index()), choice.propensity(), choice.index() > 0, 0, ""));
    }
    return places;
  }

  /// The places of two rankers that take turns. The propensity of an item is that of its ranker to
  /// choose first in its round, or 1 when both would have put the same item there.
  private List<Place> interleave(
      List<String> names, List<Scored> first, List<Scored> second, int k) {
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
  private static Place withOffer(Place place, Scene scene, Deciding.Turn turn, double[] ofPerson) {
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
        new Scored(item, place.scored().blended(), place.scored().value(), offer),
        place.propensity(),
        place.explored(),
        choice.propensity(),
        place.ranker());
  }

  /// The best items by value, best first. Equal values are ordered by item id.
  private List<Scored> value(Scene scene, Blend blend, int max) {
    List<Scored> all = new ArrayList<>(blend.size());
    for (int i = 0; i < blend.size(); i++) {
      CatalogueItem item = scene.snapshot().item(blend.item(i));
      if (item != null) {
        all.add(scored(scene, item, blend.score(i)));
      }
    }
    all.sort(BY_VALUE);
    return all.size() > max ? new ArrayList<>(all.subList(0, max)) : all;
  }

  private static final Comparator<Scored> BY_VALUE =
      Comparator.comparingDouble(Scored::value)
          .reversed()
          .thenComparing(scored -> scored.item().id());

  private Scored scored(Scene scene, CatalogueItem item, float blended) {
    ItemOffer offer = scene.offers().best(item);
    double lift = offer == null ? 1 : 1 + options.promotionWeight() * offer.depth();
    return new Scored(item, blended, blended * lift, offer);
  }

  /// Adds eligible items that no source proposed: those with the deepest promotion first, then the
  /// newest, in an order that does not change from request to request.
  private void fill(
      Scene scene, Eligibility eligible, Blend blend, List<Scored> ranked, int wanted) {
    int missing = wanted - ranked.size();
    int scanned = 0;
    TopK best = new TopK(missing);
    for (int number = 0;
        number < scene.snapshot().capacity() && scanned < FILL_SCAN_MAX;
        number++) {
      if (!blend.contains(number) && eligible.test(number)) {
        scanned++;
        CatalogueItem item = scene.snapshot().item(number);
        ItemOffer offer = item == null ? null : scene.offers().best(item);
        best.offer(number, offer == null ? 0 : (float) offer.depth());
      }
    }
    for (int number : best.drain().items()) {
      CatalogueItem item = scene.snapshot().item(number);
      if (item != null) {
        ranked.add(scored(scene, item, 0));
      }
    }
  }

  private static final int FILL_SCAN_MAX = 20_000;

  private static RecommendedItem.Builder view(Scored scored, int position) {
    CatalogueItem item = scored.item();
    ItemOffer offer = scored.offer();
    RecommendedItem.Builder view =
        RecommendedItem.newBuilder()
            .setItemId(item.id())
            .putAllTitles(item.item().getTitlesMap())
            .setCategory(item.category())
            .setBrand(item.brand())
            .setScore(scored.value())
            .setListPriceMinorUnits(item.priceMinorUnits())
            .setPriceMinorUnits(offer == null ? item.priceMinorUnits() : offer.priceMinorUnits())
            .setCurrency(item.currency())
            .setPosition(position)
            .setImageUrl(item.item().getImageUrl());
    if (offer != null) {
      view.setOffer(Offers.toProto(offer));
    }
    return view;
  }

  private void explain(
      RecommendedItem.Builder view,
      Scene scene,
      Query query,
      Blend blend,
      Scored scored,
      boolean explored) {
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
    view.addAllContributions(contributions);
  }

  private static final int POPULAR_RANK_MAX = 100;

  private void log(
      Decision.Builder decision,
      Scene scene,
      RequestContext context,
      List<RecommendedItem> items,
      Degradation degradation) {
    decision
        .setDecidedAtUnixMs(scene.atMillis())
        .setContextHash(contextHash(scene, context))
        .setModelVersion(scene.model().trained().version())
        .setFeatureSetHash(scene.model().trained().featureSetHash())
        .addAllDegradedParts(degradation.parts());
    for (RecommendedItem item : items) {
      CatalogueItem known = scene.snapshot().find(item.getItemId());
      decision.addChoices(
          DecisionChoice.newBuilder()
              .setItemId(item.getItemId())
              .setPromotionId(item.getOffer().getPromotionId())
              .setPosition(item.getPosition())
              .setPropensity(item.getPropensity())
              .setScore(item.getScore())
              .setRanker(item.getRanker())
              .addAllLegalPromotionIds(known == null ? List.of() : scene.offers().legal(known)));
    }
    if (!decisions.append(decision.build())) {
      degradation.missing(
          "decision-log",
          DegradedCause.DEGRADED_CAUSE_OVERLOAD,
          "",
          "the decision log cannot keep up; this decision is not in it",
          0);
    }
  }

  private static String contextHash(Scene scene, RequestContext context) {
    int hash =
        Arrays.hashCode(scene.shopper().history()) * 31
            + context.toBuilder().clearAtUnixMs().clearLanguage().build().hashCode();
    return Integer.toHexString(hash);
  }

  private @Nullable Degraded degraded(Scene scene, Degradation degradation) {
    degradation.modelVersion(scene.model().trained().version());
    return degradation.toProto();
  }

  private static Hits best(float[] scores, int[] items) {
    TopK best = new TopK(items.length);
    for (int i = 0; i < items.length; i++) {
      if (scores[i] > 0) {
        best.offer(items[i], scores[i]);
      }
    }
    return best.drain();
  }

  private static String requestId(String asked) {
    if (!asked.isEmpty()) {
      return asked;
    }
    return RequestId.next();
  }

  /// When the reply must be ready: after the budget, or a little before the caller gives up.
  private long deadline() {
    long budget = options.budget().toNanos();
    Deadline callers = Context.current().getDeadline();
    if (callers != null) {
      budget = Math.min(budget, callers.timeRemaining(TimeUnit.NANOSECONDS) * 8 / 10);
    }
    return System.nanoTime() + Math.max(0, budget);
  }
}
