// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.proffer.runtime.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.sqlite.SQLiteConfig;

/// The system of record: a SQLite file by default, PostgreSQL in production, one SQL dialect for
/// both.
///
/// The dialect is what both understand: `INSERT … ON CONFLICT … DO UPDATE`, `RETURNING`, `BIGINT`,
/// `TEXT`, `DOUBLE PRECISION`, booleans as `SMALLINT` 0 or 1. A committed transaction is on disk
/// (`synchronous=FULL`).
public final class Database implements AutoCloseable {
  /// Which server answers. Code may ask, but only to tune, never to mean something else.
  public enum Engine {
    SQLITE,
    POSTGRESQL
  }

  /// Work inside one transaction.
  @FunctionalInterface
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  private final HikariDataSource writers;
  private final HikariDataSource readers;
  private final Engine engine;
  // SQLite has one writer. Queueing here, in order, beats its busy handler's polling.
  private final ReentrantLock sqliteWriter = new ReentrantLock(true);

  private Database(HikariDataSource writers, HikariDataSource readers, Engine engine) {
    this.writers = writers;
    this.readers = readers;
    this.engine = engine;
  }

  /// Opens the database of the settings; an embedded one is a file of this name below the folder.
  public static Database open(Settings settings, Path folder, String name) {
    String url = settings.get(SqlSettings.URL);
    if (url.equals("embedded")) {
      return sqlite(folder.resolve(name + ".db"));
    }
    return postgresql(
        url,
        settings.get(SqlSettings.USER),
        settings.get(SqlSettings.PASSWORD),
        settings.get(SqlSettings.CONNECTIONS));
  }

  public static Database sqlite(Path file) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Database(sqlitePool(file, 1, false), sqlitePool(file, 4, true), Engine.SQLITE);
  }

  public static Database postgresql(String url, String user, String password, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    if (!user.isEmpty()) {
      config.setUsername(user);
      config.setPassword(password);
    }
    config.setMaximumPoolSize(connections);
    config.setAutoCommit(false);
    config.setConnectionTimeout(5_000);
    HikariDataSource pool = new HikariDataSource(config);
    return new Database(pool, pool, Engine.POSTGRESQL);
  }

  /// Brings the tables of one module up to date from `classpath:db/<module>/V1__….sql` files.
  public void migrate(String module) {
    migrate(module, Database.class.getClassLoader());
  }

  /// Brings the tables of a plugin up to date, whose files only its own loader sees.
  public void migrate(String module, ClassLoader loader) {
    Flyway.configure(loader)
        .dataSource(writers)
        .locations("classpath:db/" + module)
        .table("schema_history_" + module.replace('-', '_'))
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }

  /// Runs work in a transaction that is committed, and on disk, when this returns.
  public <T> T write(Work<T> work) {
    if (engine == Engine.SQLITE) {
      sqliteWriter.lock();
    }
    try (Connection connection = writers.getConnection()) {
      try {
        T result = work.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    } catch (SQLException e) {
      throw new SqlFailure(e);
    } finally {
      if (engine == Engine.SQLITE) {
        sqliteWriter.unlock();
      }
    }
  }

  /// Runs work that only reads, on one consistent state.
  public <T> T read(Work<T> work) {
    try (Connection connection = readers.getConnection()) {
      try {
        return work.run(connection);
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new SqlFailure(e);
    }
  }

  public Engine engine() {
    return engine;
  }

  @Override
  public void close() {
    readers.close();
    writers.close();
  }

  private static HikariDataSource sqlitePool(Path file, int connections, boolean readOnly) {
    SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
    sqlite.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    sqlite.enforceForeignKeys(true);
    sqlite.setBusyTimeout(10_000);
    sqlite.setTransactionMode(
        readOnly ? SQLiteConfig.TransactionMode.DEFERRED : SQLiteConfig.TransactionMode.IMMEDIATE);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:sqlite:" + file.toAbsolutePath());
    sqlite
        .toProperties()
        .forEach((key, value) -> config.addDataSourceProperty((String) key, value));
    config.setMaximumPoolSize(connections);
    config.setAutoCommit(false);
    config.setConnectionTimeout(30_000);
    config.setPoolName("sqlite-" + (readOnly ? "read-" : "write-") + file.getFileName());
    return new HikariDataSource(config);
  }
}
