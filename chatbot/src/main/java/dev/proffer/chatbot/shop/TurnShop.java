// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.shop;

import com.google.protobuf.Message;
import dev.proffer.chatbot.answer.Evidence;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ExplainPromotionRequest;
import dev.proffer.proto.promotion.v1.ExplainPromotionResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListOffersResponse;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsResponse;
import dev.proffer.runtime.degraded.Degradation;
import java.util.Optional;
import java.util.function.Supplier;

/// The shop as one turn sees it: every reply becomes evidence, everything missing is noted.
public final class TurnShop implements Shop {
  private final Shop shop;
  private final Evidence evidence;
  private final Degradation degradation;

  public TurnShop(Shop shop, Evidence evidence, Degradation degradation) {
    this.shop = shop;
    this.evidence = evidence;
    this.degradation = degradation;
  }

  @Override
  public RecommendResponse recommend(RecommendRequest request) {
    RecommendResponse reply = noted(() -> shop.recommend(request));
    if (reply.hasDegraded()) {
      degradation.absorb(reply.getDegraded(), 0.5);
    }
    return reply;
  }

  @Override
  public Optional<RankResponse> rank(RankRequest request) {
    Optional<RankResponse> reply = notedIfKnown(() -> shop.rank(request));
    reply
        .filter(RankResponse::hasDegraded)
        .ifPresent(known -> degradation.absorb(known.getDegraded(), 0.5));
    return reply;
  }

  @Override
  public SearchItemsResponse search(SearchItemsRequest request) {
    SearchItemsResponse reply = noted(() -> shop.search(request));
    if (reply.hasDegraded()) {
      degradation.absorb(reply.getDegraded(), 0.5);
    }
    return reply;
  }

  @Override
  public Optional<SimilarItemsResponse> similar(SimilarItemsRequest request) {
    Optional<SimilarItemsResponse> reply = notedIfKnown(() -> shop.similar(request));
    reply
        .filter(SimilarItemsResponse::hasDegraded)
        .ifPresent(known -> degradation.absorb(known.getDegraded(), 0.5));
    return reply;
  }

  @Override
  public ListOffersResponse offers(ListOffersRequest request) {
    return noted(() -> shop.offers(request));
  }

  @Override
  public EvaluateCartResponse evaluate(EvaluateCartRequest request) {
    EvaluateCartResponse reply = noted(() -> shop.evaluate(request));
    if (reply.hasDegraded()) {
      degradation.absorb(reply.getDegraded(), 0.5);
    }
    return reply;
  }

  @Override
  public Optional<ExplainPromotionResponse> explain(ExplainPromotionRequest request) {
    return notedIfKnown(() -> shop.explain(request));
  }

  private <T extends Message> T noted(Supplier<T> call) {
    try {
      T reply = call.get();
      evidence.reply(reply);
      return reply;
    } catch (ShopUnavailable e) {
      degradation.missing("ranker", e.reason(), "an answer without offers", 1);
      throw e;
    }
  }

  private <T extends Message> Optional<T> notedIfKnown(Supplier<Optional<T>> call) {
    try {
      Optional<T> reply = call.get();
      reply.ifPresent(evidence::reply);
      return reply;
    } catch (ShopUnavailable e) {
      degradation.missing("ranker", e.reason(), "an answer without offers", 1);
      throw e;
    }
  }
}
