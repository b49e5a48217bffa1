// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.Redemption;
import dev.proffer.proto.promotion.v1.RedemptionState;
import dev.proffer.ranker.promotion.ManualClock;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.redis.EmbeddedRedis;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLinkOptions;
import dev.proffer.runtime.sql.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Leases that are lost, forgotten or repeated while many redeem: nothing above the budget, nobody
/// twice, and nothing that was acknowledged is gone.
class LeaseLossTest {
  private static final int THREADS = 20;
  private static final int ATTEMPTS = Integer.getInteger("proffer.lease-attempts", 900);
  private static final long AMOUNT = 100;
  private static final long BUDGET = ATTEMPTS * AMOUNT * 7 / 10;
  private static final Limits LIMITS =
      Limits.newBuilder().setBudgetMinorUnits(BUDGET).setPerPerson(1).build();

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(1_795_334_400_000L);
  private final Map<String, RedemptionState> acknowledged = new ConcurrentHashMap<>();
  private final AtomicInteger twice = new AtomicInteger();
  private final AtomicInteger onLease = new AtomicInteger();

  @Test
  void killingRedisInTheMiddleOversellsNothing() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"))) {
      redeem(
          redis.uri(),
          () -> ProcessHandle.of(redis.pid()).ifPresent(ProcessHandle::destroyForcibly));
    }
  }

  @Test
  void aReplicaThatIsPromotedInTheMiddleOversellsNothing() throws Exception {
    try (RedisPair pair = RedisPair.start(folder.resolve("pair"))) {
      redeem(pair.uri(), pair::killPrimary);
    }
  }

  /// A store that forgets every other debit, as a replica may that takes over.
  @Test
  void aStoreThatForgetsDebitsOversellsNothing() throws Exception {
    InMemoryLeaseStore inner = new InMemoryLeaseStore();
    AtomicInteger takes = new AtomicInteger();
    LeaseStore forgetful =
        new LeaseStore() {
          @Override
          public Lease take(String promotionId, int slot, long amountMinorUnits) {
            Lease lease = inner.take(promotionId, slot, amountMinorUnits);
            if (lease != null && takes.incrementAndGet() % 2 == 0) {
              inner.give(lease, amountMinorUnits);
            }
            return lease;
          }

          @Override
          public void give(Lease lease, long amountMinorUnits) {
            inner.give(lease, amountMinorUnits);
          }

          @Override
          public void put(Lease lease, long amount, long redemptions, long ttlMillis) {
            inner.put(lease, amount, redemptions, ttlMillis);
          }

          @Override
          public void drop(Lease lease) {
            inner.drop(lease);
          }

          @Override
          public boolean isAvailable() {
            return true;
          }
        };
    redeem(new Leases(forgetful, clock, 0, null), () -> {});
  }

  private void redeem(String uri, Runnable harm) throws Exception {
    RedisLink link =
        RedisLink.open(
            new RedisLinkOptions(uri, Duration.ofMillis(200), Duration.ofSeconds(2), 1, 2_000),
            "leases",
            new SimpleMeterRegistry());
    redeem(Leases.inRedis(link, clock, 0), harm);
  }

  private void redeem(Leases leases, Runnable harm) throws Exception {
    AtomicLong next = new AtomicLong();
    try (Database database = Database.sqlite(folder.resolve("ledger.db"));
        Ledger ledger = new Ledger(database, clock, null, leases)) {
      try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
        for (int t = 0; t < THREADS; t++) {
          pool.submit(() -> {
            for (long n = next.getAndIncrement(); n < ATTEMPTS; n = next.getAndIncrement()) {
              if (n == ATTEMPTS / 3) {
                harm.run();
              }
              attempt(ledger, n);
            }
          });
        }
      }
      onLease.set(partsOnLeases(database));
      // Time settles what the lost leases held; the rest of the budget can then be spent.
      clock.advance(2 * Leases.TTL_MS);
      ledger.sweep();
      for (int n = ATTEMPTS; n < 2 * ATTEMPTS; n++) {
        attempt(ledger, n);
        if (n % 50 == 0 && ledger.totals("hot").spentMinorUnits() == BUDGET) {
          break;
        }
      }

      Ledger.Totals totals = ledger.totals("hot");
      assertThat(totals.spentMinorUnits()).isEqualTo(BUDGET);
      assertThat(twice.get()).isZero();
      assertThat(onLease.get()).isPositive();
      long committed = 0;
      for (Map.Entry<String, RedemptionState> one : acknowledged.entrySet()) {
        Redemption kept = ledger.get(one.getKey());
        assertThat(kept.getState()).isEqualTo(one.getValue());
        committed += kept.getState() == RedemptionState.REDEMPTION_STATE_COMMITTED ? AMOUNT : 0;
      }
      assertThat(totals.committedMinorUnits()).isEqualTo(committed);
      System.out.printf(
          "%d attempts, %d redemptions on leases, %d acknowledged, spent %d of %d%n",
          ATTEMPTS, onLease.get(), acknowledged.size(), totals.spentMinorUnits(), BUDGET);
    }
  }

  private void attempt(Ledger ledger, long n) {
    String user = "user-" + n;
    Claim claim = new Claim("hot", AMOUNT, LIMITS, "2026-11-22");
    try {
      String id = reserve(ledger, "a" + n, user, claim);
      acknowledged.put(id, RedemptionState.REDEMPTION_STATE_RESERVED);
      if (n % 2 == 0) {
        ledger.commit(id, "order-" + n);
        acknowledged.put(id, RedemptionState.REDEMPTION_STATE_COMMITTED);
      }
      if (n % 5 == 0) {
        // A second one of the same person.
        reserve(ledger, "b" + n, user, claim);
        twice.incrementAndGet();
      }
    } catch (ProfferException e) {
      // Refused: the budget or the person's limit.
    }
  }

  private static String reserve(Ledger ledger, String key, String user, Claim claim) {
    return ledger
        .reserve(key, key, user, "CNY", List.of(claim), Duration.ofMinutes(15), "")
        .redemption()
        .getRedemptionId();
  }

  private static int partsOnLeases(Database database) {
    return database.read(connection -> {
      try (var statement = connection.createStatement();
          var rows =
              statement.executeQuery("SELECT COUNT(*) FROM redemption_part WHERE lease_id <> ''")) {
        return rows.next() ? rows.getInt(1) : 0;
      }
    });
  }
}
