// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import dev.proffer.featurestore.aggregation.Aggregator;
import dev.proffer.featurestore.erasure.EntityEraser;
import dev.proffer.featurestore.eventlog.EventIntake;
import dev.proffer.featurestore.eventlog.EventLog;
import dev.proffer.featurestore.inspect.EntityInspector;
import dev.proffer.featurestore.online.OnlineStore;
import dev.proffer.featurestore.quality.FeatureProfiles;
import dev.proffer.featurestore.served.ConsistencyCheck;
import dev.proffer.featurestore.serving.MatrixReader;
import dev.proffer.featurestore.serving.OnlineFeaturesReader;
import dev.proffer.featurestore.training.TrainingExporter;
import dev.proffer.featurestore.writing.FeatureWriter;
import dev.proffer.featurestore.writing.Quarantine;
import dev.proffer.featurestore.writing.RowRestorer;
import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.featurestore.v1.CheckConsistencyRequest;
import dev.proffer.proto.featurestore.v1.CheckConsistencyResponse;
import dev.proffer.proto.featurestore.v1.EraseEntityRequest;
import dev.proffer.proto.featurestore.v1.EraseEntityResponse;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsResponse;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc.FeatureStoreServiceImplBase;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetFeatureQualityRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureQualityResponse;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.GetIngestStatusResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.InspectEntityRequest;
import dev.proffer.proto.featurestore.v1.InspectEntityResponse;
import dev.proffer.proto.featurestore.v1.ListQuarantineRequest;
import dev.proffer.proto.featurestore.v1.ListQuarantineResponse;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.featurestore.v1.ReplayQuarantineRequest;
import dev.proffer.proto.featurestore.v1.ReplayQuarantineResponse;
import dev.proffer.proto.featurestore.v1.StreamEventsRequest;
import dev.proffer.proto.featurestore.v1.StreamEventsResponse;
import dev.proffer.proto.featurestore.v1.StreamFeaturesRequest;
import dev.proffer.proto.featurestore.v1.StreamFeaturesResponse;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteFeaturesResponse;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.Failures;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The rpcs of the feature store. Each maps the request to the part that answers it.
final class FeatureStoreGrpc extends FeatureStoreServiceImplBase {
  /// Left of a deadline for encoding and sending the reply.
  private static final Duration RESERVE = Duration.ofMillis(5);

  private final MatrixReader matrix;
  private final OnlineFeaturesReader features;
  private final FeatureWriter writer;
  private final Quarantine quarantine;
  private final EntityInspector inspector;
  private final EntityEraser eraser;
  private final TrainingExporter exporter;
  private final ConsistencyCheck consistency;
  private final FeatureProfiles profiles;
  private final EventIntake intake;
  private final EventLog events;
  private final EventStreamer streamer;
  private final Aggregator aggregator;
  private final RowRestorer restorer;
  private final OnlineStore store;
  private final Duration readTimeout;

  FeatureStoreGrpc(
      MatrixReader matrix,
      OnlineFeaturesReader features,
      FeatureWriter writer,
      Quarantine quarantine,
      EntityInspector inspector,
      EntityEraser eraser,
      TrainingExporter exporter,
      ConsistencyCheck consistency,
      FeatureProfiles profiles,
      EventIntake intake,
      EventLog events,
      EventStreamer streamer,
      Aggregator aggregator,
      RowRestorer restorer,
      OnlineStore store,
      Duration readTimeout) {
    this.matrix = matrix;
    this.features = features;
    this.writer = writer;
    this.quarantine = quarantine;
    this.inspector = inspector;
    this.eraser = eraser;
    this.exporter = exporter;
    this.consistency = consistency;
    this.profiles = profiles;
    this.intake = intake;
    this.events = events;
    this.streamer = streamer;
    this.aggregator = aggregator;
    this.restorer = restorer;
    this.store = store;
    this.readTimeout = readTimeout;
  }

  @Override
  public void getFeatureMatrix(
      GetFeatureMatrixRequest request, StreamObserver<GetFeatureMatrixResponse> observer) {
    Degradation degradation = new Degradation();
    GetFeatureMatrixResponse response = matrix.read(request, patience(), degradation);
    Degraded degraded = degradedBy(degradation);
    observer.onNext(
        degraded == null ? response : response.toBuilder().setDegraded(degraded).build());
    observer.onCompleted();
  }

  @Override
  public void getOnlineFeatures(
      GetOnlineFeaturesRequest request, StreamObserver<GetOnlineFeaturesResponse> observer) {
    Degradation degradation = new Degradation();
    GetOnlineFeaturesResponse response = features.read(request, patience(), degradation);
    Degraded degraded = degradedBy(degradation);
    observer.onNext(
        degraded == null ? response : response.toBuilder().setDegraded(degraded).build());
    observer.onCompleted();
  }

  @Override
  public void writeFeatures(
      WriteFeaturesRequest request, StreamObserver<WriteFeaturesResponse> observer) {
    observer.onNext(
        WriteFeaturesResponse.newBuilder()
            .addAllResults(writer.write(request.getRowsList()))
            .build());
    observer.onCompleted();
  }

