// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.runtime.sql.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// The same on a real PostgreSQL, as several servers of a shop share it.
class PostgresqlCampaignsTest extends CampaignsContract {
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
  @BeforeEach
  void start() throws Exception {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE DATABASE campaigns" + ++databases);
    }
    super.start();
  }

  @Override
  Database open() {
    return Database.postgresql(
        server.getJdbcUrl("postgres", "campaigns" + databases), "postgres", "", 10);
  }
}
