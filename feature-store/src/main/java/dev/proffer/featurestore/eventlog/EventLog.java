// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import dev.proffer.proto.featurestore.v1.Event;
import java.time.Duration;
import java.util.List;

/// Events in the order in which they were accepted, numbered from 0 without gaps.
///
/// An event is durable before [#append] returns, and an event whose id is in the log already is not
/// appended again, also after a restart. Safe for use by many threads.
public interface EventLog extends AutoCloseable {
  /// Identifies this log among all logs, so that state derived from another log is not mistaken for
  /// state derived from this one. Never 0.
  int epoch();

  /// Appends events and returns when they are durable, with one result for each, in order.
  ///
  /// @throws EventLogException when durability cannot be had
  List<Appended> append(List<Event> events);

  /// The durable events from an offset on, at most so many; empty at the end of the log.
  Run read(long fromOffset, int eventsMax);

  /// Waits until the log has an event at this offset. Returns whether it has.
  boolean awaitEvent(long offset, Duration patience) throws InterruptedException;

  /// The offset that the next event will get.
  long endOffset();

  /// Makes the events at these offsets unreadable for good. Their offsets stay in use, and their
  /// ids stay known, so that a late retry does not bring them back. Returns when that is durable.
  void erase(List<Long> offsets);

  @Override
  void close();

  /// What became of one event.
  ///
  /// @param offset where the event is in the log; of a duplicate, where the first one is
  record Appended(long offset, boolean duplicate) {}

  /// An event and where it is.
  record Entry(long offset, long arrivalUnixMillis, Event event) {}

  /// Entries in offset order, and the offset at which to read on. Erased events are left out, so a
  /// run may be empty and yet lead further.
  record Run(List<Entry> entries, long nextOffset) {}
}
