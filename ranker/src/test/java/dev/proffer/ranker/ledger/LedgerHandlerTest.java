// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountOff;
import dev.proffer.proto.promotion.v1.AssignCouponsRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.CommitRedemptionRequest;
import dev.proffer.proto.promotion.v1.CreateCouponBatchRequest;
import dev.proffer.proto.promotion.v1.DeletePromotionRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.GetBudgetRequest;
import dev.proffer.proto.promotion.v1.GetBudgetResponse;
import dev.proffer.proto.promotion.v1.LedgerServiceGrpc;
import dev.proffer.proto.promotion.v1.LedgerServiceGrpc.LedgerServiceBlockingStub;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.ListWalletRequest;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceBlockingStub;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.RefusalReason;
import dev.proffer.proto.promotion.v1.ReserveRedemptionRequest;
import dev.proffer.proto.promotion.v1.ReserveRedemptionResponse;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.ranker.coupon.CouponBook;
import dev.proffer.ranker.coupon.CouponKey;
import dev.proffer.ranker.promotion.ItemFacts;
import dev.proffer.ranker.promotion.LaneRules;
import dev.proffer.ranker.promotion.ManualClock;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerHandlerTest {
  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(1_795_334_400_000L);
  private Database database;
  private CouponBook coupons;
  private Ledger ledger;
  private Promotions promotions;
  private GrpcHost host;
  private ManagedChannel channel;
  private LedgerServiceBlockingStub service;
  private PromotionServiceBlockingStub management;

  @BeforeEach
  void start() throws Exception {
    ItemFacts pan = new ItemFacts("pan", "kitchen", "Iron", Map.of(), 10_000, 0, -1, -1, "CNY");
    database = Database.sqlite(folder.resolve("ranker.db"));
    coupons =
        new CouponBook(
            database, CouponKey.load(folder.resolve("coupon.key")), clock, new SecureRandom());
    ledger = new Ledger(database, clock, coupons);
    promotions =
        new Promotions(
            database,
            id -> id.equals("pan") ? pan : null,
            _ -> null,
            LaneRules.DEFAULT,
            clock,
            new SimpleMeterRegistry(),
            ledger,
            coupons);
    List<BindableService> services = new ArrayList<>(promotions.services());
    services.add(new LedgerHandler(promotions, ledger, coupons, clock));
    String name = "ledger-handler-" + folder.getFileName();
    host =
        GrpcHost.start(
            Settings.of(
                GrpcSettings.all(), Map.of("grpc.port", "0", "grpc.deadline-default", "60s")),
            name,
            services,
            new SimpleMeterRegistry());
    channel = InProcessChannelBuilder.forName(name).build();
    service = LedgerServiceGrpc.newBlockingStub(channel);
    management = PromotionServiceGrpc.newBlockingStub(channel);
    management.upsertPromotions(
        UpsertPromotionsRequest.newBuilder()
            .addPromotions(
                Promotion.newBuilder()
                    .setPromotionId("ten")
                    .setType(PromotionType.PROMOTION_TYPE_AMOUNT_OFF)
                    .putNames("en", "10 off")
                    .setCurrency("CNY")
                    .setAction(
                        Action.newBuilder()
                            .setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(1_000)))
                    .setLimits(Limits.newBuilder().setPerPerson(1).setBudgetMinorUnits(1_500)))
            .build());
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    host.close();
    promotions.close();
    ledger.close();
    database.close();
  }

  @Test
  void aReservationHoldsThePriceAndACommitSpendsTheBudget() {
    ReserveRedemptionResponse reserved = service.reserveRedemption(reserve("k1", "u").build());
    assertThat(reserved.getEvaluation().getTotalMinorUnits()).isEqualTo(9_000);
    assertThat(budget().getReservedMinorUnits()).isEqualTo(1_000);

    service.commitRedemption(
        CommitRedemptionRequest.newBuilder()
            .setRedemptionId(reserved.getRedemption().getRedemptionId())
            .setOrderId("o")
            .build());

    assertThat(budget().getCommittedMinorUnits()).isEqualTo(1_000);
    assertThat(budget().getReservedMinorUnits()).isZero();
    assertThat(budget().getBudgetMinorUnits()).isEqualTo(1_500);
  }

  @Test
  void whatIsUsedUpNoLongerAppliesAndSaysWhy() {
    service.reserveRedemption(reserve("k1", "u").build());

    var again =
        management.evaluateCart(
            EvaluateCartRequest.newBuilder()
                .setCart(cart())
                .setPerson(Person.newBuilder().setUserId("u"))
                .setExplain(true)
                .build());
    var other =
        management.evaluateCart(
            EvaluateCartRequest.newBuilder()
                .setCart(cart())
                .setPerson(Person.newBuilder().setUserId("v"))
                .setExplain(true)
                .build());

    assertThat(again.getTotalMinorUnits()).isEqualTo(10_000);
    assertThat(again.getNotApplied(0).getReason()).isEqualTo(RefusalReason.REFUSAL_REASON_LIMIT);
    // 500 of the budget are left, which does not pay for 1,000.
    assertThat(other.getNotApplied(0).getReason()).isEqualTo(RefusalReason.REFUSAL_REASON_BUDGET);
  }

  @Test
  void anotherTotalThanTheExpectedOneIsRefusedByTheLimitThatChangedIt() {
    service.reserveRedemption(reserve("k1", "u").build());

    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                service.reserveRedemption(
                    reserve("k2", "u").setExpectedTotalMinorUnits(9_000).build()));
    StatusRuntimeException wrong =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                service.reserveRedemption(
                    reserve("k3", "v").setExpectedTotalMinorUnits(1).build()));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(wrong.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(budget().getReservedMinorUnits()).isEqualTo(1_000);
  }

  @Test
  void aRetryIsAnsweredWithTheFirstPrices() {
    ReserveRedemptionResponse first = service.reserveRedemption(reserve("k1", "u").build());
    assertThat(service.reserveRedemption(reserve("k1", "u").build())).isEqualTo(first);

    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> service.reserveRedemption(reserve("k1", "v").build()));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void aRedeemedPromotionIsEndedInsteadOfRemoved() {
    service.reserveRedemption(reserve("k1", "u").build());

    assertThat(
            management
                .deletePromotion(DeletePromotionRequest.newBuilder().setPromotionId("ten").build())
                .getEnded())
        .isTrue();
    assertThat(promotions.snapshot().find("ten")).isNotNull();
  }

  @Test
  void aCouponOfABatchLowersThePriceOnceForItsOwner() {
    management.upsertPromotions(
        UpsertPromotionsRequest.newBuilder()
            .addPromotions(
                Promotion.newBuilder()
                    .setPromotionId("coupon")
                    .setType(PromotionType.PROMOTION_TYPE_COUPON)
                    .putNames("en", "20 off")
                    .setCurrency("CNY")
                    .setAction(
                        Action.newBuilder()
                            .setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(2_000))))
            .build());
    var batch =
        service.createCouponBatch(
            CreateCouponBatchRequest.newBuilder()
                .setPromotionId("coupon")
                .setIdempotencyKey("b")
                .setCount(2)
                .build());
    service.assignCoupons(
        AssignCouponsRequest.newBuilder().setBatchId(batch.getBatchId()).addUserIds("ann").build());

    assertThat(total("ann")).isEqualTo(7_000);
    assertThat(total("bob")).isEqualTo(9_000);
    service.reserveRedemption(reserve("k1", "ann").build());

    // Her coupon is used, and so is her one redemption of the other promotion.
    assertThat(total("ann")).isEqualTo(10_000);
    assertThat(
            service
                .listWallet(ListWalletRequest.newBuilder().setUserId("ann").build())
                .getCoupons(0)
                .getUsed())
        .isTrue();
  }

  private long total(String userId) {
    return management
        .evaluateCart(
            EvaluateCartRequest.newBuilder()
                .setCart(cart())
                .setPerson(Person.newBuilder().setUserId(userId))
                .build())
        .getTotalMinorUnits();
  }

  private GetBudgetResponse budget() {
    return service.getBudget(GetBudgetRequest.newBuilder().setPromotionId("ten").build());
  }

  private static ReserveRedemptionRequest.Builder reserve(String key, String userId) {
    return ReserveRedemptionRequest.newBuilder()
        .setIdempotencyKey(key)
        .setCart(cart())
        .setPerson(Person.newBuilder().setUserId(userId));
  }

  private static Cart cart() {
    return Cart.newBuilder()
        .addLines(CartLine.newBuilder().setItemId("pan").setQuantity(1))
        .build();
  }
}
