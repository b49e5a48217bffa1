// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.shop;

import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ExplainPromotionRequest;
import dev.proffer.proto.promotion.v1.ExplainPromotionResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListOffersResponse;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsResponse;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The shop over gRPC, each call with a deadline, all of them behind one circuit breaker.
public final class GrpcShop implements Shop {
  private final RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender;
  private final PromotionServiceGrpc.PromotionServiceBlockingStub promotions;
  private final CircuitBreaker breaker;
  private final long deadlineMillis;

  public GrpcShop(Channel ranker, Duration deadline) {
    this.recommender = RecommenderServiceGrpc.newBlockingStub(ranker);
    this.promotions = PromotionServiceGrpc.newBlockingStub(ranker);
    this.deadlineMillis = deadline.toMillis();
    this.breaker =
        CircuitBreaker.of(
            "chatbot-ranker",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(20)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(Duration.ofSeconds(2))
                .permittedNumberOfCallsInHalfOpenState(2)
                .recordException(GrpcShop::isOutage)
                .build());
  }

  @Override
  public RecommendResponse recommend(RecommendRequest request) {
    return call(() -> inTime(recommender).recommend(request));
  }

  @Override
  public Optional<RankResponse> rank(RankRequest request) {
    return callForKnown(() -> inTime(recommender).rank(request));
  }

  @Override
  public SearchItemsResponse search(SearchItemsRequest request) {
    return call(() -> inTime(recommender).searchItems(request));
  }

  @Override
  public Optional<SimilarItemsResponse> similar(SimilarItemsRequest request) {
    return callForKnown(() -> inTime(recommender).similarItems(request));
  }

  @Override
  public ListOffersResponse offers(ListOffersRequest request) {
    return call(() -> inTime(promotions).listOffers(request));
  }

  @Override
  public EvaluateCartResponse evaluate(EvaluateCartRequest request) {
    EvaluateCartResponse cart = call(() -> inTime(promotions).evaluateCart(request));
    if (cart.getCurrency().isEmpty()) {
      // A total without a currency is no price, and never a price of nothing.
      throw new ShopUnavailable(new IllegalStateException("the cart was not priced"));
    }
    return cart;
  }

  @Override
  public Optional<ExplainPromotionResponse> explain(ExplainPromotionRequest request) {
    return callForKnown(() -> inTime(promotions).explainPromotion(request));
  }

  private <S extends io.grpc.stub.AbstractStub<S>> S inTime(S stub) {
    return stub.withDeadlineAfter(deadlineMillis, TimeUnit.MILLISECONDS);
  }

  private <T> Optional<T> callForKnown(Supplier<T> rpc) {
    try {
      return Optional.of(call(rpc));
    } catch (ShopUnavailable e) {
      if (e.getCause() instanceof StatusRuntimeException status
          && status.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private <T> T call(Supplier<T> rpc) {
    try {
      return breaker.executeSupplier(rpc);
    } catch (StatusRuntimeException | CallNotPermittedException e) {
      throw new ShopUnavailable(e);
    }
  }

  private static boolean isOutage(Throwable thrown) {
    return thrown instanceof StatusRuntimeException status
        && switch (status.getStatus().getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL, UNKNOWN, RESOURCE_EXHAUSTED -> true;
          default -> false;
        };
  }
}
