// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import dev.proffer.featurestore.registry.FeatureView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// Every row that was ever written, in DuckDB: what written features were at any time.
///
/// The online store keeps only the newest row of an entity. Training needs the one that was known
/// when something happened, which an ASOF join finds here. The database is opened when it is first
/// needed. Safe for use by many threads, one at a time.
public final class RowHistory implements AutoCloseable {
  private final Path file;
  private @Nullable DuckDBConnection connection;

  /// A stored row.
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Written(String view, String entityId, long eventTimeUnixMillis, byte[] row) {}

  /// An entity at a time.
  public record Moment(String entityId, long unixMillis) {}

  /// What was known at a moment; null when nothing was.
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Known(byte @Nullable [] row) {}

  /// Keeps the history in a file.
  public RowHistory(Path file) {
    this.file = file;
  }

  /// Adds rows, durably, in the order in which they were written.
  public synchronized void add(List<Written> rows) {
    if (rows.isEmpty()) {
      return;
    }
    try {
      DuckDBConnection open = open();
      open.setAutoCommit(false);
      try {
        long sequence = nextSequence(open);
        try (DuckDBAppender appender = open.createAppender("main", "row_history")) {
          for (Written row : rows) {
            appender.beginRow();
            appender.append(sequence++);
            appender.append(row.view);
            appender.append(row.entityId);
            appender.append(row.eventTimeUnixMillis);
            appender.append(row.row);
            appender.endRow();
          }
        }
        open.commit();
      } catch (SQLException | RuntimeException e) {
        open.rollback();
        throw e;
      } finally {
        open.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be written", e);
    }
  }

  /// For each moment the newest row of a view with an event time before it. Of rows with the same
  /// event time the last one written counts, as online.
  public synchronized List<Known> before(String view, List<Moment> moments) {
    List<Known> known = new ArrayList<>(moments.size());
    for (int i = 0; i < moments.size(); i++) {
      known.add(new Known(null));
    }
    if (moments.isEmpty() || !Files.exists(file)) {
      return known;
    }
    try {
      DuckDBConnection open = open();
      try (Statement statement = open.createStatement()) {
        statement.execute(
            "CREATE OR REPLACE TEMP TABLE moments"
                + " (position BIGINT, entity_id VARCHAR, unix_ms BIGINT)");
      }
      try (DuckDBAppender appender = open.createAppender("temp", "main", "moments")) {
        for (int i = 0; i < moments.size(); i++) {
          appender.beginRow();
          appender.append((long) i);
          appender.append(moments.get(i).entityId);
          appender.append(moments.get(i).unixMillis);
          appender.endRow();
        }
      }
      String join =
          "WITH last AS (SELECT entity_id, event_time_unix_ms, arg_max(packed, sequence) AS packed"
              + " FROM row_history WHERE view = ? AND entity_id IN (SELECT entity_id FROM moments)"
              + " GROUP BY entity_id, event_time_unix_ms)"
              + " SELECT m.position, l.packed FROM moments m ASOF JOIN last l"
              + " ON m.entity_id = l.entity_id AND m.unix_ms > l.event_time_unix_ms";
      try (PreparedStatement select = open.prepareStatement(join)) {
        select.setString(1, view);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            known.set((int) rows.getLong(1), new Known(rows.getBytes(2)));
          }
        }
      }
      return known;
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be read", e);
    }
  }

  /// Removes the rows of one entity, also from the file.
  public synchronized void erase(List<FeatureView> views, String entityId) {
    if (!Files.exists(file)) {
      return;
    }
    try {
      DuckDBConnection open = open();
      try (PreparedStatement delete =
          open.prepareStatement("DELETE FROM row_history WHERE view = ? AND entity_id = ?")) {
        for (FeatureView view : views) {
          delete.setString(1, view.name());
          delete.setString(2, entityId);
          delete.executeUpdate();
        }
      }
      try (Statement checkpoint = open.createStatement()) {
        checkpoint.execute("CHECKPOINT");
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be erased", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (connection != null) {
        connection.close();
        connection = null;
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be closed", e);
    }
  }

  private DuckDBConnection open() throws SQLException {
    DuckDBConnection known = connection;
    if (known != null) {
      return known;
    }
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Connection opened = DriverManager.getConnection("jdbc:duckdb:" + file.toAbsolutePath());
    DuckDBConnection duck = opened.unwrap(DuckDBConnection.class);
    try (Statement statement = duck.createStatement()) {
      statement.execute("SET threads = 2");
      statement.execute("SET memory_limit = '512MB'");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS row_history (sequence BIGINT, view VARCHAR,"
              + " entity_id VARCHAR, event_time_unix_ms BIGINT, packed BLOB)");
    }
    connection = duck;
    return duck;
  }

  private static long nextSequence(Connection open) throws SQLException {
    try (Statement statement = open.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT COALESCE(MAX(sequence), 0) + 1 FROM row_history")) {
      return result.next() ? result.getLong(1) : 1;
    }
  }
}
