// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.ranker.PostgresServer;
import dev.proffer.runtime.sql.Database;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The same ledger on a real PostgreSQL.
class PostgresqlLedgerTest extends LedgerContract {
  private static PostgresServer server;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  Database open() throws Exception {
    return Database.postgresql(server.newDatabase(), "postgres", "", 20);
  }

  @Override
  int attempts() {
    return Integer.getInteger("proffer.ledger-attempts", 3_000);
  }
}
