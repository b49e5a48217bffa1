// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import dev.proffer.proto.promotion.v1.AllocateOffersRequest;
import dev.proffer.proto.promotion.v1.AllocateOffersResponse;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc.PlanningServiceImplBase;
import dev.proffer.proto.promotion.v1.ProposeCampaignsRequest;
import dev.proffer.proto.promotion.v1.ProposeCampaignsResponse;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;

/// The rpcs of PlanningService.
public final class PlanningHandler extends PlanningServiceImplBase {
  private static final String SERVICE = "proffer.promotion.v1.PlanningService/";

  @Override
  public void allocateOffers(
      AllocateOffersRequest request, StreamObserver<AllocateOffersResponse> observer) {
    throw ProfferException.notImplemented(
        SERVICE + "AllocateOffers", "response models that say who buys because of an offer");
  }

  @Override
  public void proposeCampaigns(
      ProposeCampaignsRequest request, StreamObserver<ProposeCampaignsResponse> observer) {
    throw ProfferException.notImplemented(SERVICE + "ProposeCampaigns", "proposals from behaviour");
  }
}
