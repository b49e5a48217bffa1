// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.common.v1.ErrorReason;
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
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.decision.DecisionLog;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.promotion.PersonFacts;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.grpc.RequestId;
import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers requests for items, stage by stage: who asks ([Scenes]), what may be shown
/// ([Eligibility]), candidates ([Sources], [Blend]), what each is worth ([Valuing]), places
/// ([Arranging]), reasons ([Explaining]), decision log.
///
/// Whatever is lost, a reply comes: with remembered features, with what is popular, or at last with
/// whatever the shop has. Each loss is named.
public final class Recommender {
  private static final Logger log = LoggerFactory.getLogger(Recommender.class);
  private static final int WARM_UP_REQUESTS = 400;

  private final Scenes scenes;
  private final Sources sources;
  private final Valuing valuing;
  private final Arranging arranging;
  private final Explaining explaining;
  private final Searching searching;
  private final DecisionLog decisions;
  private final Deciding deciding;
  private final Duration budget;
  private final RandomGenerator random;
  private final Stage.Listener stages;

  /// @param searching where searches go
  /// @param budget how long a request may take
  /// @param random chooses what to warm up with
  /// @param stages hears how requests go on
  public Recommender(
      Scenes scenes,
      Sources sources,
      Valuing valuing,
      Arranging arranging,
      Searching searching,
      DecisionLog decisions,
      Deciding deciding,
      Duration budget,
      RandomGenerator random,
      Stage.Listener stages) {
    this.scenes = scenes;
    this.sources = sources;
    this.valuing = valuing;
    this.arranging = arranging;
    this.explaining = new Explaining(valuing);
    this.searching = searching;
    this.decisions = decisions;
    this.deciding = deciding;
    this.budget = budget;
    this.random = random;
    this.stages = stages;
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
      CatalogueSnapshot snapshot = scenes.snapshot();
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
    stages.entered(Stage.PERSON);
    long deadline = deadline();
    Degradation degradation = new Degradation();
    RequestContext context = request.getContext();
    ItemFilter filter = request.getFilter();
    Scene scene =
        scenes.personal(
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
    scene = scenes.withCanary(scene, turn, degradation);
    double[] ofPerson = features(scene);

    // 1. What may be shown.
    stages.entered(Stage.FILTER);
    Eligibility eligible =
        new Eligibility(
            scene.snapshot(),
            scene.atMillis(),
            scene.region(),
            filter,
            unwanted(scene, context, filter.getIncludeSeen()),
            scene.offers()::best,
            scene.offers()::legal);
    Query query = new Query(scene.shopper().history(), scene.atMillis(), eligible);

    // 2. Candidates of all sources, blended as the ranker of this reply does.
    stages.entered(Stage.RETRIEVE);
    List<String> two = turn.interleaved();
    String usual = Deciding.usual(scene.model().trained());
    Deciding.Choice ranker =
        two.isEmpty()
            ? turn.ranker(usual, ofPerson)
            : new Deciding.Choice(String.join("+", two), 1);
    List<Retrieval.Proposal> proposals = sources.propose(scene, query, deadline, degradation);
    String first = two.isEmpty() ? ranker.option() : two.getFirst();
    Blend blend = new Blend(proposals, Sources.weights(scene, first));

    // 3. The price and the value of each, and whatever the shop has when the sources have too
    // little.
    stages.entered(Stage.VALUE);
    int wanted = request.getK() + arranging.spare();
    Valued valued = valuing.value(scene, blend, List.of(), first, wanted, deadline, degradation);
    List<Scored> ranked = valued.items();
    if (ranked.size() < wanted) {
      valuing.fill(scene, eligible, blend, ranked, wanted);
      if (blend.size() == 0 && !ranked.isEmpty() && !degradation.parts().isEmpty()) {
        degradation.missing(
            "candidates",
            DegradedCause.DEGRADED_CAUSE_UNAVAILABLE,
            "static list",
            "no candidate source had anything to propose",
            0.2);
      }
    }

    // 4. Not too much alike; the last place goes to chance, some of the time; or two rankers share
    // the places. Then the offer of each item, among its legal ones.
    stages.entered(Stage.ARRANGE);
    int k = Math.min(request.getK(), ranked.size());
    List<String> pool =
        ranked.stream().limit(CANDIDATES_LOGGED).map(each -> each.item().id()).toList();
    List<Place> places;
    Valued second = valued;
    if (two.isEmpty()) {
      places = arranging.explore(arranging.diverse(ranked, k), k);
    } else {
      Blend other = new Blend(proposals, Sources.weights(scene, two.getLast()));
      second = valuing.value(scene, other, List.of(), two.getLast(), k, deadline, degradation);
      places = arranging.interleave(two, ranked, second.items(), k);
    }
    for (int i = 0; i < places.size(); i++) {
      places.set(i, Arranging.withOffer(places.get(i), scene, turn, ofPerson));
    }
    Deciding.Choice layout = turn.layout(request.getLayoutsList(), ofPerson);
    Deciding.Choice personal =
        turn.personalOffer(
            scene.offers().granted(places.stream().map(place -> place.scored().item()).toList()),
            ofPerson);

    // 5. The reply and the log.
    stages.entered(Stage.REPLY);
    String requestId = requestId(request.getRequestId());
    RecommendResponse.Builder reply =
        RecommendResponse.newBuilder()
            .setRequestId(requestId)
            .setModelVersion(scene.model().trained().version())
            .setCatalogueVersion(scene.snapshot().version())
            .setPolicy(arranging.policy())
            .putAllVariants(turn.variants())
            .setHeldOut(turn.heldOut())
            .setRanker(two.isEmpty() ? valued.ranker() : ranker.option())
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
        explaining.explain(
            item,
            scene,
            query,
            blend,
            two.isEmpty() || place.ranker().equals(two.getFirst()) ? valued : second,
            place.scored(),
            places.getFirst().scored(),
            place.explored(),
            two.isEmpty() && arranging.isByValue());
      }
      reply.addItems(item);
    }
    if (logged) {
      arranging.show(scene, places);
      log(
          Decision.newBuilder()
              .setRequestId(requestId)
              .setUserId(request.getUserId())
              .setSessionId(request.getSessionId())
              .setCandidateCount(blend.size())
              .addAllCandidateItemIds(pool)
              .setPolicy(arranging.policy())
              .putAllVariants(turn.variants())
              .setHeldOut(turn.heldOut())
              .setRanker(reply.getRanker())
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
    RecommendResponse built = reply.build();
    stages.entered(Stage.DONE);
    return built;
  }

  /// Orders candidates that the caller brings. Nothing is left to chance: every propensity is 1.
  public RankResponse rank(RankRequest request) {
    long deadline = deadline();
    Degradation degradation = new Degradation();
    RequestContext context = request.getContext();
    Scene scene =
        scenes.personal(
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
    for (CandidateSource source : sources.all(scene, degradation)) {
      try {
        proposals.add(new Retrieval.Proposal(source, best(source.score(query, numbers), numbers)));
      } catch (RuntimeException e) {
        log.warn("candidate source {} failed", source.name(), e);
        degradation.missing("source:" + source.name(), e, "", 0.2);
      }
    }
    Blend blend = new Blend(proposals, source -> Sources.weight(scene, source));
    int k = request.getK() == 0 ? candidates.size() : Math.min(request.getK(), candidates.size());
    List<CatalogueItem> others = new ArrayList<>();
    for (CatalogueItem item : candidates) {
      if (!blend.contains(item.number())) {
        others.add(item);
      }
    }
    Valued valued =
        valuing.value(
            scene,
            blend,
            others,
            Deciding.usual(scene.model().trained()),
            candidates.size(),
            deadline,
            degradation);
    List<Scored> ranked = valued.items();
    String requestId = requestId(request.getRequestId());
    for (int i = 0; i < k; i++) {
      RecommendedItem.Builder item = view(ranked.get(i), i + 1).setPropensity(1);
      if (request.getExplain()) {
        explaining.explain(
            item, scene, query, blend, valued, ranked.get(i), ranked.getFirst(), false, true);
      }
      reply.addItems(item);
    }
    log(
        Decision.newBuilder()
            .setRequestId(requestId)
            .setUserId(request.getUserId())
            .setSessionId(request.getSessionId())
            .setCandidateCount(candidates.size())
            .setPolicy("rank")
            .setRanker(valued.ranker()),
        scene,
        context,
        reply.getItemsList(),
        degradation);
    Degraded degraded = degraded(scene, degradation);
    if (degraded != null) {
      reply.setDegraded(degraded);
    }
    return reply
        .setRequestId(requestId)
        .setModelVersion(scene.model().trained().version())
        .setRanker(valued.ranker())
        .build();
  }

  /// Items like an item: bought or looked at together, and alike in content.
  public SimilarItemsResponse similar(SimilarItemsRequest request) {
    Degradation degradation = new Degradation();
    RequestContext context = request.getContext();
    CatalogueSnapshot snapshot = scenes.snapshot();
    CatalogueItem subject = snapshot.find(request.getItemId());
    if (subject == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_ITEM, "item_id", request.getItemId());
    }
    Scene scene =
        scenes.impersonal(snapshot, request.getUserId(), context, new int[] {subject.number()});
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
    List<CandidateSource> alike = new ArrayList<>();
    for (CandidateSource source : sources.all(scene, degradation)) {
      if (source.name().equals(SeqKnn.NAME) || source.name().equals(ContentSource.NAME)) {
        alike.add(source);
      }
    }
    Blend blend =
        new Blend(
            sources.ask(alike, query, request.getK(), degradation),
            name -> name.equals(SeqKnn.NAME) ? 0.6 : 0.4);
    SimilarItemsResponse.Builder reply = SimilarItemsResponse.newBuilder();
    Hits hits = blend.top(request.getK());
    for (int i = 0; i < hits.size(); i++) {
      CatalogueItem item = snapshot.item(hits.items()[i]);
      if (item != null) {
        float score = hits.scores()[i];
        reply.addItems(
            view(new Scored(item, score, score, scene.offers().best(item), -1), i + 1)
                .setPropensity(1));
      }
    }
    Degraded degraded = degradation.toProto();
    if (degraded != null) {
      reply.setDegraded(degraded);
    }
    return reply.build();
  }

  /// Items that match a text or a vector, or all that the filter allows when both are empty.
  public SearchItemsResponse search(SearchItemsRequest request) {
    Degradation degradation = new Degradation();
    CatalogueSnapshot snapshot = scenes.snapshot();
    String userId = request.getUserId();
    Scene scene =
        scenes.impersonal(snapshot, userId, request.getContext(), scenes.remembered(userId));
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
    float[] vector = Searching.vector(request.getVectorList(), snapshot.vectorLength());
    if (request.getQuery().isBlank() && vector.length == 0) {
      Query query = new Query(scene.shopper().history(), scene.atMillis(), eligible);
      long deadline = deadline();
      Blend blend =
          new Blend(
              sources.propose(scene, query, deadline, degradation),
              Sources.weights(scene, Deciding.BLEND));
      found =
          valuing
              .value(
                  scene,
                  blend,
                  List.of(),
                  Deciding.usual(scene.model().trained()),
                  request.getK(),
                  deadline,
                  degradation)
              .items();
      if (found.size() < request.getK()) {
        valuing.fill(scene, eligible, blend, found, request.getK());
      }
      int total = 0;
      for (int number = 0; number < snapshot.capacity(); number++) {
        total += eligible.test(number) ? 1 : 0;
      }
      reply.setTotalMatches(total);
    } else {
      Searching.Found searched =
          searching.find(scene, request.getQuery(), vector, request.getK(), eligible, degradation);
      reply.setTotalMatches(searched.total());
      found = searched.items();
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

  private int[] unwanted(Scene scene, RequestContext context, boolean includeSeen) {
    Set<Integer> items = new HashSet<>(includeSeen ? Set.<Integer>of() : scene.shopper().bought());
    items.addAll(arranging.exhausted(scene));
    for (String id : context.getCartItemIdsList()) {
      int number = scene.snapshot().numbers().find(id);
      if (number >= 0) {
        items.add(number);
      }
    }
    return items.stream().mapToInt(Integer::intValue).toArray();
  }

  private static final int CANDIDATES_LOGGED = 100;
  private static final double DAY_MS = 86_400_000;

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
            .setClickProbability(scored.clickProbability())
            .setPurchaseProbability(scored.purchaseProbability())
            .setImageUrl(item.item().getImageUrl());
    if (offer != null) {
      view.setOffer(Offers.toProto(offer));
    }
    return view;
  }

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
              .setListPriceMinorUnits(item.getListPriceMinorUnits())
              .setPriceMinorUnits(item.getPriceMinorUnits())
              .setClickProbability(item.getClickProbability())
              .setPurchaseProbability(item.getPurchaseProbability())
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
    long left = budget.toNanos();
    Deadline callers = Context.current().getDeadline();
    if (callers != null) {
      left = Math.min(left, callers.timeRemaining(TimeUnit.NANOSECONDS) * 8 / 10);
    }
    return System.nanoTime() + Math.max(0, left);
  }
}
