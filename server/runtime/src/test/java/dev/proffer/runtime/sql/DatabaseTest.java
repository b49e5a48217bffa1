// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  @TempDir private Path folder;

  @Test
  void keepsWhatWasWrittenAndForgetsWhatFailed() {
    try (Database database = open()) {
      database.write(connection -> add(connection, "kitchen", 1));
      assertThatThrownBy(() ->
              database.write(connection -> {
                add(connection, "garden", 1);
                throw new IllegalStateException("half-way");
              }))
          .hasMessage("half-way");
    }
    try (Database database = open()) {
      assertThat(places(database, "kitchen")).isEqualTo(1);
      assertThat(places(database, "garden")).isZero();
    }
  }

  @Test
  void losesNoUpdateOfManyWriters() throws Exception {
    try (Database database = open();
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        writers.add(threads.submit(() -> database.write(connection -> add(connection, "toys", 1))));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertThat(places(database, "toys")).isEqualTo(200);
    }
  }

  @Test
  void migratesOnlyOnce() {
    open().close();
    open().close();
  }

  private Database open() {
    Database database = Database.sqlite(folder.resolve("test.db"));
    database.migrate("shelf");
    return database;
  }

  private static int add(Connection connection, String name, long places) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO shelf (name, places) VALUES (?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET places = shelf.places + excluded.places")) {
      statement.setString(1, name);
      statement.setLong(2, places);
      return statement.executeUpdate();
    }
  }

  private static long places(Database database, String name) {
    return database.read(connection -> {
      try (PreparedStatement statement =
          connection.prepareStatement("SELECT places FROM shelf WHERE name = ?")) {
        statement.setString(1, name);
        try (ResultSet rows = statement.executeQuery()) {
          return rows.next() ? rows.getLong(1) : 0L;
        }
      }
    });
  }
}
