// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.proto.featurestore.v1.RowStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Counts what reads come to, by view and status.
public final class ReadMeters {
  private final MeterRegistry meters;
  private final Counter nearHits;
  private final Counter staleRows;
  private final Counter coalesced;
  private final Map<String, Counter[]> statuses = new ConcurrentHashMap<>();

  public ReadMeters(MeterRegistry meters) {
    this.meters = meters;
    this.nearHits = meters.counter("proffer.features.near.hits");
    this.coalesced = meters.counter("proffer.features.coalesced.rows");
    this.staleRows = meters.counter("proffer.features.stale.rows");
  }

  void nearHits(int rows) {
    if (rows > 0) {
      nearHits.increment(rows);
    }
  }

  /// Rows that another request was fetching already.
  void coalesced(int rows) {
    coalesced.increment(rows);
  }

  void stale(int rows) {
    staleRows.increment(rows);
  }

  void corrupt(String view) {
    meters.counter("proffer.features.corrupt.rows", "view", view).increment();
  }

  /// Counts the rows of one reply.
  void rows(String view, byte[] rowStatuses) {
    int[] counts = new int[RowStatus.values().length];
    for (byte status : rowStatuses) {
      counts[status]++;
    }
    Counter[] counters = statuses.computeIfAbsent(view, this::countersOf);
    for (int i = 0; i < counters.length; i++) {
      if (counts[i] > 0) {
        counters[i].increment(counts[i]);
      }
    }
  }

  private Counter[] countersOf(String view) {
    Counter[] counters = new Counter[RowStatus.values().length - 1];
    for (int i = 0; i < counters.length; i++) {
      String status =
          RowStatus.forNumber(i) == null
              ? "unknown"
              : RowStatus.forNumber(i).name().substring("ROW_STATUS_".length());
      counters[i] =
          meters.counter(
              "proffer.features.rows", "view", view, "status", status.toLowerCase(Locale.ROOT));
    }
    return counters;
  }
}
