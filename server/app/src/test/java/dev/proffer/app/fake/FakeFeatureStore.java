// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.fake;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc.FeatureStoreServiceImplBase;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.featurestore.v1.IngestResult;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import dev.proffer.runtime.grpc.RequestValidator;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An event log in memory that keeps the promises of the contract: order, one result an event,
/// duplicates dropped, rules checked. It can be told to be away for some calls.
public final class FakeFeatureStore extends FeatureStoreServiceImplBase {
  private final Map<String, Integer> offsets = new HashMap<>();
  private final List<Event> log = new ArrayList<>();
  private final boolean validating;
  private int callsToFail;
  private int calls;

  public FakeFeatureStore(boolean validating) {
    this.validating = validating;
  }

  public synchronized List<Event> log() {
    return List.copyOf(log);
  }

  public synchronized int calls() {
    return calls;
  }

  /// The next calls answer UNAVAILABLE, the first of them after it has written its events.
  public synchronized void failCalls(int count) {
    callsToFail = count;
  }

  @Override
  public synchronized void ingestEvents(
      IngestEventsRequest request, StreamObserver<IngestEventsResponse> observer) {
    calls++;
    IngestEventsResponse.Builder response = IngestEventsResponse.newBuilder();
    if (callsToFail != 1) {
      for (Event event : request.getEventsList()) {
        response.addResults(ingest(event));
      }
    }
    if (callsToFail > 0) {
      callsToFail--;
      observer.onError(Status.UNAVAILABLE.withDescription("away").asRuntimeException());
      return;
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  private IngestResult ingest(Event event) {
    if (validating) {
      List<FieldViolation> violations = RequestValidator.violations(event);
      if (!violations.isEmpty()) {
        return IngestResult.newBuilder()
            .setOutcome(IngestOutcome.INGEST_OUTCOME_REJECTED)
            .setOffset(-1)
            .setReason(violations.getFirst().toString())
            .build();
      }
    }
    Integer known = offsets.putIfAbsent(event.getEventId(), log.size());
    if (known != null) {
      return IngestResult.newBuilder()
          .setOutcome(IngestOutcome.INGEST_OUTCOME_DUPLICATE)
          .setOffset(known)
          .build();
    }
    log.add(event);
    return IngestResult.newBuilder()
        .setOutcome(IngestOutcome.INGEST_OUTCOME_ACCEPTED)
        .setOffset(log.size() - 1)
        .build();
  }
}
