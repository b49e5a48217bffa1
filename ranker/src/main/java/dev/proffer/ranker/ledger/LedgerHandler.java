// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.AppliedPromotion;
import dev.proffer.proto.promotion.v1.AssignCouponsRequest;
import dev.proffer.proto.promotion.v1.AssignCouponsResponse;
import dev.proffer.proto.promotion.v1.CommitRedemptionRequest;
import dev.proffer.proto.promotion.v1.CommitRedemptionResponse;
import dev.proffer.proto.promotion.v1.CreateCouponBatchRequest;
import dev.proffer.proto.promotion.v1.CreateCouponBatchResponse;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.GetBudgetRequest;
import dev.proffer.proto.promotion.v1.GetBudgetResponse;
import dev.proffer.proto.promotion.v1.GetRedemptionRequest;
import dev.proffer.proto.promotion.v1.GetRedemptionResponse;
import dev.proffer.proto.promotion.v1.LedgerServiceGrpc.LedgerServiceImplBase;
import dev.proffer.proto.promotion.v1.ListExpiringCouponsRequest;
import dev.proffer.proto.promotion.v1.ListExpiringCouponsResponse;
import dev.proffer.proto.promotion.v1.ListWalletRequest;
import dev.proffer.proto.promotion.v1.ListWalletResponse;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.ReleaseRedemptionRequest;
import dev.proffer.proto.promotion.v1.ReleaseRedemptionResponse;
import dev.proffer.proto.promotion.v1.ReserveRedemptionRequest;
import dev.proffer.proto.promotion.v1.ReserveRedemptionResponse;
import dev.proffer.proto.promotion.v1.ReturnRedemptionRequest;
import dev.proffer.proto.promotion.v1.ReturnRedemptionResponse;
import dev.proffer.proto.promotion.v1.TransferCouponRequest;
import dev.proffer.proto.promotion.v1.TransferCouponResponse;
import dev.proffer.ranker.coupon.CouponBook;
import dev.proffer.ranker.promotion.Carts;
import dev.proffer.ranker.promotion.CompiledPromotion;
import dev.proffer.ranker.promotion.PromotionSnapshot;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rpcs of LedgerService.
public final class LedgerHandler extends LedgerServiceImplBase {
  private static final int WALLET_DEFAULT = 100;
  private static final int HOLD_SECONDS_DEFAULT = 900;
  private static final long REMINDER_MS_DEFAULT = Duration.ofDays(3).toMillis();

  private final Promotions promotions;
  private final Ledger ledger;
  private final CouponBook coupons;
  private final Clock clock;

  public LedgerHandler(Promotions promotions, Ledger ledger, CouponBook coupons, Clock clock) {
    this.promotions = promotions;
    this.ledger = ledger;
    this.coupons = coupons;
    this.clock = clock;
  }

  @Override
  public void reserveRedemption(
      ReserveRedemptionRequest request, StreamObserver<ReserveRedemptionResponse> observer) {
    String hash = hash(request);
    Ledger.Reserved reserved = ledger.find(request.getIdempotencyKey(), hash);
    if (reserved == null) {
      Carts.Request cart =
          promotions.carts().resolve(request.getCart(), request.getPerson(), clock.millis());
      EvaluateCartResponse evaluation = promotions.carts().evaluate(cart, false);
      requireExpected(request, cart, evaluation);
      int hold = request.getHoldSeconds() == 0 ? HOLD_SECONDS_DEFAULT : request.getHoldSeconds();
      reserved =
          ledger.reserve(
              request.getIdempotencyKey(),
              hash,
              request.getPerson().getUserId(),
              evaluation.getCurrency(),
              claims(cart, evaluation),
              Duration.ofSeconds(hold),
              Base64.getEncoder().encodeToString(evaluation.toByteArray()));
    }
    observer.onNext(
        ReserveRedemptionResponse.newBuilder()
            .setRedemption(reserved.redemption())
            .setEvaluation(evaluation(reserved.evaluation()))
            .build());
    observer.onCompleted();
  }

