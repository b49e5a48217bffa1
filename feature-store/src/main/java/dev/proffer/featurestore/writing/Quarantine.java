// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.writing;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.ListQuarantineRequest;
import dev.proffer.proto.featurestore.v1.ListQuarantineResponse;
import dev.proffer.proto.featurestore.v1.QuarantinedRow;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.runtime.failure.PageToken;
import dev.proffer.runtime.sql.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Rows that a validation policy set aside, oldest first. Bounded: when it is full, rows are
/// refused.
public final class Quarantine {
  private static final int PAGE_DEFAULT = 100;
  private static final int ROWS_MAX = 1_000_000;

  private final Database database;
  private final Clock clock;

  public Quarantine(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    database.migrate("feature-store");
  }

  /// A row to set aside and the rule that it broke.
  public record Broken(FeatureRow row, String reason) {}

  /// What became of a row that was tried again.
  record Outcome(WriteResult result, boolean leaves) {}

  /// Sets rows aside, durably. Returns false when there is no room for them.
  public boolean add(List<Broken> rows) {
    if (rows.isEmpty()) {
      return true;
    }
    return database.write(connection -> {
      try (PreparedStatement count =
              connection.prepareStatement("SELECT COUNT(*) FROM quarantine");
          ResultSet result = count.executeQuery()) {
        if (result.next() && result.getLong(1) + rows.size() > ROWS_MAX) {
          return false;
        }
      }
      long next = 1;
      try (PreparedStatement last =
              connection.prepareStatement("SELECT COALESCE(MAX(id), 0) FROM quarantine");
          ResultSet result = last.executeQuery()) {
        next = result.next() ? result.getLong(1) + 1 : 1;
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO quarantine (id, feature_view, entity_id, row_base64, reason, at_unix_ms)"
                  + " VALUES (?, ?, ?, ?, ?, ?)")) {
        for (Broken broken : rows) {
          insert.setLong(1, next++);
          insert.setString(2, broken.row.getFeatureView());
          insert.setString(3, broken.row.getEntityId());
          insert.setString(4, Base64.getEncoder().encodeToString(broken.row.toByteArray()));
          insert.setString(5, broken.reason);
          insert.setLong(6, clock.millis());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      return true;
    });
  }

  /// One page of rows. The token of a page is the id of the last row before it.
  public ListQuarantineResponse list(ListQuarantineRequest request) {
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    long after = PageToken.number(request.getPageToken(), 0);
    long from = after;
    return database.read(connection -> {
      ListQuarantineResponse.Builder response = ListQuarantineResponse.newBuilder();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT id, row_base64, reason, at_unix_ms FROM quarantine"
                  + " WHERE id > ? AND (? = '' OR feature_view = ?) ORDER BY id LIMIT ?")) {
        select.setLong(1, from);
        select.setString(2, request.getFeatureView());
        select.setString(3, request.getFeatureView());
        select.setInt(4, size + 1);
        try (ResultSet rows = select.executeQuery()) {
          long last = from;
          while (rows.next()) {
            if (response.getRowsCount() == size) {
              response.setNextPageToken(Long.toString(last));
              break;
            }
            last = rows.getLong(1);
            response.addRows(
                QuarantinedRow.newBuilder()
                    .setQuarantineId(Long.toString(last))
                    .setRow(parse(rows.getString(2)))
                    .setReason(rows.getString(3))
                    .setQuarantinedAtUnixMs(rows.getLong(4)));
          }
        }
      }
      return response.build();
    });
  }

  /// The row of an id, or nothing.
  public Optional<FeatureRow> find(String id) {
    if (!id.matches("\\d{1,18}")) {
      return Optional.empty();
    }
    return database.read(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT row_base64 FROM quarantine WHERE id = ?")) {
        select.setLong(1, Long.parseLong(id));
        try (ResultSet rows = select.executeQuery()) {
          return rows.next() ? Optional.of(parse(rows.getString(1))) : Optional.empty();
        }
      }
    });
  }

  /// Takes rows out.
  public void remove(List<String> ids) {
    database.write(connection -> {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM quarantine WHERE id = ?")) {
        for (String id : ids) {
          delete.setLong(1, Long.parseLong(id));
          delete.addBatch();
        }
        return delete.executeBatch().length;
      }
    });
  }

  /// Takes out all rows of one entity and returns how many there were.
  public int erase(List<FeatureView> views, String entityId) {
    List<String> names = new ArrayList<>();
    views.forEach(view -> names.add(view.name()));
    return database.write(connection -> {
      int erased = 0;
      try (PreparedStatement delete =
          connection.prepareStatement(
              "DELETE FROM quarantine WHERE feature_view = ? AND entity_id = ?")) {
        for (String name : names) {
          delete.setString(1, name);
          delete.setString(2, entityId);
          erased += delete.executeUpdate();
        }
      }
      return erased;
    });
  }

  private static FeatureRow parse(String base64) throws SQLException {
    try {
      return FeatureRow.parseFrom(Base64.getDecoder().decode(base64));
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("a quarantined row is damaged", e);
    }
  }
}
