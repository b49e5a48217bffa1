// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Assumptions;

/// A real PostgreSQL that a test starts from the jars of its binaries, with as many databases as
/// its cases ask for. Where it does not start, the test is skipped and says so.
public final class PostgresServer implements AutoCloseable {
  private final EmbeddedPostgres server;
  private int databases;

  private PostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  public static PostgresServer start() {
    try {
      return new PostgresServer(EmbeddedPostgres.builder().start());
    } catch (IOException | RuntimeException e) {
      return Assumptions.abort("PostgreSQL does not start on this machine: " + e);
    }
  }

  /// The address of an empty database, for the user `postgres`.
  public String newDatabase() throws SQLException {
    String name = "test" + ++databases;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE DATABASE " + name);
    }
    return server.getJdbcUrl("postgres", name);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
