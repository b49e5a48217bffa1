// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.online.Flights;
import dev.proffer.featurestore.online.Flights.Flight;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Fetches rows for requests: each entity once, from copies where they are fresh enough, the rest
/// with one trip to the online store, and from older copies when it does not answer.
///
/// Of a view with a near-cache time, an entity that another request is fetching already is not
/// asked for again: the request waits for that fetch, so that a hot item whose copy has just grown
/// old costs one read and not one for each caller.
public final class RowReader {
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
      this(decoder, entityIds, firstOf(entityIds));
    }

    private Wanted(ViewDecoder decoder, List<String> entityIds, int[] sameAs) {
      this.decoder = decoder;
      this.entityIds = entityIds;
      this.rows = new byte[entityIds.size()][];
      this.unavailable = new boolean[entityIds.size()];
      this.sameAs = sameAs;
    }

    /// The same entities in another view.
    public Wanted in(ViewDecoder other) {
      return new Wanted(other, entityIds, sameAs);
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

    /// For each position the first one with the same id.
    private static int[] firstOf(List<String> ids) {
      int count = ids.size();
      int[] first = new int[count];
      if (count < 2) {
        return first;
      }
      // A table of positions, at most half full: places hold a position plus one.
      int[] table = new int[Integer.highestOneBit(count) * 4];
      for (int i = 0; i < count; i++) {
        String id = ids.get(i);
        int hash = id.hashCode() * 0x9E3779B1;
        int at = (hash ^ hash >>> 16) & (table.length - 1);
        while (table[at] != 0 && !ids.get(table[at] - 1).equals(id)) {
          at = (at + 1) & (table.length - 1);
        }
        if (table[at] == 0) {
          table[at] = i + 1;
        }
        first[i] = table[at] - 1;
      }
      return first;
    }
  }

  /// Rows still to fetch, with where each belongs.
  private static final class Trip {
    private final List<byte[]> keys;
    private final Wanted[] wanted;
    private final int[] position;

    Trip(int most) {
      this.keys = new ArrayList<>(most);
      this.wanted = new Wanted[most];
      this.position = new int[most];
    }

    void add(Wanted of, int at) {
      FeatureView view = of.decoder.view();
      wanted[keys.size()] = of;
      position[keys.size()] = at;
      keys.add(view.entity().key(view.name(), of.entityIds.get(at)));
    }
  }

  /// A row that another request is fetching.
  private record Joined(Wanted wanted, int position, Flight flight) {}

  /// What reads came to.
  private static final class Losses {
    private int lost;
    private int stale;
    private long oldestNanos;
    private @Nullable Throwable failure;
  }

  /// Fills in all rows. It never throws for a lost store: rows are unavailable or come from older
  /// copies, and the degradation says so.
  public void read(List<Wanted> all, Duration timeout, Degradation degradation) {
    long nowNanos = near.nowNanos();
    int most = 0;
    for (Wanted wanted : all) {
      most += wanted.size();
    }
    Trip trip = new Trip(most);
    Flight mine = new Flight();
    List<Joined> joined = new ArrayList<>(0);
    Losses losses = new Losses();
    try {
      for (Wanted wanted : all) {
        plan(wanted, nowNanos, trip, mine, joined);
      }
      fetch(trip, timeout, nowNanos, losses);
    } finally {
      land(trip, mine);
    }
    if (!joined.isEmpty()) {
      await(joined, timeout, nowNanos, losses);
    }
    report(losses, trip.keys.size() + joined.size(), degradation);
  }

  /// Takes what fresh copies have, joins what others fetch, and leaves the rest for the trip.
  private void plan(Wanted wanted, long nowNanos, Trip trip, Flight mine, List<Joined> joined) {
    FeatureView view = wanted.decoder.view();
    long freshNanos = view.declaration().nearCacheMillis() * 1_000_000;
    NearCache.View copies = near.view(view.name());
    int hits = 0;
    for (int i = 0; i < wanted.size(); i++) {
      if (wanted.sameAs[i] != i) {
        continue;
      }
      if (freshNanos == 0) {
        trip.add(wanted, i);
        continue;
      }
      String id = wanted.entityIds.get(i);
      Copy copy = copies.get(id, nowNanos);
      if (copy != null && nowNanos - copy.readAtNanos() <= freshNanos) {
        wanted.rows[i] = copy.row();
        hits++;
        continue;
      }
      Flight other = copies.flights().join(id, mine);
      if (other == null || other == mine) {
        trip.add(wanted, i);
      } else {
        joined.add(new Joined(wanted, i, other));
      }
    }
    meters.nearHits(hits);
  }

  private void land(Trip trip, Flight mine) {
    for (int k = 0; k < trip.keys.size(); k++) {
      Wanted wanted = trip.wanted[k];
      FeatureView view = wanted.decoder.view();
      if (view.declaration().nearCacheMillis() > 0) {
        near.view(view.name()).flights().leave(wanted.entityIds.get(trip.position[k]), mine);
      }
    }
    Flights.land(mine);
  }

  /// Takes what others fetched from the copies, and fetches what they did not bring.
  private void await(List<Joined> joined, Duration timeout, long startNanos, Losses losses) {
    meters.coalesced(joined.size());
    Trip again = new Trip(joined.size());
    for (Joined one : joined) {
      one.flight.await(startNanos + timeout.toNanos() - near.nowNanos());
      FeatureView view = one.wanted.decoder.view();
      Copy copy = near.view(view.name()).get(one.wanted.entityIds.get(one.position));
      long freshNanos = view.declaration().nearCacheMillis() * 1_000_000;
      if (copy != null && near.nowNanos() - copy.readAtNanos() <= freshNanos) {
        one.wanted.rows[one.position] = copy.row();
      } else {
        again.add(one.wanted, one.position);
      }
    }
    long leftNanos = Math.max(0, startNanos + timeout.toNanos() - near.nowNanos());
    fetch(again, Duration.ofNanos(leftNanos), near.nowNanos(), losses);
  }

  private void fetch(Trip trip, Duration timeout, long nowNanos, Losses losses) {
    if (trip.keys.isEmpty()) {
      return;
    }
    Fetched fetched = store.fetch(trip.keys, timeout);
    boolean all = fetched.failure() == null;
    Wanted last = null;
    NearCache.View copies = null;
    boolean keep = false;
    for (int k = 0; k < trip.keys.size(); k++) {
      Wanted wanted = trip.wanted[k];
      if (copies == null || wanted != last) {
        FeatureView view = wanted.decoder.view();
        copies = near.view(view.name());
        keep = view.declaration().nearCacheMillis() > 0 || copies.mayKeep(nowNanos);
        last = wanted;
      }
      int i = trip.position[k];
      String id = wanted.entityIds.get(i);
      if (all || fetched.answered().get(k)) {
        byte[] row = fetched.rows()[k];
        if (row != null && !wanted.decoder.accepts(row)) {
          meters.corrupt(wanted.decoder.view().name());
          row = null;
        }
        wanted.rows[i] = row;
        if (keep) {
          copies.put(id, row, nowNanos);
        }
        continue;
      }
      Copy copy = copies.get(id);
      if (copy == null) {
        wanted.unavailable[i] = true;
        losses.lost++;
      } else {
        wanted.rows[i] = copy.row();
        losses.oldestNanos = Math.max(losses.oldestNanos, nowNanos - copy.readAtNanos());
        losses.stale++;
      }
    }
    if (!all) {
      losses.failure = losses.failure == null ? fetched.failure() : losses.failure;
    }
  }

  private void report(Losses losses, int asked, Degradation degradation) {
    Throwable failure = losses.failure;
    if (failure == null) {
      return;
    }
    degradation.missing(
        "redis",
        Degradation.causeOf(failure),
        losses.stale > 0 ? "stale features" : "",
        losses.lost
            + " of "
            + asked
            + " rows could not be read, "
            + losses.stale
            + " are older copies",
        (double) losses.lost / Math.max(1, asked));
    degradation.featureAge(losses.oldestNanos / 1_000_000);
    meters.stale(losses.stale);
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
