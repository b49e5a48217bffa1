// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import dev.proffer.featurestore.eventlog.EventLog;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.runtime.failure.Failures;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Streams the event log to readers, each at its own pace, on a thread of its own.
final class EventStreamer implements AutoCloseable {
  private static final int BATCH_DEFAULT = 1000;
  private static final int READERS_MAX = 256;
  private static final int MESSAGE_BYTES_MAX = 2 << 20;
  private static final Duration IDLE = Duration.ofMillis(500);

  private final EventLog log;
  private final Semaphore readers = new Semaphore(READERS_MAX);
  private volatile boolean closing;

  EventStreamer(EventLog log) {
    this.log = log;
  }

  void stream(ReadEventsRequest request, ServerCallStreamObserver<ReadEventsResponse> observer) {
    if (!readers.tryAcquire()) {
      throw ProfferException.exhausted(
          ErrorReason.ERROR_REASON_OVERLOADED,
          "there are " + READERS_MAX + " readers of the event log already",
          Map.of(),
          Duration.ofSeconds(5));
    }
    Semaphore ready = new Semaphore(0);
    observer.setOnReadyHandler(ready::release);
    observer.setOnCancelHandler(ready::release);
    Runnable task =
        Context.current()
            .wrap(() -> {
              try {
                run(request, observer, ready);
              } catch (InterruptedException e) {
                observer.onError(Failures.toStatus(e, ""));
              } catch (RuntimeException e) {
                if (!observer.isCancelled()) {
                  observer.onError(Failures.toStatus(e, ""));
                }
              } finally {
                readers.release();
              }
            });
    Thread.ofVirtual().name("event-reader").start(task);
  }

  private void run(
      ReadEventsRequest request,
      ServerCallStreamObserver<ReadEventsResponse> observer,
      Semaphore ready)
      throws InterruptedException {
    int batch = request.getBatchSize() == 0 ? BATCH_DEFAULT : request.getBatchSize();
    long next = request.getFromOffset();
    long end = log.endOffset();
    while (!closing && !observer.isCancelled()) {
      if (!request.getFollow() && next >= end) {
        break;
      }
      if (!observer.isReady()) {
        ready.drainPermits();
        if (!observer.isReady()) {
          boolean _ = ready.tryAcquire(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        }
        continue;
      }
      if (!log.awaitEvent(next, IDLE)) {
        continue;
      }
      EventLog.Run run = log.read(next, batch);
      send(run, observer);
      next = run.nextOffset();
    }
    if (!observer.isCancelled()) {
      observer.onCompleted();
    }
  }

  /// Sends a run as messages of consecutive offsets: erased events leave gaps between them.
  private static void send(
      EventLog.Run run, ServerCallStreamObserver<ReadEventsResponse> observer) {
    ReadEventsResponse.Builder message = ReadEventsResponse.newBuilder();
    long bytes = 0;
    for (Entry entry : run.entries()) {
      long expected = message.getFirstOffset() + message.getEventsCount();
      if (message.getEventsCount() > 0
          && (entry.offset() != expected || bytes > MESSAGE_BYTES_MAX)) {
        observer.onNext(message.build());
        message.clear();
        bytes = 0;
      }
      if (message.getEventsCount() == 0) {
        message.setFirstOffset(entry.offset());
      }
      message.addEvents(entry.event());
      bytes += entry.event().getSerializedSize();
    }
    if (message.getEventsCount() > 0) {
      observer.onNext(message.build());
    }
  }

  @Override
  public void close() {
    closing = true;
  }
}
