// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.Redemption;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.lang.management.ManagementFactory;
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
  /// @param perSecond reservations with their commits, a second by the clock
  /// @param perCpuSecond the same for a second of CPU time of this process, all its threads
  ///   together
  /// @param overspendMinorUnits what was spent above the budget
  public record Speed(double perSecond, double perCpuSecond, long overspendMinorUnits) {}

  private static final int CALLERS = 64;
  private static final long AMOUNT = 100;

  private LedgerBenchmark() {}

  /// Redemptions by the clock and by processor time.
  ///
  /// @param leased whether the budget is leased in slices
  public static Speed measure(Database database, int redemptions, boolean leased) {
    // The last tenth of the attempts finds the budget spent.
    Limits limits = Limits.newBuilder().setBudgetMinorUnits(redemptions * AMOUNT * 9 / 10).build();
    AtomicLong committed = new AtomicLong();
    long nanos;
    long cpuNanos;
    long spent;
    Clock clock = Clock.systemUTC();
    String promotion = leased ? "leased" : "plain";
    Leases leases = leased ? new Leases(new InMemoryLeaseStore(), clock, 0, null) : null;
    try (Ledger ledger = new Ledger(database, clock, null, leases)) {
      // Half as many warm up, on a promotion of their own.
      run(ledger, promotion + "-warm-up", redemptions / 2, limits, new AtomicLong());
      long start = System.nanoTime();
      long cpuStart = cpuNanos();
      run(ledger, promotion, redemptions, limits, committed);
      nanos = System.nanoTime() - start;
      cpuNanos = cpuNanos() - cpuStart;
      spent = ledger.totals(promotion).spentMinorUnits();
    }
    return new Speed(
        committed.get() / (nanos / 1e9),
        committed.get() / (cpuNanos / 1e9),
        Math.max(0, spent - limits.getBudgetMinorUnits()));
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  private static void run(
      Ledger ledger, String promotion, int redemptions, Limits limits, AtomicLong committed) {
    AtomicLong next = new AtomicLong();
    try (ExecutorService pool =
        Executors.newFixedThreadPool(CALLERS, Thread.ofPlatform().name("caller-", 0).factory())) {
      for (int caller = 0; caller < CALLERS; caller++) {
        pool.execute(() -> {
          for (long n = next.getAndIncrement(); n < redemptions; n = next.getAndIncrement()) {
            redeem(ledger, promotion, n, limits, committed);
          }
        });
      }
    }
  }

  private static void redeem(
      Ledger ledger, String promotion, long n, Limits limits, AtomicLong committed) {
    String key = promotion + "-" + n;
    Claim claim = new Claim(promotion, AMOUNT, limits, "2026-01-01");
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
