// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.Redemption;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// Measures redemptions that are reserved and committed, by many callers at once, on one promotion
/// whose budget runs out under way.
public final class LedgerBenchmark {
  /// What was measured.
  ///
  /// @param perSecond reservations with their commits, a second
  /// @param overspendMinorUnits what was spent above the budget
  public record Speed(double perSecond, long overspendMinorUnits) {}

  private static final int CALLERS = 100;
  private static final long AMOUNT = 100;

  private LedgerBenchmark() {}

  public static Speed measure(Database database, int redemptions) {
    // The last tenth of the attempts finds the budget spent.
    Limits limits = Limits.newBuilder().setBudgetMinorUnits(redemptions * AMOUNT * 9 / 10).build();
    AtomicLong next = new AtomicLong();
    AtomicLong committed = new AtomicLong();
    long nanos;
    long spent;
    try (Ledger ledger = new Ledger(database, Clock.systemUTC())) {
      long start = System.nanoTime();
      try (ExecutorService pool =
          Executors.newFixedThreadPool(CALLERS, Thread.ofPlatform().name("caller-", 0).factory())) {
        for (int caller = 0; caller < CALLERS; caller++) {
          pool.execute(() -> {
            for (long n = next.getAndIncrement(); n < redemptions; n = next.getAndIncrement()) {
              redeem(ledger, n, limits, committed);
            }
          });
        }
      }
      nanos = System.nanoTime() - start;
      spent = ledger.totals("bench").spentMinorUnits();
    }
    return new Speed(
        committed.get() / (nanos / 1e9), Math.max(0, spent - limits.getBudgetMinorUnits()));
  }

  private static void redeem(Ledger ledger, long n, Limits limits, AtomicLong committed) {
    String key = "bench-" + n;
    Claim claim = new Claim("bench", AMOUNT, limits, "2026-01-01");
    try {
      Redemption redemption =
          ledger
              .reserve(key, key, "user-" + n, "CNY", List.of(claim), Duration.ofMinutes(15), "")
              .redemption();
      ledger.commit(redemption.getRedemptionId(), "order-" + n);
      committed.incrementAndGet();
    } catch (ProfferException e) {
      // The budget is spent; that is what the end of the measurement is about.
    }
  }
}
