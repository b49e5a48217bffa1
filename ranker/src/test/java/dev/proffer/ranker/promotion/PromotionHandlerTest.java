// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountOff;
import dev.proffer.proto.promotion.v1.ApplyPromotionsRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.DeletePromotionRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ExplainPromotionRequest;
import dev.proffer.proto.promotion.v1.ExplainPromotionResponse;
import dev.proffer.proto.promotion.v1.GetPromotionRequest;
import dev.proffer.proto.promotion.v1.Gift;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.PlanPromotionsRequest;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionRefusal;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceBlockingStub;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.RefusalReason;
import dev.proffer.proto.promotion.v1.Schedule;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.Stacking;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromotionHandlerTest {
  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(Fixtures.NOW);
  private final Map<String, ItemFacts> items = new HashMap<>();
  private final Map<String, PersonFacts> people = new HashMap<>();
  private Database database;
  private Promotions promotions;
  private GrpcHost host;
  private ManagedChannel channel;
  private PromotionServiceBlockingStub service;

  @BeforeEach
  void start() throws Exception {
    item(Fixtures.item("knife", "kitchen/knives", "Sharp", 10_000, 6_000));
    item(Fixtures.item("pan", "kitchen/pans", "Iron", 20_000));
    item(Fixtures.item("rake", "garden", "Iron", 5_000));
    item(Fixtures.item("sticker", "toys", "Iron", 100));
    people.put("gold", new PersonFacts("gold", Set.of("vip"), 3, 12, 0, null));
    people.put("fresh", new PersonFacts("fresh", Set.of(), 0, 0, 0, null));
    database = Database.sqlite(folder.resolve("ranker.db"));
    promotions =
        new Promotions(
            database, items::get, people::get, LaneRules.DEFAULT, clock, new SimpleMeterRegistry());
    String name = "promotion-handler-" + folder.getFileName();
    host =
        GrpcHost.start(
            Settings.of(
                GrpcSettings.all(), Map.of("grpc.port", "0", "grpc.deadline-default", "60s")),
            name,
            promotions.services(),
            new SimpleMeterRegistry());
    channel = InProcessChannelBuilder.forName(name).build();
    service = PromotionServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    host.close();
    promotions.close();
    database.close();
  }

  @Test
  void aPromotionIsLiveWhenItsWriteReturnsAndSurvivesARestart() {
    upsert(Fixtures.percent("ten", 1_000, Fixtures.category("kitchen")));

    assertThat(evaluate(cart("knife", 1)).getTotalMinorUnits()).isEqualTo(9_000);
    try (Promotions again =
        new Promotions(
            database,
            items::get,
            people::get,
            LaneRules.DEFAULT,
            clock,
            new SimpleMeterRegistry())) {
      assertThat(again.snapshot().find("ten")).isNotNull();
      assertThat(again.snapshot().version()).isEqualTo(promotions.snapshot().version());
    }
  }

  @Test
  void lanesApplyInOrderAndLineSavingsAddUp() {
    upsert(
        Fixtures.percent("ten", 1_000, Fixtures.category("kitchen")),
        threshold("order", 25_000, 4_000),
        Fixtures.percent("member", 500, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE)
            .addConditions(
                Condition.newBuilder()
                    .setPerson(PersonCondition.newBuilder().setMinMemberLevel(2))));

    EvaluateCartResponse reply =
        evaluate(
            EvaluateCartRequest.newBuilder()
                .setCart(cart("knife", 1, "pan", 1))
                .setPerson(Person.newBuilder().setUserId("gold"))
                .build());

    // 30,000 less 3,000, less 4,000, less 5 % of 23,000.
    assertThat(reply.getTotalMinorUnits()).isEqualTo(21_850);
    assertThat(reply.getAppliedList())
        .extracting(one -> one.getPromotionId())
        .containsExactly("ten", "order", "member");
    long savings =
        reply.getLinesList().stream()
            .flatMap(line -> line.getSavingsList().stream())
            .mapToLong(saving -> saving.getSavingMinorUnits())
            .sum();
    assertThat(savings).isEqualTo(reply.getSavingMinorUnits()).isEqualTo(8_150);
    assertThat(reply.getExact()).isTrue();
  }

  @Test
  void whatIsMissingIsSaidWithFiguresInBothLanguages() {
    upsert(threshold("kitchen-40", 13_500, 4_000).setAppliesTo(Fixtures.category("kitchen")));

    EvaluateCartResponse reply =
        evaluate(
            EvaluateCartRequest.newBuilder().setCart(cart("knife", 1)).setExplain(true).build());

    PromotionRefusal refusal = reply.getNotApplied(0);
    assertThat(refusal.getReason()).isEqualTo(RefusalReason.REFUSAL_REASON_AMOUNT);
    assertThat(refusal.getMissingAmountMinorUnits()).isEqualTo(3_500);
    assertThat(refusal.getFrom().getCategoriesList()).containsExactly("kitchen");
    assertThat(refusal.getExplanationsOrThrow("en"))
        .isEqualTo("Add ¥35.00 more from kitchen to get ¥40.00 off.");
    assertThat(refusal.getExplanationsOrThrow("zh")).isEqualTo("再买 ¥35.00 厨房类商品即可减 ¥40.00。");
  }

  @Test
  void aCodeWorksWhateverItsCaseAndOthersAreRefusedAlike() {
    upsert(
        Fixtures.percent("coupon", 1_000, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("SAVE10"),
        Fixtures.percent("old", 2_000, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("OLD20")
            .setSchedule(Schedule.newBuilder().setEndUnixMs(Fixtures.NOW - 1)),
        Fixtures.percent("vip", 2_000, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("VIP20")
            .addConditions(
                Condition.newBuilder()
                    .setPerson(PersonCondition.newBuilder().addUserIds("somebody"))));

    EvaluateCartResponse reply =
        evaluate(
            EvaluateCartRequest.newBuilder()
                .setCart(
                    cart("knife", 1).toBuilder()
                        .addCodes("save10")
                        .addCodes("OLD20")
                        .addCodes("VIP20")
                        .addCodes("NOSUCH"))
                .setExplain(true)
                .build());

    assertThat(reply.getTotalMinorUnits()).isEqualTo(9_000);
    assertThat(reply.getRefusedCodesList()).containsExactly("OLD20", "VIP20", "NOSUCH");
    // Nothing tells that the foreign or the expired one exists.
    assertThat(reply.getNotAppliedList()).isEmpty();
    assertThat(explainCode("OLD20")).isEqualTo(explainCode("VIP20")).isEqualTo(explainCode("NOPE"));
  }

  private String explainCode(String code) {
    StatusRuntimeException refused =
        refusal(() ->
            service.explainPromotion(ExplainPromotionRequest.newBuilder().setCode(code).build()));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(reason(refused)).isEqualTo("CODE_REFUSED");
    return StatusProto.fromThrowable(refused).toString();
  }

  @Test
  void giftsAreAddedWithoutChangingTheTotal() {
    upsert(
        Fixtures.promotion("gift", PromotionType.PROMOTION_TYPE_BUY_X_GET_Y)
            .setAppliesTo(Fixtures.category("kitchen"))
            .setAction(
                Action.newBuilder()
                    .setGift(Gift.newBuilder().setItemId("sticker").setQuantity(2))));

    EvaluateCartResponse reply = evaluate(cart("pan", 1));

    assertThat(reply.getTotalMinorUnits()).isEqualTo(20_000);
    assertThat(reply.getGifts(0).getItemId()).isEqualTo("sticker");
    assertThat(reply.getGifts(0).getQuantity()).isEqualTo(2);
  }

  @Test
  void anExclusivePromotionWinsOnlyWhenItSavesMore() {
    upsert(
        Fixtures.amount("alone", 3_000, ItemSelector.getDefaultInstance())
            .setStacking(Stacking.newBuilder().setExclusive(true)),
        Fixtures.percent("ten", 1_000, ItemSelector.getDefaultInstance()),
        threshold("order", 10_000, 1_500));

    EvaluateCartResponse small =
        evaluate(
            EvaluateCartRequest.newBuilder().setCart(cart("knife", 1)).setExplain(true).build());
    EvaluateCartResponse large = evaluate(cart("knife", 1, "pan", 1));

    assertThat(small.getTotalMinorUnits()).isEqualTo(7_000);
    assertThat(small.getNotAppliedList())
        .extracting(PromotionRefusal::getExcludedBy)
        .containsOnly("alone");
    assertThat(large.getTotalMinorUnits()).isEqualTo(25_500);
  }

  @Test
  void aDiscountIsLeftOutWhereALaterThresholdIsWorthMore() {
    upsert(
        Fixtures.percent("two", 200, ItemSelector.getDefaultInstance()),
        threshold("order", 10_000, 4_000));

    // 2 % off would bring the knife below 100.00.
    assertThat(evaluate(cart("knife", 1)).getTotalMinorUnits()).isEqualTo(6_000);
  }

  @Test
  void offersShowTheirFiguresAndTheCodeOnlyToThoseTheyAreFor() {
    upsert(
        Fixtures.percent("ten", 1_000, Fixtures.category("kitchen")),
        Fixtures.amount("first", 2_000, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("HELLO")
            .addConditions(Fixtures.minAmount(9_900))
            .addConditions(
                Condition.newBuilder().setPerson(PersonCondition.newBuilder().setFirstOrder(true))),
        Fixtures.flashSale("later", 4_000, Fixtures.items("rake"))
            .setSchedule(
                Schedule.newBuilder()
                    .setStartUnixMs(Fixtures.NOW + 3_600_000)
                    .setEndUnixMs(Fixtures.NOW + 7_200_000)),
        Fixtures.percent("draft", 5_000, ItemSelector.getDefaultInstance())
            .setState(PromotionState.PROMOTION_STATE_DRAFT));

    List<Offer> fresh = offers("fresh");
    List<Offer> gold = offers("gold");

    assertThat(fresh).extracting(Offer::getPromotionId).containsExactly("first", "ten", "later");
    assertThat(fresh.getFirst().getCode()).isEqualTo("HELLO");
    assertThat(fresh.getFirst().getSummariesOrThrow("en"))
        .isEqualTo("¥20.00 off, from ¥99.00, for a first order, with the code HELLO.");
    assertThat(fresh.getFirst().getSummariesOrThrow("zh"))
        .isEqualTo("减 ¥20.00，满 ¥99.00 可用，首单专享，使用优惠码 HELLO。");
    assertThat(fresh.getLast().getStartsAtUnixMs()).isEqualTo(Fixtures.NOW + 3_600_000);
    assertThat(fresh.getLast().getSavingMinorUnits()).isEqualTo(1_000);
    assertThat(gold).extracting(Offer::getPromotionId).containsExactly("ten", "later");
    assertThat(gold.toString()).doesNotContain("HELLO");
  }

  private List<Offer> offers(String userId) {
    return service
        .listOffers(
            ListOffersRequest.newBuilder()
                .setPerson(Person.newBuilder().setUserId(userId))
                .setUpcomingWithinMs(86_400_000)
                .build())
        .getOffersList();
  }

  @Test
  void explainingSaysWhyInOneAnswerOrTheOther() {
    upsert(
        Fixtures.percent("ten", 1_000, Fixtures.category("kitchen")),
        Fixtures.percent("gold-only", 1_000, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE)
            .addConditions(
                Condition.newBuilder()
                    .setPerson(PersonCondition.newBuilder().setMinMemberLevel(3))));

    ExplainPromotionResponse applied =
        service.explainPromotion(
            ExplainPromotionRequest.newBuilder()
                .setPromotionId("ten")
                .setCart(cart("knife", 1))
                .build());
    ExplainPromotionResponse refused =
        service.explainPromotion(
            ExplainPromotionRequest.newBuilder()
                .setPromotionId("gold-only")
                .setCart(cart("knife", 1))
                .build());

    assertThat(applied.getApplied().getSavingMinorUnits()).isEqualTo(1_000);
    assertThat(refused.getRefusal().getReason())
        .isEqualTo(RefusalReason.REFUSAL_REASON_MEMBER_LEVEL);
    assertThat(refused.getRefusal().getExplanationsOrThrow("zh")).contains("3级及以上会员专享");
  }

  @Test
  void aDeclarationIsPlannedAppliedAndPlannedToNothing() {
    String yaml =
        """
        promotions:
          - promotion_id: kitchen-15
            type: PERCENT_OFF
            names: {en: 15% off the kitchen, zh: 厨房85折}
            currency: CNY
            applies_to: {categories: [kitchen]}
            action: {percent_off: {basis_points: 1500}}
            schedule:
              start: 2026-11-20T00:00:00+08:00
              end: 2026-12-01T00:00:00+08:00
              time_zone: Asia/Shanghai
        """;

    assertThat(plan(yaml))
        .containsExactly(
            "create kitchen-15: 15% off on kitchen, until 2026-12-01 00:00 (Asia/Shanghai).");
    assertThat(service.getPromotion(request("kitchen-15")).hasPromotion()).isTrue();
  }

  private List<String> plan(String yaml) {
    List<String> planned =
        service
            .planPromotions(PlanPromotionsRequest.newBuilder().setYaml(yaml).build())
            .getChangesList();
    assertThat(promotions.snapshot().size()).isZero();
    assertThat(
            service
                .applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(yaml).build())
                .getChangesList())
        .isEqualTo(planned);
    assertThat(
            service
                .planPromotions(PlanPromotionsRequest.newBuilder().setYaml(yaml).build())
                .getChangesList())
        .containsExactly("keep kitchen-15: nothing changes");
    return planned;
  }

  @Test
  void aBadDeclarationNamesItsFieldAndChangesNothing() {
    assertThat(yamlField("promotions: [{promotion_id: x, actoin: {}}]"))
        .isEqualTo("yaml.promotions[0]");
    assertThat(yamlField("promos: []")).isEqualTo("yaml.promos");
    assertThat(yamlField("promotions: [")).isEqualTo("yaml");
    assertThat(yamlField("remove: [ghost]")).isEqualTo("");
    assertThat(promotions.snapshot().version()).isZero();
  }

  private String yamlField(String yaml) {
    return field(
        refusal(() ->
            service.applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(yaml).build())));
  }

  @Test
  void promotionsThatMakeNoSenseAreRefusedByFieldAndNothingIsWritten() {
    Promotion.Builder tiers =
        Fixtures.promotion("tiers", PromotionType.PROMOTION_TYPE_THRESHOLD)
            .setAction(
                Action.newBuilder()
                    .setTieredAmountOff(
                        TieredAmountOff.newBuilder()
                            .addTiers(tier(200, 20))
                            .addTiers(tier(100, 10))));

    assertThat(upsertField(tiers))
        .isEqualTo("promotions[0].action.tiered_amount_off.tiers[1].spend_minor_units");
    assertThat(upsertField(Fixtures.percent("p", 10_001, Fixtures.category("a"))))
        .isEqualTo("promotions[0].action.percent_off.basis_points");
    assertThat(upsertField(Fixtures.percent("p", 100, Fixtures.category("a")).setCurrency("QQQ")))
        .isEqualTo("promotions[0].currency");
    assertThat(
            upsertField(
                Fixtures.percent("p", 100, Fixtures.category("a"))
                    .setSchedule(Schedule.newBuilder().setStartUnixMs(2_000).setEndUnixMs(1_000))))
        .isEqualTo("promotions[0].schedule.end_unix_ms");
    assertThat(
            upsertField(
                Fixtures.percent("p", 100, Fixtures.category("a"))
                    .setSchedule(Schedule.newBuilder().setTimeZone("Mars/Olympus"))))
        .isEqualTo("promotions[0].schedule.time_zone");
    assertThat(
            upsertField(
                Fixtures.percent("p", 100, Fixtures.category("a"))
                    .setType(PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE)))
        .isEqualTo("promotions[0].type");
    assertThat(
            upsertField(
                Fixtures.percent("p", 100, Fixtures.category("a"))
                    .setStacking(Stacking.newBuilder().setJointCap("cap"))))
        .isEqualTo("promotions[0].stacking.joint_cap_minor_units");
    assertThat(promotions.snapshot().size()).isZero();
  }

  @Test
  void cartsThatMakeNoSenseAreRefusedByField() {
    assertThat(cartField(cart("ghost", 1))).isEqualTo("");
    assertThat(cartField(cart("knife", 0))).isEqualTo("cart.lines[0].quantity");
    assertThat(cartField(cart("knife", -3))).isEqualTo("cart.lines[0].quantity");
    assertThat(cartField(cart("knife", 1).toBuilder().setCurrency("USD").build()))
        .isEqualTo("cart.lines[0].item_id");
    Cart.Builder worth = Cart.newBuilder();
    for (int i = 0; i < 3; i++) {
      worth.addLines(
          CartLine.newBuilder()
              .setItemId("knife")
              .setQuantity(100_000)
              .setUnitPriceMinorUnits(1_000_000_000_000L));
    }
    assertThat(cartField(worth.build())).isEqualTo("cart.lines[0].quantity");
    item(new ItemFacts("import", "toys", "Iron", Map.of(), 500, 0, ItemFacts.UNKNOWN, 9, "USD"));
    assertThat(cartField(cart("knife", 1, "import", 1))).isEqualTo("cart.lines[1].item_id");
    assertThat(cartField(priced(-1))).isEqualTo("cart.lines[0].unit_price_minor_units");
    assertThat(cartField(priced(Long.MAX_VALUE))).isEqualTo("cart.lines[0].unit_price_minor_units");
    assertThat(cartField(cart("knife", 1).toBuilder().setShippingMinorUnits(-1).build()))
        .isEqualTo("cart.shipping_minor_units");
    assertThat(cartField(cart("knife", 1).toBuilder().setPoints(-1).build()))
        .isEqualTo("cart.points");
    assertThat(refusal(() -> evaluate(cart("knife", 1, "ghost", 1))).getStatus().getDescription())
        .contains("cart.lines[1].item_id");
    Cart.Builder many = Cart.newBuilder();
    for (int i = 0; i < 10_000; i++) {
      many.addLines(CartLine.newBuilder().setItemId("knife").setQuantity(1));
    }
    assertThat(cartField(many.build())).isEqualTo("cart.lines");
  }

  private static Cart priced(long unitPrice) {
    return Cart.newBuilder()
        .addLines(
            CartLine.newBuilder()
                .setItemId("knife")
                .setQuantity(1)
                .setUnitPriceMinorUnits(unitPrice))
        .build();
  }

  @Test
  void amountsOfPromotionsThatAreNegativeOrTooLargeAreRefusedByField() {
    assertThat(upsertField(Fixtures.amount("p", -1, Fixtures.category("a"))))
        .isEqualTo("promotions[0].action.amount_off.amount_minor_units");
    assertThat(upsertField(Fixtures.amount("p", Long.MAX_VALUE, Fixtures.category("a"))))
        .isEqualTo("promotions[0].action.amount_off.amount_minor_units");
    assertThat(
            upsertField(
                Fixtures.amount("p", 1, Fixtures.category("a"))
                    .setLimits(Limits.newBuilder().setBudgetMinorUnits(-5))))
        .isEqualTo("promotions[0].limits.budget_minor_units");
    assertThat(
            upsertField(
                Fixtures.promotion("p", PromotionType.PROMOTION_TYPE_THRESHOLD)
                    .setAction(
                        Action.newBuilder()
                            .setTieredAmountOff(
                                TieredAmountOff.newBuilder()
                                    .addTiers(
                                        SpendTier.newBuilder()
                                            .setSpendMinorUnits(100)
                                            .setOffBasisPoints(10_001))))))
        .isEqualTo("promotions[0].action.tiered_amount_off.tiers[0].off_basis_points");
    // One wrong promotion keeps the right one beside it out as well.
    refusal(() ->
        service.upsertPromotions(
            UpsertPromotionsRequest.newBuilder()
                .addPromotions(Fixtures.percent("good", 100, Fixtures.category("a")))
                .addPromotions(Fixtures.amount("bad", -1, Fixtures.category("a")))
                .build()));
    assertThat(promotions.snapshot().size()).isZero();
    assertThat(promotions.snapshot().version()).isZero();
  }

  @Test
  void codesThatAreUnknownForeignOrExpiredCostTheSameWork() {
    List<String> asked = new java.util.ArrayList<>();
    CouponLookup lookup =
        new CouponLookup() {
          @Override
          public Set<String> ofCode(
              String code, String userId, long unixMs, boolean otherwiseUsable) {
            asked.add(userId + " " + otherwiseUsable);
            return Set.of();
          }

          @Override
          public Set<String> ofWallet(String userId, long unixMs) {
            return Set.of();
          }
        };
    upsert(
        Fixtures.percent("old", 2_000, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("OLD20")
            .setSchedule(Schedule.newBuilder().setEndUnixMs(Fixtures.NOW - 1)),
        Fixtures.percent("vip", 2_000, ItemSelector.getDefaultInstance())
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("VIP20")
            .addConditions(
                Condition.newBuilder()
                    .setPerson(PersonCondition.newBuilder().addUserIds("somebody"))));
    try (Promotions other =
        new Promotions(
            database,
            items::get,
            people::get,
            LaneRules.DEFAULT,
            clock,
            new SimpleMeterRegistry(),
            Redemptions.NONE,
            lookup)) {
      for (String code : List.of("OLD20", "VIP20", "UNKNOWN")) {
        other
            .carts()
            .resolve(
                cart("knife", 1).toBuilder().addCodes(code).build(),
                Person.newBuilder().setUserId("eve").build(),
                Fixtures.NOW);
      }
    }

    assertThat(asked).containsExactly("eve false", "eve false", "eve false");
  }

  @Test
  void warningsNameWhatIsProbablyNotMeant() {
    upsert(threshold("order-a", 10_000, 1_000));

    List<String> warnings =
        service
            .upsertPromotions(
                UpsertPromotionsRequest.newBuilder()
                    .addPromotions(threshold("order-b", 20_000, 3_000))
                    .addPromotions(
                        Fixtures.percent("deep", 8_000, Fixtures.items("knife", "ghost")))
                    .addPromotions(
                        Fixtures.percent("over", 1_000, Fixtures.items("rake"))
                            .setSchedule(Schedule.newBuilder().setEndUnixMs(1_000)))
                    .build())
            .getWarningsList();

    assertThat(warnings)
        .anySatisfy(w -> assertThat(w).contains("order-a and order-b: overlap"))
        .anySatisfy(w -> assertThat(w).contains("deep: 1 item is not in the catalogue"))
        .anySatisfy(w -> assertThat(w).contains("deep: is held at the floor price"))
        .anySatisfy(w -> assertThat(w).contains("over: never applies"));
  }

  @Test
  void listsPageByIdAndKnowWhatIsLive() {
    for (int i = 0; i < 7; i++) {
      upsert(
          Fixtures.percent("p" + i, 1_000, Fixtures.category("c" + i))
              .setState(
                  i % 2 == 0
                      ? PromotionState.PROMOTION_STATE_LIVE
                      : PromotionState.PROMOTION_STATE_PAUSED));
    }
    StringBuilder ids = new StringBuilder();
    String token = "";
    do {
      var page =
          service.listPromotions(
              ListPromotionsRequest.newBuilder()
                  .setPageSize(3)
                  .setPageToken(token)
                  .setLiveOnly(true)
                  .build());
      page.getPromotionsList().forEach(p -> ids.append(p.getPromotionId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(ids.toString()).isEqualTo("p0p2p4p6");
  }

  @Test
  void aDeletedPromotionIsGone() {
    upsert(Fixtures.percent("ten", 1_000, Fixtures.category("kitchen")));

    assertThat(
            service
                .deletePromotion(DeletePromotionRequest.newBuilder().setPromotionId("ten").build())
                .getEnded())
        .isFalse();
    StatusRuntimeException refused = refusal(() -> service.getPromotion(request("ten")));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(reason(refused)).isEqualTo("UNKNOWN_PROMOTION");
  }

  // ---- Helpers ----

  private void item(ItemFacts item) {
    items.put(item.itemId(), item);
  }

  private static Promotion.Builder threshold(String id, long spend, long off) {
    return Fixtures.promotion(id, PromotionType.PROMOTION_TYPE_THRESHOLD)
        .addConditions(Fixtures.minAmount(spend))
        .setAction(
            Action.newBuilder().setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(off)));
  }

  private static SpendTier tier(long spend, long off) {
    return SpendTier.newBuilder().setSpendMinorUnits(spend).setOffMinorUnits(off).build();
  }

  private void upsert(Promotion.Builder... builders) {
    UpsertPromotionsRequest.Builder request = UpsertPromotionsRequest.newBuilder();
    for (Promotion.Builder builder : builders) {
      if (builder.getType() == PromotionType.PROMOTION_TYPE_FLASH_SALE
          && builder.getSchedule().getEndUnixMs() == 0) {
        builder.getScheduleBuilder().setEndUnixMs(Fixtures.NOW + 1_000_000);
      }
      request.addPromotions(builder);
    }
    service.upsertPromotions(request.build());
  }

  private String upsertField(Promotion.Builder builder) {
    return field(
        refusal(() ->
            service.upsertPromotions(
                UpsertPromotionsRequest.newBuilder().addPromotions(builder).build())));
  }

  private String cartField(Cart cart) {
    return field(refusal(() -> evaluate(cart)));
  }

  private static GetPromotionRequest request(String id) {
    return GetPromotionRequest.newBuilder().setPromotionId(id).build();
  }

  private EvaluateCartResponse evaluate(Cart cart) {
    return evaluate(EvaluateCartRequest.newBuilder().setCart(cart).build());
  }

  private EvaluateCartResponse evaluate(EvaluateCartRequest request) {
    return service.evaluateCart(request);
  }

  private static Cart cart(Object... lines) {
    Cart.Builder cart = Cart.newBuilder();
    for (int i = 0; i < lines.length; i += 2) {
      cart.addLines(
          CartLine.newBuilder().setItemId((String) lines[i]).setQuantity((Integer) lines[i + 1]));
    }
    return cart.build();
  }

  private static StatusRuntimeException refusal(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run);
  }

  /// The first field that a refusal names; empty for what is not found.
  private static String field(StatusRuntimeException refused) {
    assertThat(refused.getStatus().getCode())
        .isIn(Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND);
    return StatusProto.fromThrowable(refused).getDetailsList().stream()
        .filter(detail -> detail.is(BadRequest.class))
        .map(detail -> unpack(detail, BadRequest.class).getFieldViolations(0).getField())
        .findFirst()
        .orElse("");
  }

  private static String reason(StatusRuntimeException refused) {
    return StatusProto.fromThrowable(refused).getDetailsList().stream()
        .filter(detail -> detail.is(ErrorInfo.class))
        .map(detail -> unpack(detail, ErrorInfo.class).getReason())
        .findFirst()
        .orElse("");
  }

  private static <T extends com.google.protobuf.Message> T unpack(
      com.google.protobuf.Any any, Class<T> type) {
    try {
      return any.unpack(type);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
