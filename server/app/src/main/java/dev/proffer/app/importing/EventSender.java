// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestResult;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sends events in large batches, in order, while the caller makes the next ones.
///
/// One batch is on its way at a time, so the event log keeps the order of the caller; the caller
/// and the server work at the same time because batches wait in a short queue between them. A batch
/// that meets an outage is sent again: event ids make that harmless.
public final class EventSender implements AutoCloseable {
  private static final int BATCH_EVENTS_MAX = 5_000;

  /// Well below the 4 MiB that gRPC accepts by default.
  private static final int BATCH_BYTES_MAX = 2 << 20;

  private static final int QUEUED_BATCHES_MAX = 4;
  private static final int REASONS_MAX = 50;
  private static final List<Event> END = List.of();

  private final FeatureStoreServiceBlockingStub featureStore;
  private final Retry retry;
  private final Progress.Step step;
  private final BlockingQueue<List<Event>> queue = new ArrayBlockingQueue<>(QUEUED_BATCHES_MAX);
  private final Thread sender;
  private volatile @Nullable RuntimeException failure;

  private List<Event> batch = new ArrayList<>(BATCH_EVENTS_MAX);
  private int batchBytes;
  private long offered;
  private boolean closed;

  private long accepted;
  private long duplicates;
  private long rejected;
  private final Map<String, Long> rejections = new TreeMap<>();

  public EventSender(
      FeatureStoreServiceBlockingStub featureStore, Retry retry, Progress.Step step) {
    this.featureStore = featureStore;
    this.retry = retry;
    this.step = step;
    this.sender = Thread.ofVirtual().name("event-sender").start(this::sendQueued);
  }

  /// What the server made of the events. `offered` is always the sum of the three outcomes.
  public record Outcome(
      long offered, long accepted, long duplicates, long rejected, Map<String, Long> rejections) {
    public Outcome {
      if (offered != accepted + duplicates + rejected) {
        throw new IllegalStateException(
            "offered %d events, but the server answered for %d + %d + %d"
                .formatted(offered, accepted, duplicates, rejected));
      }
      rejections = Map.copyOf(rejections);
    }
  }

  /// Adds an event. Blocks while the server is behind; fails once sending has failed.
  public void send(Event event) {
    batch.add(event);
    batchBytes += event.getSerializedSize() + 4;
    offered++;
    if (batch.size() == BATCH_EVENTS_MAX || batchBytes >= BATCH_BYTES_MAX) {
      flush();
    }
  }

  /// Sends what is left and waits for the last answer.
  public Outcome finish() {
    if (!batch.isEmpty()) {
      flush();
    }
    stop();
    if (failure != null) {
      throw failure;
    }
    return new Outcome(offered, accepted, duplicates, rejected, rejections);
  }

  /// Stops sending. Batches that are queued already are still sent.
  @Override
  public void close() {
    stop();
  }

  private void stop() {
    if (!closed) {
      closed = true;
      Uninterruptibles.putUninterruptibly(queue, END);
      Uninterruptibles.joinUninterruptibly(sender);
    }
  }

  private void flush() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    try {
      while (!queue.offer(batch, 1, TimeUnit.SECONDS)) {
        if (failure != null) {
          throw new ImportFailure("sending events failed", failure);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImportFailure("interrupted while sending events; start again to continue", e);
    }
    batch = new ArrayList<>(BATCH_EVENTS_MAX);
    batchBytes = 0;
  }

  private void sendQueued() {
    while (true) {
      List<Event> next = Uninterruptibles.takeUninterruptibly(queue);
      if (next.isEmpty()) {
        return;
      }
      if (failure == null) {
        try {
          deliver(next);
          step.advance(next.size());
        } catch (RuntimeException e) {
          failure = e;
        }
      }
    }
  }

  /// A request with one event that breaks the contract is refused as a whole, so such a batch is
  /// halved until the event stands alone and can be counted.
  private void deliver(List<Event> events) {
    IngestEventsRequest request = IngestEventsRequest.newBuilder().addAllEvents(events).build();
    List<IngestResult> results;
    try {
      results =
          retry
              .call(
                  "sending events",
                  () -> featureStore.withDeadlineAfter(30, TimeUnit.SECONDS).ingestEvents(request))
              .getResultsList();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT
          && !(e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED && events.size() > 1)) {
        throw new ImportFailure(
            "the feature store refused events: " + e.getStatus().getDescription(), e);
      }
      if (events.size() == 1) {
        reject(String.valueOf(e.getStatus().getDescription()));
      } else {
        deliver(events.subList(0, events.size() / 2));
        deliver(events.subList(events.size() / 2, events.size()));
      }
      return;
    }
    if (results.size() != events.size()) {
      throw new ImportFailure(
          "the feature store gave %d results for %d events"
              .formatted(results.size(), events.size()));
    }
    for (IngestResult result : results) {
      switch (result.getOutcome()) {
        case INGEST_OUTCOME_ACCEPTED -> accepted++;
        case INGEST_OUTCOME_DUPLICATE -> duplicates++;
        case INGEST_OUTCOME_REJECTED, INGEST_OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
            reject(result.getReason());
      }
    }
  }

  private void reject(String reason) {
    rejected++;
    String counted = rejections.size() < REASONS_MAX ? reason : "other reasons";
    rejections.merge(counted, 1L, Long::sum);
  }
}
