// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.fake;

import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceImplBase;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.promotion.v1.UpsertPromotionsResponse;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.TreeMap;

/// Promotions in memory, checked against the rules of the contract.
public final class FakePromotions extends PromotionServiceImplBase {
  private final Map<String, Promotion> promotions = new TreeMap<>();
  private long version;

  public synchronized Map<String, Promotion> promotions() {
    return Map.copyOf(promotions);
  }

  @Override
  public synchronized void upsertPromotions(
      UpsertPromotionsRequest request, StreamObserver<UpsertPromotionsResponse> observer) {
    if (FakeCatalogue.refused(request, observer)) {
      return;
    }
    request
        .getPromotionsList()
        .forEach(promotion -> promotions.put(promotion.getPromotionId(), promotion));
    observer.onNext(UpsertPromotionsResponse.newBuilder().setCatalogueVersion(++version).build());
    observer.onCompleted();
  }
}
