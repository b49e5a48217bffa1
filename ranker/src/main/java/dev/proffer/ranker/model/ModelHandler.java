// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.ranker.v1.ActivateModelRequest;
import dev.proffer.proto.ranker.v1.ActivateModelResponse;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.ListDecisionsResponse;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.ListModelsResponse;
import dev.proffer.proto.ranker.v1.Model;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.proto.ranker.v1.RollbackModelRequest;
import dev.proffer.proto.ranker.v1.RollbackModelResponse;
import dev.proffer.ranker.decision.DecisionLog;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/// `ModelService` over a [ModelStore], the [ModelHost] that serves from it, and the decision log.
public final class ModelHandler extends ModelServiceGrpc.ModelServiceImplBase {
  private final ModelStore store;
  private final ModelHost host;
  private final DecisionLog decisions;

  public ModelHandler(ModelStore store, ModelHost host, DecisionLog decisions) {
    this.store = store;
    this.host = host;
    this.decisions = decisions;
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    ListModelsResponse.Builder reply = ListModelsResponse.newBuilder();
    store.list().forEach(summary -> reply.addModels(toProto(summary)));
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  @Override
  public void activateModel(
      ActivateModelRequest request, StreamObserver<ActivateModelResponse> observer) {
    try {
      store.activate(request.getModelVersion());
    } catch (BundleException e) {
      throw refused(request.getModelVersion(), e);
    }
    observer.onNext(
        ActivateModelResponse.newBuilder().setModel(served(request.getModelVersion())).build());
    observer.onCompleted();
  }

  @Override
  public void rollbackModel(
      RollbackModelRequest request, StreamObserver<RollbackModelResponse> observer) {
    String version;
    try {
      version = store.rollback();
    } catch (BundleException e) {
      throw refused("", e);
    }
    observer.onNext(RollbackModelResponse.newBuilder().setModel(served(version)).build());
    observer.onCompleted();
  }

  @Override
  public void listDecisions(
      ListDecisionsRequest request, StreamObserver<ListDecisionsResponse> observer) {
    observer.onNext(decisions.list(request));
    observer.onCompleted();
  }

  private Model served(String version) {
    host.reload();
    if (!host.serving().trained().version().equals(version)) {
      throw ProfferException.precondition(
          ErrorReason.ERROR_REASON_PRECONDITION,
          host.problem().isEmpty() ? "another bundle became current meanwhile" : host.problem(),
          Map.of("model_version", version, "state", "REFUSED"));
    }
    return store.list().stream()
        .filter(summary -> summary.version().equals(version))
        .findFirst()
        .map(this::toProto)
        .orElseThrow(() ->
            ProfferException.notFound(
                ErrorReason.ERROR_REASON_UNKNOWN_MODEL, "model_version", version));
  }

  private Model toProto(ModelStore.Summary summary) {
    return Model.newBuilder()
        .setModelVersion(summary.version())
        .setActive(host.serving().trained().version().equals(summary.version()))
        .setTrainedAtUnixMs(summary.trainedAtUnixMs())
        .setFeatureSetHash(summary.featureSetHash())
        .putAllMetrics(summary.metrics())
        .setSizeBytes(summary.sizeBytes())
        .build();
  }

  private static ProfferException refused(String version, BundleException e) {
    return ProfferException.precondition(
        ErrorReason.ERROR_REASON_PRECONDITION,
        String.valueOf(e.getMessage()),
        Map.of("model_version", version, "state", "REFUSED"));
  }
}
