// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.Member;
import dev.proffer.runtime.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Items and members in the system of record. What a method has written is on disk when it returns.
final class CatalogueStore {
  private final Database database;

  /// One changed item: its new content, or null when it was deleted.
  record Change(String itemId, @Nullable Item item) {}

  /// What changed up to a version.
  record Changes(long version, List<Change> changes) {}

  CatalogueStore(Database database) {
    this.database = database;
    database.migrate("catalogue");
  }

  /// Everything that changed after a version, deletions included.
  Changes changesSince(long version) {
    return database.read(connection -> {
      long current = version(connection);
      List<Change> changes = new ArrayList<>();
      if (current > version) {
        try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT item_id, deleted, stock, definition FROM catalogue_item"
                    + " WHERE version > ? AND version <= ?")) {
          select.setLong(1, version);
          select.setLong(2, current);
          try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              changes.add(change(rows));
            }
          }
        }
      }
      return new Changes(current, changes);
    });
  }

  /// Creates or replaces items, all of them or none, and returns the new version.
  long upsert(Collection<Item> items) {
    return database.write(connection -> {
      long version = nextVersion(connection);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO catalogue_item (item_id, version, deleted, category, brand,"
                  + " price_minor_units, currency, stock, definition)"
                  + " VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT (item_id) DO UPDATE SET"
                  + " version = excluded.version, deleted = 0, category = excluded.category,"
                  + " brand = excluded.brand, price_minor_units = excluded.price_minor_units,"
                  + " currency = excluded.currency, stock = excluded.stock,"
                  + " definition = excluded.definition")) {
        for (Item item : items) {
          insert.setString(1, item.getItemId());
          insert.setLong(2, version);
          insert.setString(3, item.getCategory());
          insert.setString(4, item.getBrand());
          insert.setLong(5, item.getPriceMinorUnits());
          insert.setString(6, item.getCurrency());
          if (item.hasStock()) {
            insert.setLong(7, item.getStock());
          } else {
            insert.setNull(7, Types.BIGINT);
          }
          insert.setBytes(8, item.toByteArray());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      return version;
    });
  }

  /// Sets stock levels, all of them or none. The caller has checked that the items exist.
  long updateStock(Map<String, Long> levels) {
    return database.write(connection -> {
      long version = nextVersion(connection);
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE catalogue_item SET stock = ?, version = ?"
                  + " WHERE item_id = ? AND deleted = 0")) {
        for (Map.Entry<String, Long> level : levels.entrySet()) {
          update.setLong(1, level.getValue());
          update.setLong(2, version);
          update.setString(3, level.getKey());
          update.addBatch();
        }
        update.executeBatch();
      }
      return version;
    });
  }

  long delete(Collection<String> itemIds) {
    return database.write(connection -> {
      long version = nextVersion(connection);
      // The row stays as a marker, so that other replicas learn of the deletion.
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE catalogue_item SET deleted = 1, version = ?"
                  + " WHERE item_id = ? AND deleted = 0")) {
        for (String itemId : itemIds) {
          update.setLong(1, version);
          update.setString(2, itemId);
          update.addBatch();
        }
        update.executeBatch();
      }
      return version;
    });
  }

  void upsertMembers(Collection<Member> members) {
    database.<Integer>write(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO catalogue_member (user_id, member_level, definition)"
                  + " VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET"
                  + " member_level = excluded.member_level, definition = excluded.definition")) {
        for (Member member : members) {
          insert.setString(1, member.getUserId());
          insert.setInt(2, member.getMemberLevel());
          insert.setBytes(3, member.toByteArray());
          insert.addBatch();
        }
        return insert.executeBatch().length;
      }
    });
  }

  @Nullable Member member(String userId) {
    Optional<byte[]> definition =
        database.read(connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT definition FROM catalogue_member WHERE user_id = ?")) {
            select.setString(1, userId);
            try (ResultSet rows = select.executeQuery()) {
              return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
            }
          }
        });
    try {
      return definition.isEmpty() ? null : Member.parseFrom(definition.get());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("catalogue_member: unreadable row of a member", e);
    }
  }

  private static long version(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT version FROM catalogue_version WHERE id = 1");
        ResultSet rows = select.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static long nextVersion(Connection connection) throws SQLException {
    // The update takes the row lock first, so versions are given out in the order of commits.
    try (PreparedStatement update =
            connection.prepareStatement(
                "UPDATE catalogue_version SET version = version + 1 WHERE id = 1"
                    + " RETURNING version");
        ResultSet rows = update.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static Change change(ResultSet rows) throws SQLException {
    String itemId = rows.getString(1);
    if (rows.getInt(2) != 0) {
      return new Change(itemId, null);
    }
    long stock = rows.getLong(3);
    boolean limited = !rows.wasNull();
    try {
      Item.Builder item = Item.newBuilder().mergeFrom(rows.getBytes(4));
      if (limited) {
        item.setStock(stock);
      } else {
        item.clearStock();
      }
      return new Change(itemId, item.build());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("catalogue_item: unreadable row " + itemId, e);
    }
  }
}
