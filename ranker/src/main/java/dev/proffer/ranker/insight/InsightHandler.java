// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.insight.v1.AssociationRule;
import dev.proffer.proto.insight.v1.GetPortraitRequest;
import dev.proffer.proto.insight.v1.GetPortraitResponse;
import dev.proffer.proto.insight.v1.GetSegmentRequest;
import dev.proffer.proto.insight.v1.GetSegmentResponse;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.insight.v1.Interest;
import dev.proffer.proto.insight.v1.ListAssociationRulesRequest;
import dev.proffer.proto.insight.v1.ListAssociationRulesResponse;
import dev.proffer.proto.insight.v1.ListSegmentsRequest;
import dev.proffer.proto.insight.v1.ListSegmentsResponse;
import dev.proffer.proto.insight.v1.PredictIntentRequest;
import dev.proffer.proto.insight.v1.PredictIntentResponse;
import dev.proffer.proto.insight.v1.Segment;
import dev.proffer.ranker.basket.RuleMiner.Rule;
import dev.proffer.ranker.segment.RuleSegments.RuleSegment;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The InsightService.
final class InsightHandler extends InsightServiceGrpc.InsightServiceImplBase {
  private static final int PAGE_DEFAULT = 100;
  private static final int INTERESTS_MAX = 50;
  private static final int EXAMPLES_MAX = 10;

  /// Stands for a conviction without end: the rule never failed.
  private static final double CONVICTION_MAX = 1e9;

  private final Portraits portraits;
  private final Pseudonyms pseudonyms;

  InsightHandler(Portraits portraits, Pseudonyms pseudonyms) {
    this.portraits = portraits;
    this.pseudonyms = pseudonyms;
  }

  @Override
  public void getPortrait(
      GetPortraitRequest request, StreamObserver<GetPortraitResponse> observer) {
    boolean chinese = request.getLanguage().startsWith("zh");
    Portrait portrait =
        portraits
            .find(request.getUserId(), chinese)
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
            .addAllTags(portrait.tags())
            .setComputedAtUnixMs(portrait.asOfMillis())
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
    List<Integer> members = new ArrayList<>();
    if (study != null) {
      var segments = study.segmentation().segments();
      for (int place = 0; place < segments.size(); place++) {
        if (segments.get(place).id().equals(request.getSegmentId())) {
          response.setSegment(found(segments.get(place)));
          for (int row = 0; row < study.places().size(); row++) {
            if (study.places().get(row) == place) {
              members.add(row);
            }
          }
        }
      }
    }
    for (RuleSegment rule : portraits.rules().segments()) {
      if (rule.id().equals(request.getSegmentId())) {
        members = study == null ? List.of() : Portraits.members(study, rule);
        response.setSegment(ruled(rule, members.size()));
      }
    }
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
    int from = 0;
    if (!request.getPageToken().isEmpty()) {
      try {
        from = Integer.parseInt(request.getPageToken());
      } catch (NumberFormatException e) {
        from = -1;
      }
      if (from < 0) {
        throw ProfferException.invalidField(
            "page_token", "must be the next_page_token of an earlier reply");
      }
    }
    List<Rule> rules =
        portraits
            .findings()
            .map(study ->
                request.getItemIdsCount() == 0
                    ? study.rules().rules()
                    : study.rules().applying(new HashSet<>(request.getItemIdsList())))
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
  public void predictIntent(
      PredictIntentRequest request, StreamObserver<PredictIntentResponse> observer) {
    throw ProfferException.notImplemented(
        "proffer.insight.v1.InsightService/PredictIntent",
        "no model of purchase intent is trained");
  }
}
