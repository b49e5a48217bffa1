// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.online;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Copies of rows in this process, by view and entity.
///
/// They serve two ends: a view with a near-cache time is served from them for so long without
/// asking again, and while Redis is lost every view is served from them up to a bounded staleness.
/// The row's own event time still decides about its max age. Bounded by bytes.
///
/// Rows are put here at the rate at which they are read, so putting must cost next to nothing: a
/// table without chains and locks, where an entity has two possible places and the older copy of
/// the two makes room. It may therefore forget a copy early, which costs a read and never an
/// answer. Copies that only stand in for a lost Redis need not be of this very moment, so of busy
/// views a bounded share of the requests is kept.
public final class NearCache {
  private static final int OVERHEAD_BYTES = 120;
  private static final int ROW_BYTES_EXPECTED = 400;

  /// Of a view without near-cache time, the rows of one request in so long are kept, and of so many
  /// in a burst.
  private static final long KEEP_EVERY_NANOS = 250_000_000;

  private static final long KEEP_BURST = 50;

  private final long bytesMax;
  private final Duration staleMax;
  private final Ticker ticker;
  private final Map<String, View> byView = new ConcurrentHashMap<>();

  /// A copy of what Redis had.
  ///
  /// @param row null when Redis had no row
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Copy(String entityId, int hash, byte @Nullable [] row, long readAtNanos) {
    private boolean isOf(String id, int itsHash) {
      // The hash lies beside; the id is one more trip to memory.
      return hash == itsHash && entityId.equals(id);
    }

    private int bytes() {
      return OVERHEAD_BYTES + entityId.length() + (row == null ? 0 : row.length);
    }
  }

  /// @param bytesMax size of the copies of one view
  /// @param staleMax how old a copy may be when it stands in for a lost Redis
  public NearCache(long bytesMax, Duration staleMax, Ticker ticker) {
    this.bytesMax = bytesMax;
    this.staleMax = staleMax;
    this.ticker = ticker;
  }

  /// The copies of one view.
  public View view(String name) {
    View known = byView.get(name);
    return known == null ? byView.computeIfAbsent(name, _ -> new View()) : known;
  }

  public long nowNanos() {
    return ticker.read();
  }

  /// The copies of one view.
  public final class View {
    private final AtomicReferenceArray<@Nullable Copy> places;
    private final int mask;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger hand = new AtomicInteger();
    private final Flights flights = new Flights();
    private final AtomicLong keptUntilNanos = new AtomicLong(ticker.read());

    private View() {
      long wanted = Math.clamp(bytesMax / ROW_BYTES_EXPECTED, 16, 1 << 22);
      int size = Integer.highestOneBit((int) wanted);
      this.places = new AtomicReferenceArray<>(size);
      this.mask = size - 1;
    }

    /// Who is fetching rows of this view now.
    public Flights flights() {
      return flights;
    }

    /// The copy of an entity, unless it is older than any use allows.
    public @Nullable Copy get(String entityId) {
      return get(entityId, ticker.read());
    }

    /// As [#get(String)], at a time of [NearCache#nowNanos].
    public @Nullable Copy get(String entityId, long nowNanos) {
      int hash = hashOf(entityId);
      int place = placeOf(hash);
      Copy copy = places.getAcquire(place);
      if (copy == null || !copy.isOf(entityId, hash)) {
        copy = places.getAcquire(place ^ 1);
        if (copy == null || !copy.isOf(entityId, hash)) {
          return null;
        }
      }
      return nowNanos - copy.readAtNanos > staleMax.toNanos() ? null : copy;
    }

    public void put(String entityId, byte @Nullable [] row) {
      put(entityId, row, ticker.read());
    }

    /// Keeps a copy that was read at a time of [NearCache#nowNanos], unless a newer one is there.
    public void put(String entityId, byte @Nullable [] row, long readAtNanos) {
      int hash = hashOf(entityId);
      int place = placeOf(hash);
      Copy here = places.getAcquire(place);
      if (here != null && !here.isOf(entityId, hash)) {
        Copy beside = places.getAcquire(place ^ 1);
        if (beside == null
            || beside.isOf(entityId, hash)
            || beside.readAtNanos < here.readAtNanos) {
          place ^= 1;
          here = beside;
        }
      }
      if (here != null && here.readAtNanos > readAtNanos && here.isOf(entityId, hash)) {
        return;
      }
      Copy copy = new Copy(entityId, hash, row, readAtNanos);
      Copy before = places.getAndSet(place, copy);
      int change = copy.bytes() - (before == null ? 0 : before.bytes());
      if (change != 0 && bytes.addAndGet(change) > bytesMax) {
        makeRoom();
      }
    }

    /// Replaces a copy by what was just written, if there is one: a reader in this process then
    /// sees its own writes at once.
    public void refresh(String entityId, byte @Nullable [] row) {
      if (get(entityId) != null) {
        put(entityId, row);
      }
    }

    public void forget(String entityId) {
      int hash = hashOf(entityId);
      int place = placeOf(hash);
      for (int at : new int[] {place, place ^ 1}) {
        Copy copy = places.getAcquire(at);
        if (copy != null && copy.isOf(entityId, hash) && places.compareAndSet(at, copy, null)) {
          bytes.addAndGet(-copy.bytes());
        }
      }
    }

    /// Whether the rows of a request that came at a time are worth keeping for the day when Redis
    /// is lost.
    public boolean mayKeep(long nowNanos) {
      long until = keptUntilNanos.get();
      if (until - nowNanos >= KEEP_BURST * KEEP_EVERY_NANOS) {
        return false;
      }
      long next = (until - nowNanos < 0 ? nowNanos : until) + KEEP_EVERY_NANOS;
      return keptUntilNanos.compareAndSet(until, next);
    }

    /// About the memory that the copies take.
    public long bytes() {
      return bytes.get();
    }

    /// Empties places in turn until the copies fit again.
    private void makeRoom() {
      for (int step = 0; step <= mask && bytes.get() > bytesMax; step++) {
        Copy gone = places.getAndSet(hand.getAndIncrement() & mask, null);
        if (gone != null) {
          bytes.addAndGet(-gone.bytes());
        }
      }
    }

    private int placeOf(int hash) {
      return hash >>> 7 & mask;
    }
  }

  private static int hashOf(String entityId) {
    int hash = entityId.hashCode();
    return (hash ^ hash >>> 15) * 0x9E3779B1;
  }
}
