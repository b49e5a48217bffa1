// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.runtime.redis.RedisLink;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Leases of hot promotions: which promotions are hot, and who debits which slice.
///
/// A promotion with a budget that many people redeem at once would make all of them wait for its
/// one row. A lease is a slice of the budget with a row of its own; a few slots make a few rows.
/// What is left of a slice is in the store, which is debited first, so that an empty slice costs no
/// transaction. Then SQL debits the row of the lease, with its fence and its limit in the `WHERE`:
/// whatever the store forgets or repeats, nothing is spent above what was granted.
public final class Leases implements AutoCloseable {
  static final int SLOTS = 4;
  static final long TTL_MS = 10_000;

  private static final int SLICES = 4 * SLOTS;
  private static final int PROMOTIONS_MAX = 10_000;

  private record Pace(long second, AtomicLong attempts, long before) {}

  private final LeaseStore store;
  private final Clock clock;
  private final int hotPerSecond;
  private final @Nullable RedisLink link;
  private final ConcurrentHashMap<String, Pace> paces = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Boolean> granting = new ConcurrentHashMap<>();

  Leases(LeaseStore store, Clock clock, int hotPerSecond, @Nullable RedisLink link) {
    this.store = store;
    this.clock = clock;
    this.hotPerSecond = hotPerSecond;
    this.link = link;
  }

  /// Leases in Redis. The link is closed with them.
  ///
  /// @param hotPerSecond attempts a second from which a promotion is leased
  public static Leases inRedis(RedisLink link, Clock clock, int hotPerSecond) {
    return new Leases(new RedisLeaseStore(link), clock, hotPerSecond, link);
  }

  /// Counts an attempt, and says whether the promotion is hot. One that is limited by day is not
  /// leased: its days have rows of their own.
  boolean isHot(Claim claim) {
    boolean leasable = claim.limits().getBudgetMinorUnits() > 0 && claim.limits().getPerDay() == 0;
    if (!leasable || claim.amountMinorUnits() <= 0) {
      return false;
    }
    if (hotPerSecond == 0) {
      return true;
    }
    long second = clock.millis() / 1_000;
    if (paces.size() > PROMOTIONS_MAX) {
      paces.clear();
    }
    Pace pace =
        paces.compute(
            claim.promotionId(),
            (_, known) -> {
              if (known == null || known.second() < second - 1) {
                return new Pace(second, new AtomicLong(), 0);
              }
              return known.second() >= second
                  ? known
                  : new Pace(second, new AtomicLong(), known.attempts().get());
            });
    return pace.attempts().incrementAndGet() >= hotPerSecond || pace.before() >= hotPerSecond;
  }

  /// A slot to try, another one each time.
  static int anySlot() {
    return ThreadLocalRandom.current().nextInt(SLOTS);
  }

  /// Debits a lease of a promotion, of the given slot or the next; null when none has enough left
  /// or the store cannot be reached.
  LeaseStore.@Nullable Lease take(Claim claim, int slot) {
    try {
      for (int i = 0; i < SLOTS; i++) {
        LeaseStore.Lease lease =
            store.take(claim.promotionId(), (slot + i) % SLOTS, claim.amountMinorUnits());
        if (lease != null) {
          return lease;
        }
      }
    } catch (RuntimeException e) {
      // Without the store redemptions count on the promotion's row, as those of others do.
      return null;
    }
    return null;
  }

  void give(LeaseStore.Lease lease, long amount) {
    attempt(() -> store.give(lease, amount));
  }

  void put(LeaseStore.Lease lease, long amount, long redemptions) {
    // The store forgets a lease long after it is settled, so that its fence outlives late puts.
    attempt(() -> store.put(lease, amount, redemptions, 60 * TTL_MS));
  }

  void drop(LeaseStore.Lease lease) {
    attempt(() -> store.drop(lease));
  }

  boolean isAvailable() {
    return store.isAvailable();
  }

  /// Whether this caller is the one that asks for a lease of a promotion now; then it must call
  /// [#granted].
  boolean mayGrant(String promotionId) {
    return granting.putIfAbsent(promotionId, true) == null;
  }

  void granted(String promotionId) {
    granting.remove(promotionId);
  }

  /// How large a slice is when this much of the budget is left; 0 when it is too little to slice.
  static long slice(long amount, long left) {
    long slice = left / SLICES;
    return slice < 2 * amount ? 0 : slice;
  }

  private static void attempt(Runnable change) {
    try {
      change.run();
    } catch (RuntimeException e) {
      // What the store does not hear of stays debited there until the lease is settled in SQL.
    }
  }

  /// The amounts that a failed reservation debited, to be credited again.
  static final class Taken {
    private final Map<String, LeaseStore.Lease> byPromotion = new HashMap<>();

    void add(LeaseStore.Lease lease) {
      byPromotion.put(lease.promotionId(), lease);
    }

    LeaseStore.@Nullable Lease of(String promotionId) {
      return byPromotion.get(promotionId);
    }

    List<LeaseStore.Lease> all() {
      return List.copyOf(byPromotion.values());
    }

    boolean isEmpty() {
      return byPromotion.isEmpty();
    }
  }

  @Override
  public void close() {
    if (link != null) {
      link.close();
    }
  }
}
