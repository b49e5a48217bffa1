// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteFeaturesResponse;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The part of the feature store that insight uses, in memory: an event log to follow and rows.
final class EventLogService extends FeatureStoreServiceGrpc.FeatureStoreServiceImplBase {
  private final List<Event> events = new ArrayList<>();
  final Map<String, FeatureRow> rows = new ConcurrentHashMap<>();
  final Map<String, FeatureRow> interests = new ConcurrentHashMap<>();
  volatile boolean lost;

  synchronized void add(List<Event> more) {
    events.addAll(more);
    notifyAll();
  }

  @Override
  public void readEvents(ReadEventsRequest request, StreamObserver<ReadEventsResponse> observer) {
    ServerCallStreamObserver<ReadEventsResponse> call =
        (ServerCallStreamObserver<ReadEventsResponse>) observer;
    long next = request.getFromOffset();
    try {
      while (!call.isCancelled()) {
        if (lost) {
          observer.onError(Status.UNAVAILABLE.asRuntimeException());
          return;
        }
        List<Event> batch;
        synchronized (this) {
          if (next >= events.size()) {
            if (!request.getFollow()) {
              break;
            }
            wait(20);
            continue;
          }
          batch =
              List.copyOf(events.subList((int) next, (int) Math.min(events.size(), next + 500)));
        }
        observer.onNext(
            ReadEventsResponse.newBuilder().setFirstOffset(next).addAllEvents(batch).build());
        next += batch.size();
      }
      observer.onCompleted();
    } catch (InterruptedException e) {
      observer.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  @Override
  public void writeFeatures(
      WriteFeaturesRequest request, StreamObserver<WriteFeaturesResponse> observer) {
    WriteFeaturesResponse.Builder response = WriteFeaturesResponse.newBuilder();
    for (FeatureRow row : request.getRowsList()) {
      (row.getFeatureView().equals(FeatureWriter.INTEREST_VIEW) ? interests : rows)
          .put(row.getEntityId(), row);
      response.addResults(WriteResult.newBuilder().setOutcome(WriteOutcome.WRITE_OUTCOME_APPLIED));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }
}
