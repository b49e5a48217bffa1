// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.promotion.v1.AllocateOffersRequest;
import dev.proffer.proto.promotion.v1.AllocateOffersResponse;
import dev.proffer.proto.promotion.v1.Allocation;
import dev.proffer.proto.promotion.v1.ApplyPromotionsRequest;
import dev.proffer.proto.promotion.v1.CampaignProposal;
import dev.proffer.proto.promotion.v1.DecideOfferRequest;
import dev.proffer.proto.promotion.v1.DecideOfferResponse;
import dev.proffer.proto.promotion.v1.GetPromotionRequest;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PlanPromotionsRequest;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc.PlanningServiceBlockingStub;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceBlockingStub;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.ProposeCampaignsRequest;
import dev.proffer.proto.promotion.v1.ProposeCampaignsResponse;
import dev.proffer.ranker.promotion.ItemFacts;
import dev.proffer.ranker.promotion.ManualClock;
import dev.proffer.runtime.sql.Database;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanningDeskTest {
  @TempDir Path folder;

  private final Set<String> heldOut = new HashSet<>();
  private final SmallShop shop = new SmallShop(-3.5, -1, 7);
  private final ManualClock clock = new ManualClock(SmallShop.END);
  private PlanningServer server;
  private PlanningServiceBlockingStub planning;
  private PromotionServiceBlockingStub management;

  @BeforeEach
  void start() throws Exception {
    server =
        new PlanningServer(
            Database.sqlite(folder.resolve("ranker.db")), shop, heldOut::contains, clock);
    planning = server.planning;
    management = server.shop;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Promotion apply(CampaignProposal proposal) {
    management.applyPromotions(
        ApplyPromotionsRequest.newBuilder().setYaml(proposal.getYaml()).build());
    String id =
        proposal
            .getYaml()
            .lines()
            .filter(line -> line.contains("promotion_id: "))
            .map(line -> line.substring(line.indexOf(": ") + 2))
            .findFirst()
            .orElseThrow();
    return management
        .getPromotion(GetPromotionRequest.newBuilder().setPromotionId(id).build())
        .getPromotion();
  }

  @Test
  void proposalsRestOnWhatPeopleDidAndCanBeApplied() {
    ProposeCampaignsResponse proposed =
        planning.proposeCampaigns(
            ProposeCampaignsRequest.newBuilder().setHorizonDays(7).setCount(20).build());
    assertThat(proposed.getEvents()).isEqualTo(shop.events.size());
    assertThat(proposed.getElasticity()).isBetween(-3.5, -1.0);
    List<Promotion> drafts = proposed.getProposalsList().stream().map(this::apply).toList();
    assertThat(drafts)
        .allMatch(draft -> draft.getState() == PromotionState.PROMOTION_STATE_DRAFT)
        .allMatch(draft -> draft.getSchedule().getStartUnixMs() > clock.millis())
        .extracting(Promotion::getType)
        .contains(
            PromotionType.PROMOTION_TYPE_THRESHOLD,
            PromotionType.PROMOTION_TYPE_FLASH_SALE,
            PromotionType.PROMOTION_TYPE_PERCENT_OFF);
    // What is looked at and not bought, at the time when people look.
    Promotion flash =
        drafts.stream()
            .filter(draft -> draft.getType() == PromotionType.PROMOTION_TYPE_FLASH_SALE)
            .findFirst()
            .orElseThrow();
    assertThat(flash.getAppliesTo().getItemIdsList()).containsExactly("vase");
    ZonedDateTime start =
        Instant.ofEpochMilli(flash.getSchedule().getStartUnixMs()).atZone(ZoneOffset.UTC);
    assertThat(start.getDayOfWeek()).isEqualTo(DayOfWeek.FRIDAY);
    assertThat(start.getHour()).isEqualTo(20);
    // Kitchen answers to price, garden does not: its margin would not pay for the discount.
    assertThat(net(proposed, "kitchen")).isPositive();
    assertThat(net(proposed, "garden")).isNegative();
    for (CampaignProposal one : proposed.getProposalsList()) {
      assertThat(one.getLiftLowMinorUnits()).isLessThanOrEqualTo(one.getExpectedLiftMinorUnits());
      assertThat(one.getLiftHighMinorUnits())
          .isGreaterThanOrEqualTo(one.getExpectedLiftMinorUnits());
      assertThat(one.getReasonsCount()).isPositive();
    }
    CampaignProposal kitchen = proposal(proposed, "kitchen");
    assertThat(kitchen.getSimulatedOrders()).isPositive();
    assertThat(kitchen.getSimulatedCostMinorUnits()).isPositive();
  }

  @Test
  void whatIsBoughtTogetherBecomesABundleAndWhatLiesTooLongAClearance() {
    shop.items.put(
        "globe", new ItemFacts("globe", "home", "", Map.of(), 8_000, 1_000, 2_000, 900, "CNY"));
    for (int i = 0; i < 60; i++) {
      for (String item : List.of("knife-2", "rake-9")) {
        shop.events.add(
            Event.newBuilder()
                .setEventId(item + "-" + i)
                .setType(EventType.EVENT_TYPE_PURCHASE)
                .setUserId("pair-" + i)
                .setItemId(item)
                .setEventTimeUnixMs(SmallShop.END - (i + 1) * 86_400_000L)
                .setOrderId("pair-" + i)
                .setQuantity(1)
                .setUnitPriceMinorUnits(shop.items.get(item).priceMinorUnits())
                .setCurrency("CNY")
                .build());
      }
    }
    shop.events.sort(java.util.Comparator.comparingLong(Event::getEventTimeUnixMs));

    ProposeCampaignsResponse proposed =
        planning.proposeCampaigns(ProposeCampaignsRequest.newBuilder().setCount(100).build());

    Promotion bundle = apply(titled(proposed, "bundle of rake-9 and knife-2"));
    assertThat(bundle.getType()).isEqualTo(PromotionType.PROMOTION_TYPE_BUNDLE_PRICE);
    assertThat(bundle.getAction().getBundlePrice().getPriceMinorUnits())
        .isLessThan(
            shop.items.get("rake-9").priceMinorUnits()
                + shop.items.get("knife-2").priceMinorUnits());
    assertThat(titled(proposed, "bundle of rake-9").getSimulatedOrders()).isPositive();
    Promotion clearance = apply(titled(proposed, "clearance of 1 items"));
    assertThat(clearance.getAppliesTo().getItemIdsList()).containsExactly("globe");
    assertThat(titled(proposed, "clearance").getExpectedLiftMinorUnits()).isPositive();
  }

  private static CampaignProposal titled(ProposeCampaignsResponse proposed, String title) {
    return proposed.getProposalsList().stream()
        .filter(one -> one.getTitle().startsWith(title))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBudgetHoldsForAllProposalsTogether() {
    long budget = 20_000;
    ProposeCampaignsResponse proposed =
        planning.proposeCampaigns(
            ProposeCampaignsRequest.newBuilder().setBudgetMinorUnits(budget).build());
    assertThat(
            proposed.getProposalsList().stream()
                .mapToLong(CampaignProposal::getExpectedCostMinorUnits)
                .sum())
        .isLessThanOrEqualTo(budget);
    assertThatThrownBy(() ->
            planning.proposeCampaigns(
                ProposeCampaignsRequest.newBuilder().setTimeZone("Mars").build()))
        .hasMessageContaining("time_zone");
  }

  private static long net(ProposeCampaignsResponse proposed, String category) {
    CampaignProposal one = proposal(proposed, category);
    return one.getExpectedLiftMinorUnits() - one.getExpectedCostMinorUnits();
  }

  private static CampaignProposal proposal(ProposeCampaignsResponse proposed, String category) {
    return proposed.getProposalsList().stream()
        .filter(one -> one.getTitle().endsWith("off " + category))
        .findFirst()
        .orElseThrow();
  }

  private void offers() {
    String yaml =
        """
        promotions:
          - promotion_id: kitchen-20
            type: PERCENT_OFF
            names: {en: kitchen}
            currency: CNY
            applies_to: {categories: [kitchen]}
            action: {percent_off: {basis_points: 2000}}
            limits: {budget_minor_units: 30000}
          - promotion_id: garden-20
            type: PERCENT_OFF
            names: {en: garden}
            currency: CNY
            applies_to: {categories: [garden]}
            action: {percent_off: {basis_points: 2000}}
          - promotion_id: friends
            type: PERCENT_OFF
            names: {en: friends}
            currency: CNY
            conditions: [{person: {user_ids: [u1, u2]}}]
            action: {percent_off: {basis_points: 1000}}
        """;
    management.planPromotions(PlanPromotionsRequest.newBuilder().setYaml(yaml).build());
    management.applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(yaml).build());
  }

  @Test
  void offersGoToThoseWhomTheyMoveWithinEveryBudget() {
    offers();
    AllocateOffersResponse response =
        planning.allocateOffers(
            AllocateOffersRequest.newBuilder()
                .addPromotionIds("kitchen-20")
                .addPromotionIds("garden-20")
                .addPromotionIds("friends")
                .setBudgetMinorUnits(25_000)
                .build());
    assertThat(response.getAllocationsCount()).isGreaterThan(300);
    assertThat(response.getExpectedCostMinorUnits()).isBetween(1L, 25_000L);
    assertThat(response.getExpectedValueMinorUnits())
        .isBetween(
            (long) (.99 * response.getValueBoundMinorUnits()), response.getValueBoundMinorUnits());
    long cost = 0;
    for (Allocation one : response.getAllocationsList()) {
      cost += one.getExpectedCostMinorUnits();
      if (one.getPromotionId().equals("friends")) {
        assertThat(one.getUserId()).isIn("u1", "u2");
      }
      assertThat(one.getUplift()).isGreaterThanOrEqualTo(0);
    }
    assertThat(cost).isEqualTo(response.getExpectedCostMinorUnits());
    heldOut.addAll(
        response.getAllocationsList().stream()
            .filter(one -> !one.getPromotionId().isEmpty())
            .map(Allocation::getUserId)
            .limit(5)
            .toList());
    assertThat(heldOut).hasSize(5);
    assertThat(
            planning
                .allocateOffers(
                    AllocateOffersRequest.newBuilder().addPromotionIds("kitchen-20").build())
                .getAllocationsList())
        .filteredOn(one -> heldOut.contains(one.getUserId()))
        .hasSize(5)
        .allSatisfy(one -> assertThat(one.getPromotionId()).isEmpty());
    // Garden does not answer to price: its offers are worth nothing to the shop.
    assertThat(response.getAllocationsList())
        .filteredOn(one -> one.getPromotionId().equals("kitchen-20"))
        .hasSizeGreaterThan(
            (int)
                response.getAllocationsList().stream()
                    .filter(one -> one.getPromotionId().equals("garden-20"))
                    .count());
  }

  @Test
  void oneRequestAtATimeKeepsTheBudgetAndRemembersItsAnswers() {
    offers();
    long cost = 0;
    int given = 0;
    Map<String, String> answers = new java.util.HashMap<>();
    for (int i = 0; i < 400; i++) {
      clock.advance(1_000);
      DecideOfferResponse decided =
          planning.decideOffer(
              DecideOfferRequest.newBuilder()
                  .setUserId("u" + i)
                  .addPromotionIds("kitchen-20")
                  .addPromotionIds("friends")
                  .build());
      assertThat(decided.getRemembered()).isFalse();
      answers.put("u" + i, decided.getAllocation().getPromotionId());
      if (decided.getAllocation().getPromotionId().equals("kitchen-20")) {
        cost += decided.getAllocation().getExpectedCostMinorUnits();
        given++;
      }
    }
    assertThat(cost).isLessThanOrEqualTo(30_000);
    assertThat(given).isPositive();
    DecideOfferResponse again =
        planning.decideOffer(
            DecideOfferRequest.newBuilder()
                .setUserId("u7")
                .addPromotionIds("friends")
                .addPromotionIds("kitchen-20")
                .build());
    assertThat(again.getRemembered()).isTrue();
    assertThat(again.getAllocation().getPromotionId()).isEqualTo(answers.get("u7"));
  }

  @Test
  void aPacedListLeavesOutBudgetsThatAreBetterSpentOnOthers() {
    offers();
    int listed = 0;
    for (int i = 0; i < 100; i++) {
      ListOffersRequest.Builder request =
          ListOffersRequest.newBuilder().setPerson(Person.newBuilder().setUserId("u" + i));
      List<String> all = ids(request.build());
      List<String> paced = ids(request.setPaced(true).build());
      assertThat(all).contains("kitchen-20", "garden-20");
      // What has no budget is not touched.
      assertThat(paced).contains("garden-20");
      listed += paced.contains("kitchen-20") ? 1 : 0;
    }
    assertThat(listed).isBetween(1, 99);
  }

  private List<String> ids(ListOffersRequest request) {
    return management.listOffers(request).getOffersList().stream()
        .map(Offer::getPromotionId)
        .toList();
  }

  @Test
  void unknownPromotionsAndRepeatedPeopleAreNamed() {
    offers();
    assertThatThrownBy(() ->
            planning.allocateOffers(
                AllocateOffersRequest.newBuilder().addPromotionIds("none").build()))
        .hasMessageContaining("promotion_ids[0]");
    assertThatThrownBy(() ->
            planning.allocateOffers(
                AllocateOffersRequest.newBuilder()
                    .addPromotionIds("friends")
                    .addUserIds("u1")
                    .addUserIds("u1")
                    .build()))
        .hasMessageContaining("user_ids");
  }

  @Test
  void aShopWithoutHistoryIsToldWhatIsAssumed() {
    shop.events.clear();
    offers();
    assertThat(
            planning
                .proposeCampaigns(ProposeCampaignsRequest.getDefaultInstance())
                .getDegraded()
                .getReasonsList())
        .extracting(reason -> reason.getPart())
        .contains("elasticity", "response-model");
  }
}
