// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import dev.proffer.featurestore.registry.RegistryHistory;
import dev.proffer.featurestore.registry.RegistryMessages;
import dev.proffer.featurestore.registry.RegistryPlan;
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
import io.grpc.stub.StreamObserver;

/// The rpcs of the registry.
final class FeatureRegistryGrpc extends FeatureRegistryServiceImplBase {
  private final LiveRegistry live;
  private final RegistryHistory history;

  FeatureRegistryGrpc(LiveRegistry live, RegistryHistory history) {
    this.live = live;
    this.history = history;
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
    RegistryPlan plan = history.plan(request.getYaml());
    observer.onNext(
        PlanRegistryResponse.newBuilder()
            .setCompatibility(plan.compatibility())
            .addAllChanges(plan.changes())
            .build());
    observer.onCompleted();
  }

  @Override
  public void applyRegistry(
      ApplyRegistryRequest request, StreamObserver<ApplyRegistryResponse> observer) {
    RegistryPlan plan = history.apply(request.getYaml(), request.getExpectedVersion());
    observer.onNext(
        ApplyRegistryResponse.newBuilder()
            .setVersion(live.registry().version())
            .addAllChanges(plan.changes())
            .build());
    observer.onCompleted();
  }

  @Override
  public void rollbackRegistry(
      RollbackRegistryRequest request, StreamObserver<RollbackRegistryResponse> observer) {
    observer.onNext(
        RollbackRegistryResponse.newBuilder()
            .setVersion(history.rollback(request.getVersion()).version())
            .build());
    observer.onCompleted();
  }
}