  @Override
  public StreamObserver<StreamFeaturesRequest> streamFeatures(
      StreamObserver<StreamFeaturesResponse> observer) {
    return acknowledging(
        observer,
        request ->
            StreamFeaturesResponse.newBuilder()
                .setSequence(request.getSequence())
                .addAllResults(writer.write(request.getRowsList()))
                .build());
  }

  @Override
  public void ingestEvents(
      IngestEventsRequest request, StreamObserver<IngestEventsResponse> observer) {
    observer.onNext(
        IngestEventsResponse.newBuilder()
            .addAllResults(intake.ingest(request.getEventsList()))
            .build());
    observer.onCompleted();
  }

  @Override
  public StreamObserver<StreamEventsRequest> streamEvents(
      StreamObserver<StreamEventsResponse> observer) {
    return acknowledging(
        observer,
        request ->
            StreamEventsResponse.newBuilder()
                .setSequence(request.getSequence())
                .addAllResults(intake.ingest(request.getEventsList()))
                .build());
  }

  @Override
  public void readEvents(ReadEventsRequest request, StreamObserver<ReadEventsResponse> observer) {
    streamer.stream(request, (ServerCallStreamObserver<ReadEventsResponse>) observer);
  }

  @Override
  public void getIngestStatus(
      GetIngestStatusRequest request, StreamObserver<GetIngestStatusResponse> observer) {
    long aggregated = aggregator.position();
    observer.onNext(
        GetIngestStatusResponse.newBuilder()
            .setLogEndOffset(events.endOffset())
            .setAggregatedOffset(aggregated)
            .setOnlineStoreAvailable(store.shortcoming().isEmpty())
            .setDuplicates(intake.duplicates())
            .setLate(aggregator.late())
            .build());
    observer.onCompleted();
  }

  @Override
  public void exportTrainingRows(
      ExportTrainingRowsRequest request, StreamObserver<ExportTrainingRowsResponse> observer) {
    exporter.export(request, observer::onNext);
    observer.onCompleted();
  }

  @Override
  public void checkConsistency(
      CheckConsistencyRequest request, StreamObserver<CheckConsistencyResponse> observer) {
    observer.onNext(consistency.check(request));
    observer.onCompleted();
  }

  @Override
  public void getFeatureQuality(
      GetFeatureQualityRequest request, StreamObserver<GetFeatureQualityResponse> observer) {
    observer.onNext(profiles.answer(request));
    observer.onCompleted();
  }

  @Override
  public void inspectEntity(
      InspectEntityRequest request, StreamObserver<InspectEntityResponse> observer) {
    observer.onNext(inspector.inspect(request, patience()));
    observer.onCompleted();
  }

  @Override
  public void eraseEntity(
      EraseEntityRequest request, StreamObserver<EraseEntityResponse> observer) {
    observer.onNext(eraser.erase(request));
    observer.onCompleted();
  }

  @Override
  public void listQuarantine(
      ListQuarantineRequest request, StreamObserver<ListQuarantineResponse> observer) {
    observer.onNext(quarantine.list(request));
    observer.onCompleted();
  }

  @Override
  public void replayQuarantine(
      ReplayQuarantineRequest request, StreamObserver<ReplayQuarantineResponse> observer) {
    observer.onNext(
        ReplayQuarantineResponse.newBuilder()
            .addAllResults(writer.replay(request.getQuarantineIdsList()))
            .build());
    observer.onCompleted();
  }

  private @Nullable Degraded degradedBy(Degradation degradation) {
    if (aggregator.isRebuilding()) {
      degradation.missing(
          "aggregation",
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "",
          "aggregated features are being made again from the event log",
          0);
    }
    if (restorer.isRestoring()) {
      degradation.missing(
          "rows",
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "",
          "rows that the online store lost are being put back from their history",
          0);
    }
    return degradation.toProto();
  }

  /// How long the online store may take: as set, but never beyond what the caller's deadline
  /// leaves.
  private Duration patience() {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null) {
      return readTimeout;
    }
    long leftNanos = deadline.timeRemaining(TimeUnit.NANOSECONDS) - RESERVE.toNanos();
    return Duration.ofNanos(Math.max(0, Math.min(leftNanos, readTimeout.toNanos())));
  }

  /// Answers each message of a stream. The transport asks for the next message only after the
  /// answer, so a slow store slows the sender down.
  private static <Q, A> StreamObserver<Q> acknowledging(
      StreamObserver<A> observer, Function<Q, A> answer) {
    return new StreamObserver<>() {
      private boolean ended;

      @Override
      public void onNext(Q request) {
        if (ended) {
          return;
        }
        try {
          observer.onNext(answer.apply(request));
        } catch (RuntimeException e) {
          ended = true;
          observer.onError(Failures.toStatus(e, ""));
        }
      }

      @Override
      public void onError(Throwable thrown) {
        ended = true;
      }

      @Override
      public void onCompleted() {
        if (!ended) {
          observer.onCompleted();
        }
      }
    };
  }
}