  private List<Claim> claims(Carts.Request cart, EvaluateCartResponse evaluation) {
    List<Claim> claims = new ArrayList<>();
    for (AppliedPromotion applied : evaluation.getAppliedList()) {
      CompiledPromotion promotion = cart.snapshot().find(applied.getPromotionId());
      if (promotion == null) {
        throw new IllegalStateException("an applied promotion is not in its snapshot");
      }
      claims.add(
          new Claim(
              promotion.id(),
              applied.getSavingMinorUnits(),
              promotion.proto().getLimits(),
              Ledger.day(promotion, clock.millis()),
              promotion.needsBatchCoupon(),
              List.copyOf(cart.codes().keySet())));
    }
    return claims;
  }

  /// Refuses a reservation for another total than the caller showed, with the limit that changed it
  /// where it was one.
  private void requireExpected(
      ReserveRedemptionRequest request, Carts.Request cart, EvaluateCartResponse evaluation) {
    if (!request.hasExpectedTotalMinorUnits()
        || request.getExpectedTotalMinorUnits() == evaluation.getTotalMinorUnits()) {
      return;
    }
    EvaluateCartResponse unlimited = promotions.carts().evaluate(cart.withoutLimits(), false);
    if (unlimited.getTotalMinorUnits() == request.getExpectedTotalMinorUnits()) {
      for (AppliedPromotion applied : unlimited.getAppliedList()) {
        String id = applied.getPromotionId();
        if (evaluation.getAppliedList().stream().noneMatch(a -> a.getPromotionId().equals(id))) {
          throw ProfferException.exhausted(
              ErrorReason.ERROR_REASON_LIMIT_REACHED,
              id + ": a limit of it is reached",
              Map.of("promotion_id", id),
              null);
        }
      }
    }
    throw ProfferException.precondition(
        ErrorReason.ERROR_REASON_PRECONDITION,
        "expected_total_minor_units: the total is " + evaluation.getTotalMinorUnits() + " by now",
        Map.of("total_minor_units", Long.toString(evaluation.getTotalMinorUnits())));
  }

