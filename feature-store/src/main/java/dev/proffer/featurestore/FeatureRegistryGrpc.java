// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import dev.proffer.featurestore.registry.RegistryMessages;
import dev.proffer.featurestore.serving.LiveRegistry;
import dev.proffer.proto.featurestore.v1.ApplyRegistryRequest;
import dev.proffer.proto.featurestore.v1.ApplyRegistryResponse;
import dev.proffer.proto.featurestore.v1.FeatureRegistryServiceGrpc.FeatureRegistryServiceImplBase;
import dev.proffer.proto.featurestore.v1.GetRegistryRequest;
import dev.proffer.proto.featurestore.v1.GetRegistryResponse;
import dev.proffer.proto.featurestore.v1.PlanRegistryRequest;
import dev.proffer.proto.featurestore.v1.PlanRegistryResponse;
import dev.proffer.proto.featurestore.v1.RollbackRegistryRequest;
import dev.proffer.proto.featurestore.v1.RollbackRegistryResponse;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;

/// The rpcs of the registry.
final class FeatureRegistryGrpc extends FeatureRegistryServiceImplBase {
  private static final String SERVICE = "proffer.featurestore.v1.FeatureRegistryService/";

  private final LiveRegistry live;

  FeatureRegistryGrpc(LiveRegistry live) {
    this.live = live;
  }

  @Override
  public void getRegistry(
      GetRegistryRequest request, StreamObserver<GetRegistryResponse> observer) {
    observer.onNext(RegistryMessages.of(live.registry()));
    observer.onCompleted();
  }

  @Override
  public void planRegistry(
      PlanRegistryRequest request, StreamObserver<PlanRegistryResponse> observer) {
    throw ProfferException.notImplemented(
        SERVICE + "PlanRegistry", "the declaration is read when the server starts");
  }

  @Override
  public void applyRegistry(
      ApplyRegistryRequest request, StreamObserver<ApplyRegistryResponse> observer) {
    throw ProfferException.notImplemented(
        SERVICE + "ApplyRegistry", "the declaration is read when the server starts");
  }

  @Override
  public void rollbackRegistry(
      RollbackRegistryRequest request, StreamObserver<RollbackRegistryResponse> observer) {
    throw ProfferException.notImplemented(
        SERVICE + "RollbackRegistry", "the declaration is read when the server starts");
  }
}
