// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import com.google.common.primitives.Floats;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.insight.v1.AssociationRule;
import dev.proffer.proto.insight.v1.Bundle;
import dev.proffer.proto.insight.v1.FindLookalikesRequest;
import dev.proffer.proto.insight.v1.FindLookalikesResponse;
import dev.proffer.proto.insight.v1.GetPortraitRequest;
import dev.proffer.proto.insight.v1.GetPortraitResponse;
import dev.proffer.proto.insight.v1.GetReportRequest;
import dev.proffer.proto.insight.v1.GetReportResponse;
import dev.proffer.proto.insight.v1.GetSegmentRequest;
import dev.proffer.proto.insight.v1.GetSegmentResponse;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.insight.v1.IntentContribution;
import dev.proffer.proto.insight.v1.Interest;
import dev.proffer.proto.insight.v1.ListAssociationRulesRequest;
import dev.proffer.proto.insight.v1.ListAssociationRulesResponse;
import dev.proffer.proto.insight.v1.ListSegmentsRequest;
import dev.proffer.proto.insight.v1.ListSegmentsResponse;
import dev.proffer.proto.insight.v1.Lookalike;
import dev.proffer.proto.insight.v1.PredictIntentRequest;
import dev.proffer.proto.insight.v1.PredictIntentResponse;
import dev.proffer.proto.insight.v1.RefreshInsightRequest;
import dev.proffer.proto.insight.v1.RefreshInsightResponse;
import dev.proffer.proto.insight.v1.Segment;
import dev.proffer.proto.insight.v1.SuggestBundlesRequest;
import dev.proffer.proto.insight.v1.SuggestBundlesResponse;
import dev.proffer.ranker.basket.Bundles;
import dev.proffer.ranker.basket.RuleMiner.Rule;
import dev.proffer.ranker.insight.intent.IntentModel;
import dev.proffer.ranker.insight.report.InsightReport;
import dev.proffer.ranker.segment.RuleSegments.RuleSegment;
import dev.proffer.runtime.failure.PageToken;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The InsightService.
final class InsightHandler extends InsightServiceGrpc.InsightServiceImplBase {
  private static final int PAGE_DEFAULT = 100;
  private static final int INTERESTS_MAX = 50;
  private static final int EXAMPLES_MAX = 10;
  private static final int BUNDLES_DEFAULT = 20;

  /// Stands for a conviction without end: the rule never failed.
  private static final double CONVICTION_MAX = 1e9;

  private final Portraits portraits;
  private final Pseudonyms pseudonyms;
  private final ItemDirectory items;
  private final InsightReport report;
  private final LongSupplier study;
  private final Semaphore studying = new Semaphore(1);

  /// @param study studies the event log and returns the number of its events
  InsightHandler(
      Portraits portraits,
      Pseudonyms pseudonyms,
      ItemDirectory items,
      InsightReport report,
      LongSupplier study) {
    this.items = items;
    this.portraits = portraits;
    this.pseudonyms = pseudonyms;
    this.report = report;
    this.study = study;
  }

  @Override
  public void getReport(GetReportRequest request, StreamObserver<GetReportResponse> observer) {
    Findings findings = portraits.findings().orElse(null);
    String language = request.getLanguage();
    observer.onNext(
        GetReportResponse.newBuilder()
            .setHtml(findings == null ? report.empty(language) : report.html(findings, language))
            .setStyleHash(InsightReport.styleHash())
            .setComputedAtUnixMs(findings == null ? 0 : findings.asOfMillis())
            .build());
    observer.onCompleted();
  }

