// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.RowHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// Every row that was ever written: what written features were at any time. New rows are in a table
/// of DuckDB; when there are many they are sealed into a sorted Parquet file beside it.
///
/// The online store keeps only the newest row of an entity. Training needs the one that was known
/// when something happened, which an ASOF join finds here. The database is opened when it is first
/// needed. Safe for use by many threads, one at a time.
public final class RowHistory implements AutoCloseable {
  private static final long SEAL_ROWS = 1_000_000;

  private final Path file;
  private final Path sealed;
  private final long sealRows;
  private @Nullable DuckDBConnection connection;
  private long nextSequence;
  private long unsealed;

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
    this(file, SEAL_ROWS);
  }

  /// @param sealRows how many rows are sealed at a time
  public RowHistory(Path file, long sealRows) {
    this.file = file;
    this.sealed = file.resolveSibling("rows");
    this.sealRows = sealRows;
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
        long sequence = nextSequence;
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
        nextSequence = sequence;
        unsealed += rows.size();
      } catch (SQLException | RuntimeException e) {
        open.rollback();
        throw e;
      } finally {
        open.setAutoCommit(true);
      }
      if (unsealed >= sealRows) {
        seal(open);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be written", e);
    }
  }

  /// Moves the table into a file. A crash between the two leaves rows in both, which changes no
  /// answer: they have the same sequence.
  private void seal(DuckDBConnection open) throws SQLException {
    try {
      Files.createDirectories(sealed);
      Path target = sealed.resolve(String.format("%09d.parquet", nextSequence));
      copy(
          open,
          "SELECT * FROM row_history ORDER BY view, entity_id, event_time_unix_ms, sequence",
          target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (Statement statement = open.createStatement()) {
      statement.execute("DELETE FROM row_history");
      statement.execute("CHECKPOINT");
    }
    unsealed = 0;
  }

  private static void copy(DuckDBConnection open, String select, Path target)
      throws SQLException, IOException {
    Path draft = target.resolveSibling(target.getFileName() + ".draft");
    try (Statement statement = open.createStatement()) {
      statement.execute(
          "COPY (" + select + ") TO " + quoted(draft) + " (FORMAT parquet, COMPRESSION zstd)");
    }
    Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String quoted(Path path) {
    return "'" + path.toAbsolutePath().toString().replace("'", "''") + "'";
  }

  /// The sealed files, oldest first.
  private List<Path> sealedFiles() {
    if (!Files.isDirectory(sealed)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(sealed)) {
      return files.filter(path -> path.toString().endsWith(".parquet")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// All rows, as something to select from.
  private String all() {
    List<Path> files = sealedFiles();
    return files.isEmpty()
        ? "row_history"
        : "(SELECT * FROM row_history UNION ALL BY NAME SELECT * FROM read_parquet(["
            + files.stream().map(RowHistory::quoted).collect(Collectors.joining(", "))
            + "]))";
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
              + " FROM "
              + all()
              + " WHERE view = ? AND entity_id IN (SELECT entity_id FROM moments)"
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

  /// The number of the newest row, from 1; 0 when there is none.
  public synchronized long lastSequence() {
    if (connection == null && !Files.exists(file)) {
      return 0;
    }
    try {
      DuckDBConnection _ = open();
      return nextSequence - 1;
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be read", e);
    }
  }

  /// Gives no row a number up to this one any more.
  public synchronized void numberFrom(long sequence) {
    if (sequence == 0) {
      return;
    }
    try {
      DuckDBConnection _ = open();
      nextSequence = Math.max(nextSequence, sequence + 1);
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be read", e);
    }
  }

  /// The entities of which a view has rows after a number.
  public synchronized List<String> entitiesAfter(String view, long sequence) {
    try (PreparedStatement select =
        open()
            .prepareStatement(
                "SELECT DISTINCT entity_id FROM " + all() + " WHERE view = ? AND sequence > ?")) {
      select.setString(1, view);
      select.setLong(2, sequence);
      List<String> ids = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
      return ids;
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be read", e);
    }
  }

  /// The rows of entities that won: those with the newest event time, of equal ones the last
  /// written.
  public synchronized List<Written> newest(String view, List<String> entityIds) {
    List<Moment> ever = entityIds.stream().map(id -> new Moment(id, Long.MAX_VALUE)).toList();
    List<Known> known = before(view, ever);
    List<Written> rows = new ArrayList<>();
    for (int i = 0; i < ever.size(); i++) {
      byte[] row = known.get(i).row();
      if (row != null) {
        rows.add(new Written(view, entityIds.get(i), RowHeader.eventTimeUnixMillis(row), row));
      }
    }
    return rows;
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
      eraseSealed(open, views, entityId);
    } catch (SQLException e) {
      throw new IllegalStateException("the history of rows cannot be erased", e);
    }
  }

  private void eraseSealed(DuckDBConnection open, List<FeatureView> views, String entityId)
      throws SQLException {
    List<Path> files = sealedFiles();
    if (files.isEmpty() || views.isEmpty()) {
      return;
    }
    try (Statement statement = open.createStatement()) {
      statement.execute("CREATE OR REPLACE TEMP TABLE erased (view VARCHAR, entity_id VARCHAR)");
    }
    try (PreparedStatement insert = open.prepareStatement("INSERT INTO erased VALUES (?, ?)")) {
      for (FeatureView view : views) {
        insert.setString(1, view.name());
        insert.setString(2, entityId);
        insert.executeUpdate();
      }
    }
    for (Path each : files) {
      String from = " FROM read_parquet(" + quoted(each) + ") r ";
      boolean names;
      try (Statement statement = open.createStatement();
          ResultSet result =
              statement.executeQuery(
                  "SELECT count(*)" + from + "SEMI JOIN erased USING (view, entity_id)")) {
        names = result.next() && result.getLong(1) > 0;
      }
      if (names) {
        try {
          copy(open, "SELECT r.*" + from + "ANTI JOIN erased USING (view, entity_id)", each);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
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
    nextSequence = number(duck, "SELECT COALESCE(MAX(sequence), 0) + 1 FROM " + all());
    unsealed = number(duck, "SELECT count(*) FROM row_history");
    connection = duck;
    return duck;
  }

  private static long number(Connection open, String query) throws SQLException {
    try (Statement statement = open.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }
}
