// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.runtime.sql.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/// The same ledger on a real PostgreSQL, which the test starts from the jars of its binaries.
class PostgresqlLedgerTest extends LedgerContract {
  private static EmbeddedPostgres server;
  private static int databases;

  @BeforeAll
  static void startServer() {
    try {
      server = EmbeddedPostgres.builder().start();
    } catch (Exception e) {
      Assumptions.abort("PostgreSQL does not start on this machine: " + e);
    }
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  Database open() throws Exception {
    String name = "ledger" + databases++;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE DATABASE " + name);
    }
    return Database.postgresql(server.getJdbcUrl("postgres", name), "postgres", "", 20);
  }

  @Override
  int attempts() {
    return Integer.getInteger("proffer.ledger-attempts", 3_000);
  }
}
