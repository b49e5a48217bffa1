// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import dev.proffer.featurestore.eventlog.EventLog.Appended;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.featurestore.v1.IngestResult;
import dev.proffer.runtime.failure.ProfferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Takes events in: refuses what breaks the rules of an event or lies outside of time, and makes
/// the rest durable.
public final class EventIntake {
  private final EventLog log;
  private final Clock clock;
  private final Duration futureMax;
  private final Duration horizon;
  private final AtomicLong duplicates = new AtomicLong();
  private final Counter accepted;
  private final Counter dropped;
  private final Counter refused;

  /// @param futureMax how far ahead of the clock the time of an event may be
  /// @param horizon how far back the time of an event may be
  public EventIntake(
      EventLog log, Clock clock, Duration futureMax, Duration horizon, MeterRegistry meters) {
    this.log = log;
    this.clock = clock;
    this.futureMax = futureMax;
    this.horizon = horizon;
    this.accepted = meters.counter("proffer.events", "outcome", "accepted");
    this.dropped = meters.counter("proffer.events", "outcome", "duplicate");
    this.refused = meters.counter("proffer.events", "outcome", "rejected");
  }

  /// Makes events durable and gives one result for each, in order.
  public List<IngestResult> ingest(List<Event> events) {
    long now = clock.millis();
    @Nullable IngestResult[] results = new IngestResult[events.size()];
    List<Event> good = new ArrayList<>(events.size());
    for (int i = 0; i < results.length; i++) {
      String reason = reasonToRefuse(events.get(i), now);
      if (reason == null) {
        good.add(events.get(i));
      } else {
        results[i] = result(IngestOutcome.INGEST_OUTCOME_REJECTED, -1, reason);
        refused.increment();
      }
    }
    List<Appended> appended;
    try {
      appended = log.append(good);
    } catch (EventLogException e) {
      throw ProfferException.unavailable("event-log", e);
    }
    List<IngestResult> all = new ArrayList<>(results.length);
    int next = 0;
    for (IngestResult known : results) {
      if (known != null) {
        all.add(known);
        continue;
      }
      Appended one = appended.get(next++);
      if (one.duplicate()) {
        duplicates.incrementAndGet();
        dropped.increment();
      } else {
        accepted.increment();
      }
      all.add(
          result(
              one.duplicate()
                  ? IngestOutcome.INGEST_OUTCOME_DUPLICATE
                  : IngestOutcome.INGEST_OUTCOME_ACCEPTED,
              one.offset(),
              ""));
    }
    return all;
  }

  /// Duplicate events dropped since the start.
  public long duplicates() {
    return duplicates.get();
  }

  private @Nullable String reasonToRefuse(Event event, long now) {
    String broken = EventRules.reasonToRefuse(event);
    if (broken != null) {
      return broken;
    }
    long time = event.getEventTimeUnixMs();
    if (time > now + futureMax.toMillis()) {
      return "event_time_unix_ms: lies "
          + (time - now)
          + " ms in the future (allowed: "
          + futureMax.toMillis()
          + " ms)";
    }
    if (time < now - horizon.toMillis()) {
      return "event_time_unix_ms: lies "
          + (now - time) / 86_400_000
          + " days in the past (allowed: "
          + horizon.toDays()
          + " days)";
    }
    return null;
  }

  private static IngestResult result(IngestOutcome outcome, long offset, String reason) {
    return IngestResult.newBuilder()
        .setOutcome(outcome)
        .setOffset(offset)
        .setReason(reason)
        .build();
  }
}