  @Override
  public void refreshInsight(
      RefreshInsightRequest request, StreamObserver<RefreshInsightResponse> observer) {
    if (!studying.tryAcquire()) {
      throw ProfferException.exhausted(
          ErrorReason.ERROR_REASON_OVERLOADED,
          "a study that was asked for is under way",
          Map.of(),
          Duration.ofSeconds(5));
    }
    long start = System.nanoTime();
    long events;
    try {
      events = study.getAsLong();
    } finally {
      studying.release();
    }
    RefreshInsightResponse.Builder response =
        RefreshInsightResponse.newBuilder()
            .setEvents(events)
            .setTookMs((System.nanoTime() - start) / 1_000_000);
    portraits
        .findings()
        .ifPresent(findings ->
            response
                .setPeople(findings.people().size())
                .setSegments(findings.segmentation().segments().size())
                .setRules(findings.rules().rules().size()));
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public void getPortrait(
      GetPortraitRequest request, StreamObserver<GetPortraitResponse> observer) {
    String language = request.getLanguage().startsWith("zh") ? "zh" : "en";
    Portrait portrait =
        portraits
            .find(request.getUserId(), List.of(language))
            .orElseThrow(() ->
                ProfferException.notFound(
                    ErrorReason.ERROR_REASON_UNKNOWN_USER, "user_id", request.getUserId()));
    Map<PersonFact, Double> facts = portrait.facts();
    ToDoubleFunction<PersonFact> fact = name -> facts.getOrDefault(name, 0.0);
    observer.onNext(
        GetPortraitResponse.newBuilder()
            .setUserId(portrait.userId())
            .setRecencyDays(facts.getOrDefault(PersonFact.RECENCY_DAYS, -1.0))
            .setFrequency((int) fact.applyAsDouble(PersonFact.FREQUENCY))
            .setMonetaryMinorUnits(Math.round(fact.applyAsDouble(PersonFact.MONETARY_MINOR_UNITS)))
            .setCurrency(portrait.currency())
            .setAverageBasketMinorUnits(
                Math.round(fact.applyAsDouble(PersonFact.AVERAGE_BASKET_MINOR_UNITS)))
            .setDiscountAffinity(fact.applyAsDouble(PersonFact.DISCOUNT_AFFINITY))
            .addAllCategoryInterests(interests(portrait.categories()))
            .addAllBrandInterests(interests(portrait.brands()))
            .addAllHourShares(portrait.hourShares())
            .addAllWeekdayShares(portrait.weekdayShares())
            .setChurnProbability(fact.applyAsDouble(PersonFact.CHURN_PROBABILITY))
            .setExpectedValueMinorUnits(
                Math.round(fact.applyAsDouble(PersonFact.EXPECTED_VALUE_MINOR_UNITS)))
            .addAllSegmentIds(portrait.segmentIds())
            .addAllTags(portrait.tags(language))
            .setComputedAtUnixMs(portrait.asOfMillis())
            .addAllInterestVector(Floats.asList(portrait.interest()))
            .setInterestVectorVersion(InterestVector.VERSION)
            .build());
    observer.onCompleted();
  }

  private static List<Interest> interests(Map<String, Double> shares) {
    return shares.entrySet().stream()
        .limit(INTERESTS_MAX)
        .map(entry ->
            Interest.newBuilder().setSubject(entry.getKey()).setShare(entry.getValue()).build())
        .toList();
  }

  @Override
  public void listSegments(
      ListSegmentsRequest request, StreamObserver<ListSegmentsResponse> observer) {
    ListSegmentsResponse.Builder response = ListSegmentsResponse.newBuilder();
    all().stream()
        .sorted(Comparator.comparingLong(Segment::getSize).reversed())
        .forEach(response::addSegments);
    observer.onNext(response.build());
    observer.onCompleted();
  }

  private List<Segment> all() {
    List<Segment> segments = new ArrayList<>();
    Findings study = portraits.findings().orElse(null);
    if (study != null) {
      study.segmentation().segments().forEach(segment -> segments.add(found(segment)));
    }
    for (RuleSegment rule : portraits.rules().segments()) {
      segments.add(ruled(rule, study == null ? 0 : Portraits.members(study, rule).size()));
    }
    return segments;
  }

  private static Segment found(dev.proffer.ranker.segment.Segment segment) {
    Segment.Builder message =
        Segment.newBuilder()
            .setSegmentId(segment.id())
            .putAllNames(segment.names())
            .putAllDescriptions(segment.descriptions())
            .setSize(segment.size())
            .setSizeChange(segment.sizeChange());
    segment.profile().forEach((fact, mean) -> message.putProfile(fact.key(), mean));
    return message.build();
  }

  private static Segment ruled(RuleSegment rule, int size) {
    return Segment.newBuilder()
        .setSegmentId(rule.id())
        .putAllNames(rule.names())
        .putAllDescriptions(rule.descriptions())
        .setSize(size)
        .setRule(rule.text())
        .build();
  }

  @Override
  public void getSegment(GetSegmentRequest request, StreamObserver<GetSegmentResponse> observer) {
    GetSegmentResponse.Builder response = GetSegmentResponse.newBuilder();
    Findings study = portraits.findings().orElse(null);
    List<Integer> members = members(study, request.getSegmentId()).orElse(List.of());
    all().stream()
        .filter(segment -> segment.getSegmentId().equals(request.getSegmentId()))
        .forEach(response::setSegment);
    if (!response.hasSegment()) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_SEGMENT, "segment_id", request.getSegmentId());
    }
    if (study != null) {
      // Spread over the segment instead of the first of the alphabet.
      int step = Math.max(1, members.size() / EXAMPLES_MAX);
      for (int i = 0; i < members.size() && i / step < EXAMPLES_MAX; i += step) {
        response.addExamplePseudonyms(pseudonyms.of(study.people().id(members.get(i))));
      }
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public void listAssociationRules(
      ListAssociationRulesRequest request, StreamObserver<ListAssociationRulesResponse> observer) {
    int from = PageToken.offset(request.getPageToken());
    ShopAnalysis.Basis basis =
        switch (request.getBasis()) {
          case ASSOCIATION_BASIS_VIEWS -> ShopAnalysis.Basis.VIEWS;
          case ASSOCIATION_BASIS_CATEGORIES -> ShopAnalysis.Basis.CATEGORIES;
          case ASSOCIATION_BASIS_UNSPECIFIED, ASSOCIATION_BASIS_ORDERS, UNRECOGNIZED ->
              ShopAnalysis.Basis.PURCHASES;
        };
    List<Rule> rules =
        portraits
            .findings()
            .map(study ->
                request.getItemIdsCount() == 0
                    ? study.rules(basis).rules()
                    : study.rules(basis).applying(new HashSet<>(request.getItemIdsList())))
            .orElse(List.of())
            .stream()
            .filter(rule -> rule.support() >= request.getMinSupport())
            .filter(rule -> rule.confidence() >= request.getMinConfidence())
            .toList();
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    int to = (int) Math.min(rules.size(), (long) from + size);
    ListAssociationRulesResponse.Builder response = ListAssociationRulesResponse.newBuilder();
    for (Rule rule : rules.subList(Math.min(from, to), to)) {
      response.addRules(
          AssociationRule.newBuilder()
              .addAllIfItemIds(rule.when())
              .addThenItemIds(rule.then())
              .setSupport(rule.support())
              .setConfidence(rule.confidence())
              .setLift(rule.lift())
              .setConviction(Math.min(CONVICTION_MAX, rule.conviction()))
              .setPValue(rule.pValue()));
    }
    if (to < rules.size()) {
      response.setNextPageToken(Integer.toString(to));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public void findLookalikes(
      FindLookalikesRequest request, StreamObserver<FindLookalikesResponse> observer) {
    if (request.getSegmentId().isEmpty() && request.getUserIdsCount() == 0) {
      throw ProfferException.invalidField("segment_id", "must be given, or else user_ids");
    }
    Findings study = portraits.findings().orElse(null);
    Set<Integer> seeds = new HashSet<>();
    if (!request.getSegmentId().isEmpty()) {
      seeds.addAll(
          members(study, request.getSegmentId())
              .orElseThrow(() ->
                  ProfferException.notFound(
                      ErrorReason.ERROR_REASON_UNKNOWN_SEGMENT,
                      "segment_id",
                      request.getSegmentId())));
    }
    FindLookalikesResponse.Builder response = FindLookalikesResponse.newBuilder();
    if (study != null) {
      for (String user : request.getUserIdsList()) {
        int row = study.people().find(user);
        if (row >= 0) {
          seeds.add(row);
        }
      }
      int k = request.getK() == 0 ? PAGE_DEFAULT : request.getK();
      for (Lookalikes.Found found : new Lookalikes(study.people()).find(seeds, k)) {
        response.addLookalikes(
            Lookalike.newBuilder()
                .setUserId(study.people().id(found.row()))
                .setLikeness(found.likeness()));
      }
    }
    observer.onNext(response.setSeeds(seeds.size()).build());
    observer.onCompleted();
  }

  @Override
  public void suggestBundles(
      SuggestBundlesRequest request, StreamObserver<SuggestBundlesResponse> observer) {
    SuggestBundlesResponse.Builder response = SuggestBundlesResponse.newBuilder();
    Findings study = portraits.findings().orElse(null);
    if (study != null) {
      for (Bundles.Bundle bundle :
          Bundles.suggest(
              study.rules(),
              new HashSet<>(request.getItemIdsList()),
              item -> {
                ItemDirectory.ItemFact fact = items.find(item);
                return fact == null ? 0 : fact.listPriceMinorUnits();
              },
              request.getMax() == 0 ? BUNDLES_DEFAULT : request.getMax())) {
        response.addBundles(
            Bundle.newBuilder()
                .addAllItemIds(bundle.items())
                .setBaskets(bundle.baskets())
                .setIncompleteBaskets(bundle.incompleteBaskets())
                .setLift(bundle.lift())
                .setListPriceMinorUnits(bundle.listPrice())
                .setSuggestedPriceMinorUnits(bundle.suggestedPrice())
                .setCurrency(study.shop().currency()));
      }
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  /// The rows of the people of a segment; empty when no segment has the id.
  private Optional<List<Integer>> members(@Nullable Findings study, String segmentId) {
    if (study != null) {
      var segments = study.segmentation().segments();
      for (int place = 0; place < segments.size(); place++) {
        if (segments.get(place).id().equals(segmentId)) {
          List<Integer> members = new ArrayList<>();
          for (int row = 0; row < study.places().size(); row++) {
            if (study.places().get(row) == place) {
              members.add(row);
            }
          }
          return Optional.of(members);
        }
      }
    }
    for (RuleSegment rule : portraits.rules().segments()) {
      if (rule.id().equals(segmentId)) {
        return Optional.of(study == null ? List.of() : Portraits.members(study, rule));
      }
    }
    return Optional.empty();
  }

  @Override
  public void predictIntent(
      PredictIntentRequest request, StreamObserver<PredictIntentResponse> observer) {
    if (request.getUserId().isEmpty() && request.getSessionId().isEmpty()) {
      throw ProfferException.invalidField("user_id", "must be given, or else session_id");
    }
    Portraits.Intent intent =
        portraits.intent(request.getUserId(), request.getSessionId(), request.getCategory());
    PredictIntentResponse.Builder response =
        PredictIntentResponse.newBuilder()
            .setBuysInSession(intent.inVisit())
            .setBuysIn7Days(intent.inWeek())
            .setModelVersion(intent.version());
    for (IntentModel.Contribution contribution : intent.why()) {
      response.addContributions(
          IntentContribution.newBuilder()
              .setFeature(contribution.column())
              .setValue(contribution.value())
              .setContribution(contribution.added()));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }
}
