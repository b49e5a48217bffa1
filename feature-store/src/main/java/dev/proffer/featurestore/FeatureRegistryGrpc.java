// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import dev.proffer.featurestore.registry.FeatureSet;
import dev.proffer.featurestore.registry.ModelUses;
import dev.proffer.featurestore.registry.Registry;
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
import dev.proffer.proto.featurestore.v1.RegisterModelRequest;
import dev.proffer.proto.featurestore.v1.RegisterModelResponse;
import dev.proffer.proto.featurestore.v1.RollbackRegistryRequest;
import dev.proffer.proto.featurestore.v1.RollbackRegistryResponse;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.stream.Collectors;

/// The rpcs of the registry.
final class FeatureRegistryGrpc extends FeatureRegistryServiceImplBase {
  private final LiveRegistry live;
  private final RegistryHistory history;
  private final ModelUses models;

  FeatureRegistryGrpc(LiveRegistry live, RegistryHistory history, ModelUses models) {
    this.models = models;
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
    Registry before = live.registry();
    RegistryPlan plan = history.plan(request.getYaml());
    observer.onNext(
        PlanRegistryResponse.newBuilder()
            .setCompatibility(plan.compatibility())
            .addAllChanges(models.named(plan.changes(), before))
            .build());
    observer.onCompleted();
  }

  @Override
  public void applyRegistry(
      ApplyRegistryRequest request, StreamObserver<ApplyRegistryResponse> observer) {
    Registry before = live.registry();
    RegistryPlan plan = history.apply(request.getYaml(), request.getExpectedVersion());
    observer.onNext(
        ApplyRegistryResponse.newBuilder()
            .setVersion(live.registry().version())
            .addAllChanges(models.named(plan.changes(), before))
            .build());
    observer.onCompleted();
  }

  @Override
  public void registerModel(
      RegisterModelRequest request, StreamObserver<RegisterModelResponse> observer) {
    models.register(request.getModel(), request.getFeatureSetHashesList());
    Set<String> known =
        live.registry().sets().values().stream().map(FeatureSet::hash).collect(Collectors.toSet());
    observer.onNext(
        RegisterModelResponse.newBuilder()
            .addAllUnknownHashes(
                request.getFeatureSetHashesList().stream()
                    .filter(hash -> !known.contains(hash))
                    .toList())
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
