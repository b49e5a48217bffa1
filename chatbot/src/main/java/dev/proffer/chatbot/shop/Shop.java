// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.shop;

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
import java.util.Optional;

/// What the bot asks the shop. Every method fails with [ShopUnavailable] when the shop does not
/// answer in time, and with nothing else.
public interface Shop {
  RecommendResponse recommend(RecommendRequest request);

  /// Prices and offers of items by id; empty when one of them does not exist.
  Optional<RankResponse> rank(RankRequest request);

  SearchItemsResponse search(SearchItemsRequest request);

  /// Items like an item; empty when there is no such item.
  Optional<SimilarItemsResponse> similar(SimilarItemsRequest request);

  ListOffersResponse offers(ListOffersRequest request);

  EvaluateCartResponse evaluate(EvaluateCartRequest request);

  /// Explains a promotion; empty when there is no such promotion or the code is refused.
  Optional<ExplainPromotionResponse> explain(ExplainPromotionRequest request);
}
