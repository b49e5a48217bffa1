// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.proto.promotion.v1.AllocateOffersRequest;
import dev.proffer.proto.promotion.v1.AllocateOffersResponse;
import dev.proffer.proto.promotion.v1.DecideOfferRequest;
import dev.proffer.proto.promotion.v1.DecideOfferResponse;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc.PlanningServiceImplBase;
import dev.proffer.proto.promotion.v1.ProposeCampaignsRequest;
import dev.proffer.proto.promotion.v1.ProposeCampaignsResponse;
import io.grpc.stub.StreamObserver;

/// The rpcs of PlanningService.
public final class PlanningHandler extends PlanningServiceImplBase {
  private final PlanningDesk desk;
  private final Campaigns campaigns;

  public PlanningHandler(PlanningDesk desk, Campaigns campaigns) {
    this.desk = desk;
    this.campaigns = campaigns;
  }

  @Override
  public void allocateOffers(
      AllocateOffersRequest request, StreamObserver<AllocateOffersResponse> observer) {
    observer.onNext(desk.allocate(request));
    observer.onCompleted();
  }

  @Override
  public void decideOffer(
      DecideOfferRequest request, StreamObserver<DecideOfferResponse> observer) {
    observer.onNext(campaigns.decide(request));
    observer.onCompleted();
  }

  @Override
  public void proposeCampaigns(
      ProposeCampaignsRequest request, StreamObserver<ProposeCampaignsResponse> observer) {
    observer.onNext(desk.propose(request));
    observer.onCompleted();
  }
}
