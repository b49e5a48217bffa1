// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.experiment.v1.AttributionRule;
import dev.proffer.proto.experiment.v1.CreateExperimentRequest;
import dev.proffer.proto.experiment.v1.CreatePolicyRequest;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.ForgetUnitRequest;
import dev.proffer.proto.experiment.v1.ListPoliciesRequest;
import dev.proffer.proto.experiment.v1.Policy;
import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicyServiceGrpc;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.RewardMetric;
import dev.proffer.proto.experiment.v1.SetExperimentStateRequest;
import dev.proffer.proto.experiment.v1.Variant;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionArm;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.ranker.decision.DecisionPages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Policies and experiments where decisions are made, and rewards that find their way back.
class DecidingTest {
  @TempDir Path folder;
  private final MemoryFeatureStore store = new MemoryFeatureStore();
  private @Nullable RunningRanker running;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private RunningRanker start(Map<String, String> settings) throws Exception {
    Map<String, String> all = new HashMap<>(settings);
    all.putIfAbsent("ranker.exploration-epsilon", "0");
    all.putIfAbsent("ranker.reward-poll", "20ms");
    all.putIfAbsent("ranker.budget", "5s");
    all.putIfAbsent("ranker.source-timeout", "2s");
    all.putIfAbsent("ranker.feature-store-timeout", "2s");
    all.putIfAbsent("ranker.warm-up", "0s");
    RunningRanker ranker = new RunningRanker(folder, store, all);
    running = ranker;
    UpsertItemsRequest.Builder items = UpsertItemsRequest.newBuilder();
    for (int i = 0; i < 30; i++) {
      items.addItems(
          item("i" + i, "Item " + i, "c" + i % 3, 1_000 + 100 * i).toBuilder()
              .setCostMinorUnits(600));
    }
    ranker.catalogue().upsertItems(items.build());
    PromotionServiceGrpc.newBlockingStub(ranker.channel)
        .upsertPromotions(
            UpsertPromotionsRequest.newBuilder()
                .addPromotions(percent("ten", 1_000, ""))
                .addPromotions(percent("twenty", 2_000, ""))
                .addPromotions(percent("gift-a", 1_500, "AAA15"))
                .addPromotions(percent("gift-b", 2_500, "BBB25"))
                .build());
    return ranker;
  }

  private static Promotion percent(String id, int basisPoints, String code) {
    Promotion.Builder promotion =
        Promotion.newBuilder()
            .setPromotionId(id)
            .setType(PromotionType.PROMOTION_TYPE_PERCENT_OFF)
            .setState(PromotionState.PROMOTION_STATE_LIVE)
            .putNames("en", id)
            .setCurrency("GBP")
            .setCode(code)
            .setAction(
                Action.newBuilder()
                    .setPercentOff(PercentOff.newBuilder().setBasisPoints(basisPoints)));
    if (!code.isEmpty()) {
      promotion.putAttributes("grant", "policy");
    }
    return promotion.build();
  }

  private static void policy(RunningRanker ranker, PolicySpec.Builder spec) {
    PolicyServiceGrpc.newBlockingStub(ranker.channel)
        .createPolicy(CreatePolicyRequest.newBuilder().setSpec(spec).build());
  }

