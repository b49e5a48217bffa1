// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.ranker.promotion.ManualClock;
import dev.proffer.runtime.sql.Database;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// A ledger on which every promotion with a budget is leased.
class SqliteLeasedLedgerTest extends LedgerContract {
  @TempDir Path folder;

  @Override
  Database open() {
    return Database.sqlite(folder.resolve("ledger.db"));
  }

  @Override
  Leases leases(ManualClock clock) {
    return new Leases(new InMemoryLeaseStore(), clock, 0, null);
  }

  @Override
  int attempts() {
    return Integer.getInteger("proffer.ledger-attempts", 3_000);
  }
}
