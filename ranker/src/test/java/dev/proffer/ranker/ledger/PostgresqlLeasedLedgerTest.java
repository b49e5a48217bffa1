// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.ranker.promotion.ManualClock;

/// The same on PostgreSQL, where leases are for.
class PostgresqlLeasedLedgerTest extends PostgresqlLedgerTest {
  @Override
  Leases leases(ManualClock clock) {
    return new Leases(new InMemoryLeaseStore(), clock, 0, null);
  }

  @Override
  int attempts() {
    // With every promotion hot, a lease is asked for on nearly every attempt.
    return Integer.getInteger("proffer.ledger-attempts", 800);
  }
}
