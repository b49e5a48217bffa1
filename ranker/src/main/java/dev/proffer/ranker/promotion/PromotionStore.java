// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.runtime.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Promotions in SQL: the record that snapshots are made from, with an audit trail of every change.
final class PromotionStore {
  /// Everything at one version.
  record Contents(long version, Collection<Promotion> promotions) {}

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace();
  // Fields of a newer server are not a reason for this one to stop.
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private final Database database;

  PromotionStore(Database database) {
    this.database = database;
  }

  long version() {
    return database.read(PromotionStore::version);
  }

  Contents load() {
    return database.read(connection -> {
      List<Promotion> promotions = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery("SELECT body FROM promotion ORDER BY promotion_id")) {
        while (rows.next()) {
          promotions.add(parse(rows.getString(1)));
        }
      }
      return new Contents(version(connection), promotions);
    });
  }

  /// Writes and removes promotions in one transaction and returns the new version; nothing is
  /// written, and the version stays, when everything is as it was.
  ///
  /// @param who the name that the audit trail keeps
  long change(
      Collection<Promotion> written, Collection<String> removed, String who, long nowUnixMs) {
    return database.write(connection -> {
      long version = version(connection);
      Map<String, String> before = new TreeMap<>();
      Map<String, String> after = new TreeMap<>();
      for (Promotion promotion : written) {
        after.put(promotion.getPromotionId(), print(promotion));
      }
      for (String id : removed) {
        after.put(id, "");
      }
      for (String id : after.keySet()) {
        before.put(id, body(connection, id));
      }
      after.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
      if (after.isEmpty()) {
        return version;
      }
      version++;
      try (PreparedStatement bump =
          connection.prepareStatement(
              "UPDATE promotion_version SET version = version + 1 WHERE one = 1")) {
        bump.executeUpdate();
      }
      try (PreparedStatement upsert =
              connection.prepareStatement(
                  "INSERT INTO promotion (promotion_id, body, changed_version) VALUES (?, ?, ?)"
                      + " ON CONFLICT (promotion_id) DO UPDATE SET body = excluded.body,"
                      + " changed_version = excluded.changed_version");
          PreparedStatement delete =
              connection.prepareStatement("DELETE FROM promotion WHERE promotion_id = ?");
          PreparedStatement audit =
              connection.prepareStatement(
                  "INSERT INTO promotion_audit (version, promotion_id, at_unix_ms, change,"
                      + " body_before, body_after, who) VALUES (?, ?, ?, ?, ?, ?, ?)")) {
        for (Map.Entry<String, String> entry : after.entrySet()) {
          String id = entry.getKey();
          String old = before.getOrDefault(id, "");
          if (entry.getValue().isEmpty()) {
            delete.setString(1, id);
            delete.executeUpdate();
          } else {
            upsert.setString(1, id);
            upsert.setString(2, entry.getValue());
            upsert.setLong(3, version);
            upsert.executeUpdate();
          }
          audit.setLong(1, version);
          audit.setString(2, id);
          audit.setLong(3, nowUnixMs);
          audit.setString(
              4, entry.getValue().isEmpty() ? "delete" : old.isEmpty() ? "create" : "replace");
          audit.setString(5, old);
          audit.setString(6, entry.getValue());
          audit.setString(7, who);
          audit.executeUpdate();
        }
      }
      return version;
    });
  }

  /// One entry of the audit trail.
  ///
  /// @param who the caller; empty for what was changed before names were kept
  /// @param before null when the promotion was created
  /// @param after null when it was deleted
  record Change(
      long version,
      String promotionId,
      long atUnixMs,
      String change,
      String who,
      @Nullable Promotion before,
      @Nullable Promotion after) {}

  /// Entries of the audit trail, newest first.
  ///
  /// @param promotionId of one promotion; empty for all
  /// @param version begin after the entry of this version and `idAfter`
  List<Change> changes(String promotionId, long version, String idAfter, int count) {
    return database.read(connection -> {
      List<Change> changes = new ArrayList<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT version, promotion_id, at_unix_ms, change, body_before, body_after, who"
                  + " FROM promotion_audit"
                  + " WHERE (version < ? OR (version = ? AND promotion_id > ?))"
                  + (promotionId.isEmpty() ? "" : " AND promotion_id = ?")
                  + " ORDER BY version DESC, promotion_id LIMIT ?")) {
        int at = 1;
        select.setLong(at++, version);
        select.setLong(at++, version);
        select.setString(at++, idAfter);
        if (!promotionId.isEmpty()) {
          select.setString(at++, promotionId);
        }
        select.setInt(at, count);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            String before = rows.getString(5);
            String after = rows.getString(6);
            changes.add(
                new Change(
                    rows.getLong(1),
                    rows.getString(2),
                    rows.getLong(3),
                    rows.getString(4),
                    rows.getString(7),
                    before.isEmpty() ? null : parse(before),
                    after.isEmpty() ? null : parse(after)));
          }
        }
      }
      return changes;
    });
  }

  private static long version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT version FROM promotion_version WHERE one = 1")) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private static String body(Connection connection, String id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT body FROM promotion WHERE promotion_id = ?")) {
      select.setString(1, id);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : "";
      }
    }
  }

  static String print(Promotion promotion) {
    try {
      return PRINTER.print(promotion);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Promotion parse(String body) {
    Promotion.Builder builder = Promotion.newBuilder();
    try {
      PARSER.merge(body, builder);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored promotion cannot be read", e);
    }
    return builder.build();
  }
}