  @Override
  public void commitRedemption(
      CommitRedemptionRequest request, StreamObserver<CommitRedemptionResponse> observer) {
    observer.onNext(
        CommitRedemptionResponse.newBuilder()
            .setRedemption(ledger.commit(request.getRedemptionId(), request.getOrderId()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void releaseRedemption(
      ReleaseRedemptionRequest request, StreamObserver<ReleaseRedemptionResponse> observer) {
    observer.onNext(
        ReleaseRedemptionResponse.newBuilder()
            .setRedemption(ledger.release(request.getRedemptionId()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void returnRedemption(
      ReturnRedemptionRequest request, StreamObserver<ReturnRedemptionResponse> observer) {
    observer.onNext(
        ReturnRedemptionResponse.newBuilder()
            .setRedemption(
                ledger.giveBack(
                    request.getRedemptionId(),
                    request.getIdempotencyKey(),
                    hash(request),
                    request.getPartsList()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void getRedemption(
      GetRedemptionRequest request, StreamObserver<GetRedemptionResponse> observer) {
    observer.onNext(
        GetRedemptionResponse.newBuilder()
            .setRedemption(ledger.get(request.getRedemptionId()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void getBudget(GetBudgetRequest request, StreamObserver<GetBudgetResponse> observer) {
    CompiledPromotion promotion = promotions.snapshot().find(request.getPromotionId());
    if (promotion == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_PROMOTION, "promotion_id", request.getPromotionId());
    }
    Ledger.Totals totals = ledger.totals(promotion.id());
    observer.onNext(
        GetBudgetResponse.newBuilder()
            .setBudgetMinorUnits(promotion.proto().getLimits().getBudgetMinorUnits())
            .setCommittedMinorUnits(totals.committedMinorUnits())
            .setReservedMinorUnits(totals.reservedMinorUnits())
            .setRedemptions(totals.redemptions())
            .setCurrency(promotion.proto().getCurrency())
            .build());
    observer.onCompleted();
  }

  // ---- Coupons ----

  @Override
  public void createCouponBatch(
      CreateCouponBatchRequest request, StreamObserver<CreateCouponBatchResponse> observer) {
    CompiledPromotion promotion = promotions.snapshot().find(request.getPromotionId());
    if (promotion == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_PROMOTION, "promotion_id", request.getPromotionId());
    }
    if (!promotion.needsBatchCoupon()) {
      throw ProfferException.invalidField(
          "promotion_id", "must be a promotion of type PROMOTION_TYPE_COUPON without a code");
    }
    if (!request.getSharedCode().isEmpty()
        && promotions.snapshot().knowsCode(request.getSharedCode())) {
      throw ProfferException.invalidField("shared_code", "is the code of a promotion");
    }
    CouponBook.Batch batch =
        coupons.create(
            request.getIdempotencyKey(),
            hash(request),
            request.getPromotionId(),
            request.getCount(),
            request.getSharedCode(),
            request.getTransferable(),
            request.getExpiresAtUnixMs());
    observer.onNext(
        CreateCouponBatchResponse.newBuilder()
            .setBatchId(batch.batchId())
            .addAllCodes(batch.codes())
            .build());
    observer.onCompleted();
  }

  @Override
  public void assignCoupons(
      AssignCouponsRequest request, StreamObserver<AssignCouponsResponse> observer) {
    for (int i = 0; i < request.getUserIdsCount(); i++) {
      if (request.getUserIds(i).isEmpty() || request.getUserIds(i).length() > 256) {
        throw ProfferException.invalidField(
            "user_ids[" + i + "]", "must have between 1 and 256 characters");
      }
    }
    CouponBook.Assigned assigned = coupons.assign(request.getBatchId(), request.getUserIdsList());
    observer.onNext(
        AssignCouponsResponse.newBuilder()
            .setAssigned(assigned.assigned())
            .setAlreadyAssigned(assigned.alreadyAssigned())
            .build());
    observer.onCompleted();
  }

  @Override
  public void listWallet(ListWalletRequest request, StreamObserver<ListWalletResponse> observer) {
    int size = request.getPageSize() == 0 ? WALLET_DEFAULT : request.getPageSize();
    CouponBook.Page page = coupons.wallet(request.getUserId(), size, request.getPageToken());
    observer.onNext(
        ListWalletResponse.newBuilder()
            .addAllCoupons(page.coupons())
            .setNextPageToken(page.nextToken())
            .build());
    observer.onCompleted();
  }

  @Override
  public void transferCoupon(
      TransferCouponRequest request, StreamObserver<TransferCouponResponse> observer) {
    coupons.transfer(request.getCouponId(), request.getFromUserId(), request.getToUserId());
    observer.onNext(TransferCouponResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public void listExpiringCoupons(
      ListExpiringCouponsRequest request, StreamObserver<ListExpiringCouponsResponse> observer) {
    long within = request.getWithinMs() == 0 ? REMINDER_MS_DEFAULT : request.getWithinMs();
    PromotionSnapshot snapshot = promotions.snapshot();
    CouponBook.Expiring page =
        coupons.expiring(
            clock.millis() + within,
            id -> end(snapshot.find(id)),
            request.getPageSize() == 0 ? WALLET_DEFAULT : request.getPageSize(),
            request.getPageToken());
    observer.onNext(
        ListExpiringCouponsResponse.newBuilder()
            .addAllCoupons(page.coupons())
            .setNextPageToken(page.nextToken())
            .build());
    observer.onCompleted();
  }

  /// When coupons of a promotion end at the latest. Nobody is reminded of one that cannot be used.
  private static long end(@Nullable CompiledPromotion promotion) {
    if (promotion == null || promotion.proto().getState() != PromotionState.PROMOTION_STATE_LIVE) {
      return 0;
    }
    long end = promotion.proto().getSchedule().getEndUnixMs();
    return end == 0 ? Long.MAX_VALUE : end;
  }

  private static EvaluateCartResponse evaluation(String text) {
    try {
      return EvaluateCartResponse.parseFrom(Base64.getDecoder().decode(text));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored evaluation cannot be read", e);
    }
  }

  /// Two requests with the same key are retries of one call when this is the same.
  private static String hash(Message request) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(request.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