  private static Policy policy(RunningRanker ranker, String name) {
    return PolicyServiceGrpc.newBlockingStub(ranker.channel)
        .listPolicies(ListPoliciesRequest.getDefaultInstance())
        .getPoliciesList()
        .stream()
        .filter(policy -> policy.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static RecommendRequest.Builder request(String user) {
    return RecommendRequest.newBuilder().setUserId(user).setK(5);
  }

  private static Decision logged(RunningRanker ranker, String requestId) {
    eventually(() ->
        ranker
                .models()
                .listDecisions(ListDecisionsRequest.newBuilder().setRequestId(requestId).build())
                .getDecisionsCount()
            == 1);
    return ranker
        .models()
        .listDecisions(ListDecisionsRequest.newBuilder().setRequestId(requestId).build())
        .getDecisions(0);
  }

  private void happen(String id, EventType type, String user, String item, long at, long price) {
    store.add(
        Event.newBuilder()
            .setEventId(id)
            .setType(type)
            .setUserId(user)
            .setItemId(item)
            .setEventTimeUnixMs(at)
            .setUnitPriceMinorUnits(price)
            .setCurrency(price == 0 ? "" : "GBP")
            .build());
  }

  @Test
  void policiesChooseOffersRankerLayoutAndPersonalOfferWithLoggedPropensities() throws Exception {
    RunningRanker ranker =
        start(
            Map.of(
                "ranker.offer-policy", "offers",
                "ranker.personal-offer-policy", "gifts",
                "ranker.ranker-policy", "rankers",
                "ranker.layout-policy", "layouts"));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("offers")
            .setKind(PolicyKind.POLICY_KIND_LINEAR_THOMPSON)
            .setFeatures(10));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("gifts")
            .setKind(PolicyKind.POLICY_KIND_SQUARE_CB)
            .setFeatures(8)
            .setFloor(.1));
    for (String name : List.of("rankers", "layouts")) {
      policy(
          ranker,
          PolicySpec.newBuilder().setName(name).setKind(PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON));
    }
    Map<String, Integer> offers = new HashMap<>();
    int gifts = 0;
    for (int i = 0; i < 40; i++) {
      RecommendResponse reply =
          ranker
              .recommender()
              .recommend(request("u" + i).addLayouts("grid").addLayouts("list").build());
      assertThat(reply.getLayout()).isIn("grid", "list");
      assertThat(reply.getLayoutPropensity()).isBetween(.025, .98);
      assertThat(reply.getRanker()).isIn("blend", "seq-knn", "popularity");
      assertThat(reply.getRankerPropensity()).isBetween(.01, .98);
      assertThat(reply.getPersonalOfferPropensity()).isGreaterThanOrEqualTo(.1 / 3 - 1e-9);
      if (reply.hasPersonalOffer()) {
        gifts++;
        assertThat(reply.getPersonalOffer().getCode()).isIn("AAA15", "BBB25");
      }
      for (RecommendedItem each : reply.getItemsList()) {
        assertThat(each.getOfferPropensity()).isBetween(.02, .98);
        offers.merge(each.getOffer().getPromotionId(), 1, Integer::sum);
        int off = each.getOffer().getPromotionId().equals("ten") ? 10 : 20;
        assertThat(each.getPriceMinorUnits())
            .isEqualTo(each.getListPriceMinorUnits() * (100 - off) / 100);
      }
      Decision decision = logged(ranker, reply.getRequestId());
      assertThat(decision.getContextHash()).isNotEmpty();
      assertThat(decision.getCandidateItemIdsList()).hasSizeGreaterThanOrEqualTo(5);
      assertThat(decision.getArmsList()).hasSize(8);
      for (DecisionArm arm : decision.getArmsList()) {
        assertThat(arm.getOptionsList()).contains(arm.getOption());
        assertThat(arm.getPropensitiesList().stream().mapToDouble(p -> p).sum())
            .isCloseTo(1, within(1e-9));
        assertThat(arm.getPropensities(arm.getOptionsList().indexOf(arm.getOption())))
            .isEqualTo(arm.getPropensity());
        assertThat(arm.getContextCount()).isEqualTo(arm.getSlot().equals("offer") ? 10 : 8);
      }
    }
    assertThat(offers).containsOnlyKeys("ten", "twenty");
    assertThat(gifts).isBetween(10, 39);
    // A code that is given to one person at a time is not listed for all.
    assertThat(
            PromotionServiceGrpc.newBlockingStub(ranker.channel)
                .listOffers(ListOffersRequest.getDefaultInstance())
                .getOffersList())
        .extracting(offer -> offer.getPromotionId())
        .containsExactlyInAnyOrder("ten", "twenty");
  }

