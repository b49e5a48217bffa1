// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import dev.proffer.proto.featurestore.v1.Event;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The twin of [LocalEventLog] that keeps events in memory: for tests, and for replays of histories
/// that are in memory anyway.
public final class InMemoryEventLog implements EventLog {
  private final Clock clock;
  private final List<@Nullable Entry> entries = new ArrayList<>();
  private final Map<String, Long> offsets = new HashMap<>();

  public InMemoryEventLog(Clock clock) {
    this.clock = clock;
  }

  @Override
  public int epoch() {
    return System.identityHashCode(this) | 1;
  }

  @Override
  public synchronized List<Appended> append(List<Event> events) {
    List<Appended> results = new ArrayList<>(events.size());
    for (Event event : events) {
      Long known = offsets.putIfAbsent(event.getEventId(), (long) entries.size());
      if (known != null) {
        results.add(new Appended(known, true));
      } else {
        results.add(new Appended(entries.size(), false));
        entries.add(new Entry(entries.size(), clock.millis(), event));
      }
    }
    notifyAll();
    return results;
  }

  @Override
  public synchronized Run read(long fromOffset, int eventsMax) {
    long end = Math.min(entries.size(), fromOffset + eventsMax);
    List<Entry> run = new ArrayList<>();
    for (long offset = fromOffset; offset < end; offset++) {
      Entry entry = entries.get((int) offset);
      if (entry != null) {
        run.add(entry);
      }
    }
    return new Run(run, Math.max(fromOffset, end));
  }

  @Override
  public synchronized boolean awaitEvent(long offset, Duration patience)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (entries.size() <= offset) {
      long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        return false;
      }
      wait(leftMillis);
    }
    return true;
  }

  @Override
  public synchronized long endOffset() {
    return entries.size();
  }

  @Override
  public synchronized void erase(List<Long> erased) {
    erased.forEach(offset -> entries.set(offset.intValue(), null));
  }

  @Override
  public void close() {}
}
