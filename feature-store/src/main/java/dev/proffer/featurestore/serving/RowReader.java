// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.online.NearCache.Copy;
import dev.proffer.featurestore.online.OnlineStore;
import dev.proffer.featurestore.online.OnlineStore.Fetched;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.runtime.degraded.Degradation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Fetches rows for requests: each entity once, from copies where they are fresh enough, the rest
/// with one trip to the online store, and from older copies when it does not answer.
public final class RowReader {
  /// Reading many entities shares one trip up to here; duplicates below this are not worth a map.
  private static final int DEDUPLICATE_FROM = 2;

  private final OnlineStore store;
  private final NearCache near;
  private final ReadMeters meters;

  public RowReader(OnlineStore store, NearCache near, ReadMeters meters) {
    this.store = store;
    this.near = near;
    this.meters = meters;
  }

  /// Rows to read: one view, many entities. The answers are filled in by [RowReader#read].
  public static final class Wanted {
    private final ViewDecoder decoder;
    private final List<String> entityIds;
    private final byte[] @Nullable [] rows;
    private final boolean[] unavailable;
    private final int[] sameAs;

    public Wanted(ViewDecoder decoder, List<String> entityIds) {
      this.decoder = decoder;
      this.entityIds = entityIds;
      this.rows = new byte[entityIds.size()][];
      this.unavailable = new boolean[entityIds.size()];
      this.sameAs = firstOf(entityIds);
    }

    public ViewDecoder decoder() {
      return decoder;
    }

    public int size() {
      return entityIds.size();
    }

    /// The stored bytes at a position, when they are a row; null otherwise.
    public byte @Nullable [] row(int position) {
      return rows[sameAs[position]];
    }

    public boolean isUnavailable(int position) {
      return unavailable[sameAs[position]];
    }

    private static int[] firstOf(List<String> ids) {
      int[] first = new int[ids.size()];
      Map<String, Integer> seen = ids.size() < DEDUPLICATE_FROM ? Map.of() : new HashMap<>();
      for (int i = 0; i < first.length; i++) {
        Integer known = first.length < DEDUPLICATE_FROM ? null : seen.putIfAbsent(ids.get(i), i);
        first[i] = known == null ? i : known;
      }
      return first;
    }
  }

  /// Fills in all rows. It never throws for a lost store: rows are unavailable or come from older
  /// copies, and the degradation says so.
  public void read(List<Wanted> all, Duration timeout, Degradation degradation) {
    List<byte[]> keys = new ArrayList<>();
    List<Wanted> wantedOf = new ArrayList<>();
    List<Integer> positionOf = new ArrayList<>();
    long nowNanos = near.nowNanos();
    for (Wanted wanted : all) {
      FeatureView view = wanted.decoder.view();
      long freshNanos = view.declaration().nearCacheMillis() * 1_000_000;
      NearCache.View copies = near.view(view.name());
      for (int i = 0; i < wanted.size(); i++) {
        if (wanted.sameAs[i] != i) {
          continue;
        }
        Copy copy = freshNanos == 0 ? null : copies.get(wanted.entityIds.get(i));
        if (copy != null && nowNanos - copy.readAtNanos() <= freshNanos) {
          wanted.rows[i] = copy.row();
          meters.nearHit();
          continue;
        }
        keys.add(view.entity().key(view.name(), wanted.entityIds.get(i)));
        wantedOf.add(wanted);
        positionOf.add(i);
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    Fetched fetched = store.fetch(keys, timeout);
    int lost = 0;
    int stale = 0;
    long oldestNanos = 0;
    for (int k = 0; k < keys.size(); k++) {
      Wanted wanted = wantedOf.get(k);
      int i = positionOf.get(k);
      String id = wanted.entityIds.get(i);
      NearCache.View copies = near.view(wanted.decoder.view().name());
      if (fetched.answered().get(k)) {
        byte[] row = fetched.rows()[k];
        if (row != null && !wanted.decoder.accepts(row)) {
          meters.corrupt(wanted.decoder.view().name());
          row = null;
        }
        wanted.rows[i] = row;
        copies.put(id, row);
        continue;
      }
      Copy copy = copies.get(id);
      if (copy == null) {
        wanted.unavailable[i] = true;
        lost++;
      } else {
        wanted.rows[i] = copy.row();
        oldestNanos = Math.max(oldestNanos, nowNanos - copy.readAtNanos());
        stale++;
      }
    }
    Throwable failure = fetched.failure();
    if (failure != null) {
      double share = (double) lost / Math.max(1, keys.size());
      degradation.missing(
          "redis",
          Degradation.causeOf(failure),
          stale > 0 ? "stale features" : "",
          lost + " of " + keys.size() + " rows could not be read, " + stale + " are older copies",
          share);
      degradation.featureAge(oldestNanos / 1_000_000);
      meters.stale(stale);
    }
  }

  /// The status of a row as a whole, before defaults.
  public static RowStatus statusOf(
      byte @Nullable [] row, boolean unavailable, long nowUnixMillis, long maxAgeMillis) {
    if (unavailable) {
      return RowStatus.ROW_STATUS_UNAVAILABLE;
    }
    if (row == null) {
      return RowStatus.ROW_STATUS_NOT_FOUND;
    }
    long age = nowUnixMillis - RowHeader.eventTimeUnixMillis(row);
    return maxAgeMillis > 0 && age > maxAgeMillis
        ? RowStatus.ROW_STATUS_OUTSIDE_MAX_AGE
        : RowStatus.ROW_STATUS_PRESENT;
  }
}
