// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsResponse;
import io.grpc.stub.StreamObserver;

/// `RecommenderService` over a [Recommender].
public final class RecommenderHandler extends RecommenderServiceGrpc.RecommenderServiceImplBase {
  private final Recommender recommender;

  public RecommenderHandler(Recommender recommender) {
    this.recommender = recommender;
  }

  @Override
  public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> observer) {
    observer.onNext(recommender.recommend(request));
    observer.onCompleted();
  }

  @Override
  public void rank(RankRequest request, StreamObserver<RankResponse> observer) {
    observer.onNext(recommender.rank(request));
    observer.onCompleted();
  }

  @Override
  public void similarItems(
      SimilarItemsRequest request, StreamObserver<SimilarItemsResponse> observer) {
    observer.onNext(recommender.similar(request));
    observer.onCompleted();
  }

  @Override
  public void searchItems(
      SearchItemsRequest request, StreamObserver<SearchItemsResponse> observer) {
    observer.onNext(recommender.search(request));
    observer.onCompleted();
  }
}
