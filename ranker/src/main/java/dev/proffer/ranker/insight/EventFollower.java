// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the event log from its start, and takes up again where it was when the feature store was
/// away.
final class EventFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventFollower.class);
  private static final int BATCH = 2_000;
  private static final Duration WAIT_MIN = Duration.ofMillis(100);
  private static final Duration WAIT_MAX = Duration.ofSeconds(2);

  private final Channel featureStore;
  private final Consumer<Event> consumer;
  private final Thread thread;
  private final Context.CancellableContext context = Context.ROOT.withCancellation();
  private volatile boolean closed;
  private volatile String problem = "the event log was not read yet";
  private volatile long offset;

  EventFollower(Channel featureStore, Consumer<Event> consumer) {
    this.featureStore = featureStore;
    this.consumer = consumer;
    this.thread = Thread.ofVirtual().name("insight-follower").unstarted(context.wrap(this::follow));
  }

  void start() {
    thread.start();
  }

  /// Why the event log is not followed now; empty when it is.
  String problem() {
    return problem;
  }

  /// The number of events that were read.
  long offset() {
    return offset;
  }

  private void follow() {
    Duration wait = WAIT_MIN;
    while (!closed) {
      try {
        Iterator<ReadEventsResponse> batches =
            FeatureStoreServiceGrpc.newBlockingStub(featureStore)
                .readEvents(
                    ReadEventsRequest.newBuilder()
                        .setFromOffset(offset)
                        .setFollow(true)
                        .setBatchSize(BATCH)
                        .build());
        problem = "";
        while (batches.hasNext()) {
          ReadEventsResponse batch = batches.next();
          for (Event event : batch.getEventsList()) {
            consumer.accept(event);
          }
          offset = batch.getFirstOffset() + batch.getEventsCount();
          wait = WAIT_MIN;
        }
      } catch (StatusRuntimeException e) {
        if (closed) {
          return;
        }
        problem = "the event log cannot be read: " + e.getStatus().getCode();
        LOG.debug("reading events failed; trying again in {} ms", wait.toMillis(), e);
      } catch (RuntimeException e) {
        problem = "an event could not be taken in: " + e.getMessage();
        LOG.warn("taking in an event failed; reading again in {} ms", wait.toMillis(), e);
      }
      try {
        Thread.sleep(wait);
      } catch (InterruptedException e) {
        return;
      }
      wait = wait.multipliedBy(2).compareTo(WAIT_MAX) > 0 ? WAIT_MAX : wait.multipliedBy(2);
    }
  }

  @Override
  public void close() {
    closed = true;
    context.cancel(null);
    thread.interrupt();
  }
}