  /// Every kind of choice of a reply, over many replies: each option is chosen as often as the log
  /// says, also while the policies learn, because what was logged for a choice is the probability
  /// that it had then.
  @Test
  void everyChoiceHappensAsOftenAsItsLoggedPropensitySays() throws Exception {
    RunningRanker ranker =
        start(
            Map.of(
                "ranker.exploration-epsilon", "0.5",
                "ranker.exploration-pool", "4",
                "ranker.offer-policy", "offers",
                "ranker.personal-offer-policy", "gifts",
                "ranker.ranker-policy", "rankers",
                "ranker.layout-policy", "layouts"));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("offers")
            .setKind(PolicyKind.POLICY_KIND_LINEAR_THOMPSON)
            .setFeatures(10));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("gifts")
            .setKind(PolicyKind.POLICY_KIND_FIXED)
            .putWeights("gift-a", 3)
            .putWeights("none", 1)
            .setFloor(.1));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("rankers")
            .setKind(PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("layouts")
            .setKind(PolicyKind.POLICY_KIND_UCB1)
            .setFloor(.3));
    int n = 1_200;
    for (int i = 0; i < n; i++) {
      ranker
          .recommender()
          .recommend(request("u" + i % 50).addLayouts("grid").addLayouts("list").build());
    }
    List<Decision> decisions = new ArrayList<>();
    eventually(() -> {
      decisions.clear();
      DecisionPages.of(ranker.channel).forEach(decisions::add);
      return decisions.size() == n;
    });
    // By option: how often it was chosen, how often it should have been, and the variance of that.
    Map<String, double[]> counts = new TreeMap<>();
    for (Decision decision : decisions) {
      assertThat(decision.getArmsList()).hasSize(8);
      for (DecisionArm arm : decision.getArmsList()) {
        for (int o = 0; o < arm.getOptionsCount(); o++) {
          String option = arm.getOptions(o);
          count(
              counts,
              arm.getSlot() + " " + option,
              option.equals(arm.getOption()),
              arm.getPropensities(o));
        }
      }
      // All places but the last are certain. The last goes to one of the pool.
      for (int place = 0; place < 4; place++) {
        assertThat(decision.getChoices(place).getPropensity()).isEqualTo(1);
        assertThat(decision.getChoices(place).getItemId())
            .isEqualTo(decision.getCandidateItemIds(place));
      }
      List<String> pool = decision.getCandidateItemIdsList().subList(4, 8);
      int taken = pool.indexOf(decision.getChoices(4).getItemId());
      assertThat(taken).isNotNegative();
      for (int o = 0; o < pool.size(); o++) {
        double p = o == 0 ? .625 : .125;
        count(counts, "last place " + o, o == taken, p);
        if (o == taken) {
          assertThat(decision.getChoices(4).getPropensity()).isEqualTo(p);
        }
      }
    }
    assertThat(counts).hasSize(2 + 3 + 3 + 2 + 4);
    counts.forEach((option, c) -> {
      assertThat(c[2]).as(option + " is left to chance").isGreaterThan(10);
      assertThat((c[0] - c[1]) / Math.sqrt(c[2])).as(option).isBetween(-5.0, 5.0);
    });
  }

  private static void count(
      Map<String, double[]> counts, String option, boolean chosen, double propensity) {
    double[] c = counts.computeIfAbsent(option, _ -> new double[3]);
    c[0] += chosen ? 1 : 0;
    c[1] += propensity;
    c[2] += propensity * (1 - propensity);
  }

  @Test
  void aPolicyThatIsNotThereOrHasOtherFeaturesDoesNotFailTheRequest() throws Exception {
    RunningRanker ranker =
        start(Map.of("ranker.offer-policy", "absent", "ranker.personal-offer-policy", "narrow"));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("narrow")
            .setKind(PolicyKind.POLICY_KIND_LIN_UCB)
            .setFeatures(3));
    RecommendResponse reply = ranker.recommender().recommend(request("u").build());

    assertThat(reply.getItemsList())
        .hasSize(5)
        .allMatch(each -> each.getOffer().getPromotionId().equals("twenty"));
    assertThat(reply.hasPersonalOffer()).isFalse();
    assertThat(reply.getDegraded().getReasonsList())
        .extracting(reason -> reason.getPart())
        .contains("policy:absent", "policy:narrow");
  }

  @Test
  void rewardsFindTheirDecisionsByEachRuleOnceAndTeachThePolicy() throws Exception {
    RunningRanker ranker = start(Map.of("ranker.personal-offer-policy", "gifts"));
    policy(
        ranker,
        PolicySpec.newBuilder()
            .setName("gifts")
            .setKind(PolicyKind.POLICY_KIND_GAUSSIAN_THOMPSON)
            .setRewardMetric(RewardMetric.REWARD_METRIC_MARGIN)
            .setAttributionRule(AttributionRule.ATTRIBUTION_RULE_LINEAR)
            .setRewardScale(100));
    RecommendResponse first = ranker.recommender().recommend(request("u").build());
    String item = first.getItems(0).getItemId();
    RecommendResponse second = ranker.recommender().recommend(request("u").build());
    RecommendResponse other = ranker.recommender().recommend(request("v").build());
    long now = System.currentTimeMillis();
    happen("early", EventType.EVENT_TYPE_PURCHASE, "u", item, now - 3_600_000, 900);
    happen("bought", EventType.EVENT_TYPE_PURCHASE, "u", item, now + 1_000, 1_000);
    happen("bought", EventType.EVENT_TYPE_PURCHASE, "u", item, now + 1_000, 1_000);
    happen("late", EventType.EVENT_TYPE_PURCHASE, "u", item, now + 8L * 86_400_000, 900);
    eventually(() -> policy(ranker, "gifts").getMeanReward() > 0);

    Decision touched = logged(ranker, first.getRequestId());
    assertThat(touched.getRewardsList()).hasSize(1);
    assertThat(touched.getRewards(0).getFirstTouch()).isEqualTo(1);
    assertThat(touched.getRewards(0).getLastTouch()).isZero();
    assertThat(touched.getRewards(0).getLinear()).isEqualTo(.5);
    assertThat(touched.getRewards(0).getMarginMinorUnits()).isEqualTo(400);
    assertThat(logged(ranker, second.getRequestId()).getRewards(0).getLastTouch()).isEqualTo(1);
    assertThat(logged(ranker, other.getRequestId()).getRewardsList()).isEmpty();
    // Half of 400 pence to each of two of three decisions, in pounds: 4 over 3.
    assertThat(policy(ranker, "gifts").getMeanReward()).isCloseTo(4.0 / 3, within(1e-9));

    PolicyServiceGrpc.newBlockingStub(ranker.channel)
        .forgetUnit(ForgetUnitRequest.newBuilder().setUnitId("u").build());
    assertThat(
            ranker
                .models()
                .listDecisions(ListDecisionsRequest.newBuilder().setUserId("u").build())
                .getDecisionsList())
        .isEmpty();
  }

  @Test
  void experimentsSetRankersInterleaveThemAndLeaveTheHoldoutAlone() throws Exception {
    RunningRanker ranker =
        start(
            Map.of(
                "ranker.holdout-basis-points", "2000",
                "ranker.ranker-policy", "rankers"));
    policy(
        ranker, PolicySpec.newBuilder().setName("rankers").setKind(PolicyKind.POLICY_KIND_FIXED));
    experiment(ranker, "layout", Map.of("layout", "list"), Map.of("layout", "grid"));
    experiment(ranker, "team", Map.of(), Map.of("interleave", "content,popularity"));
    for (int i = 0; i < 12; i++) {
      happen("p" + i, EventType.EVENT_TYPE_PURCHASE, "buyer" + i, "i" + i % 4, 1_000_000 + i, 0);
    }
    int held = 0;
    int interleaved = 0;
    List<String> layouts = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      RecommendResponse reply =
          ranker
              .recommender()
              .recommend(
                  request("u" + i)
                      .addLayouts("grid")
                      .addLayouts("list")
                      .addRecentItemIds("i20")
                      .build());
      if (reply.getHeldOut()) {
        held++;
        assertThat(reply.getVariantsMap()).isEmpty();
        assertThat(reply.getRanker()).isEqualTo("blend");
        continue;
      }
      assertThat(reply.getVariantsMap()).containsOnlyKeys("layout", "team");
      assertThat(reply.getLayout())
          .isEqualTo(reply.getVariantsOrThrow("layout").equals("a") ? "list" : "grid");
      layouts.add(reply.getLayout());
      if (reply.getVariantsOrThrow("team").equals("b")) {
        interleaved++;
        assertThat(reply.getRanker()).isEqualTo("content+popularity");
        assertThat(reply.getItemsList())
            .allMatch(each -> List.of("content", "popularity").contains(each.getRanker()))
            .allMatch(each -> each.getPropensity() == .5 || each.getPropensity() == 1);
        assertThat(logged(ranker, reply.getRequestId()).getChoicesList())
            .allMatch(choice -> !choice.getRanker().isEmpty());
      }
    }
    assertThat(held).isBetween(10, 45);
    assertThat(interleaved).isBetween(20, 80);
    assertThat(layouts).contains("grid", "list");
  }

  private static void experiment(
      RunningRanker ranker, String id, Map<String, String> a, Map<String, String> b) {
    ExperimentServiceGrpc.ExperimentServiceBlockingStub experiments =
        ExperimentServiceGrpc.newBlockingStub(ranker.channel);
    experiments.createExperiment(
        CreateExperimentRequest.newBuilder()
            .setExperiment(
                Experiment.newBuilder()
                    .setExperimentId(id)
                    .setTrafficBasisPoints(10_000)
                    .addVariants(Variant.newBuilder().setName("a").setWeight(1).putAllParameters(a))
                    .addVariants(
                        Variant.newBuilder().setName("b").setWeight(1).putAllParameters(b)))
            .build());
    experiments.setExperimentState(
        SetExperimentStateRequest.newBuilder()
            .setExperimentId(id)
            .setState(ExperimentState.EXPERIMENT_STATE_RUNNING)
            .build());
  }

  private static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time until it holds").isLessThan(end);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
