// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.runtime.sql.Database;
import dev.proffer.runtime.sql.GroupCommit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Campaigns in SQL: who was given what, what that is expected to cost, and the dual prices. All
/// servers of a shop share it, and one that starts goes on with it.
final class CampaignStore implements AutoCloseable {
  /// What a person was given; an empty promotion is no offer.
  record Grant(String terms, String promotionId) {}

  /// A campaign as all servers together know it, offers in the order in which they were asked for.
  ///
  /// @param came people who were decided on
  @SuppressWarnings("ArrayRecordComponent") // Read once, by the allocator.
  record State(long came, long[] spent, long[] given, double[] prices) {}

  /// A decision as it is kept, which another server may have made before.
  record Decided(String promotionId, boolean ours, State state) {}

  /// A decision that is to be kept.
  ///
  /// @param seen what the person had before, or null when that was nothing
  /// @param spentMax what its offer may cost in all
  /// @param givenMax to how many it may go
  @SuppressWarnings("ArrayRecordComponent") // Written once, compared by nobody.
  record Decision(
      String campaignId,
      String terms,
      List<String> offers,
      String userId,
      @Nullable Grant seen,
      String promotionId,
      long cost,
      long spentMax,
      long givenMax,
      double[] prices,
      long atUnixMs) {}

  private final Database database;
  private final GroupCommit group;

  /// @param database the database of the promotions; its tables are brought up to date
  CampaignStore(Database database) {
    this.database = database;
    database.migrate("promotion");
    this.group = new GroupCommit(database, "campaign-writer");
  }

  /// What campaigns gave to a person so far.
  Map<String, Grant> grants(String userId) {
    return database.read(connection -> {
      Map<String, Grant> found = new HashMap<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT campaign_id, terms, promotion_id FROM campaign_grant WHERE user_id = ?")) {
        select.setString(1, userId);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            found.put(rows.getString(1), new Grant(rows.getString(2), rows.getString(3)));
          }
        }
      }
      return found;
    });
  }

  /// Those who were decided on last, oldest first.
  List<String> latest(String campaignId, int count) {
    return database.read(connection -> {
      List<String> users = new ArrayList<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT user_id FROM campaign_grant WHERE campaign_id = ?"
                  + " ORDER BY decided_unix_ms DESC, user_id LIMIT ?")) {
        select.setString(1, campaignId);
        select.setInt(2, count);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            users.add(rows.getString(1));
          }
        }
      }
      return users.reversed();
    });
  }

  /// Begins a campaign, or goes on with it.
  State begin(String campaignId, String terms, List<String> offers, long nowUnixMs) {
    return group.write(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO campaign (campaign_id, terms, began_unix_ms, came, prices)"
                  + " VALUES (?, ?, ?, 0, '') ON CONFLICT (campaign_id)"
                  + " DO UPDATE SET terms = excluded.terms")) {
        insert.setString(1, campaignId);
        insert.setString(2, terms);
        insert.setLong(3, nowUnixMs);
        insert.executeUpdate();
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO campaign_offer (campaign_id, promotion_id, given, spent_minor_units)"
                  + " VALUES (?, ?, 0, 0) ON CONFLICT (campaign_id, promotion_id) DO NOTHING")) {
        for (String offer : offers) {
          insert.setString(1, campaignId);
          insert.setString(2, offer);
          insert.executeUpdate();
        }
      }
      return state(connection, campaignId, offers);
    });
  }

  /// Keeps a decision, unless another server decided before. An offer that the others have used up
  /// meanwhile becomes none.
  Decided decide(Decision decision) {
    return group.write(connection -> {
      if (!insert(connection, decision) && !replace(connection, decision)) {
        Grant first = grant(connection, decision.campaignId(), decision.userId());
        return new Decided(
            first.promotionId(),
            false,
            state(connection, decision.campaignId(), decision.offers()));
      }
      String given = decision.promotionId();
      if (!given.isEmpty() && !spend(connection, decision)) {
        given = "";
        try (PreparedStatement update =
            connection.prepareStatement(
                "UPDATE campaign_grant SET promotion_id = '', expected_cost_minor_units = 0"
                    + " WHERE campaign_id = ? AND user_id = ?")) {
          update.setString(1, decision.campaignId());
          update.setString(2, decision.userId());
          update.executeUpdate();
        }
      }
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE campaign SET came = came + 1, prices = ? WHERE campaign_id = ?")) {
        update.setString(1, text(decision.prices()));
        update.setString(2, decision.campaignId());
        update.executeUpdate();
      }
      return new Decided(given, true, state(connection, decision.campaignId(), decision.offers()));
    });
  }

  private static boolean insert(Connection connection, Decision decision) throws SQLException {
    if (decision.seen() != null) {
      return false;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO campaign_grant (campaign_id, user_id, terms, promotion_id,"
                + " decided_unix_ms, expected_cost_minor_units) VALUES (?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (campaign_id, user_id) DO NOTHING")) {
      insert.setString(1, decision.campaignId());
      insert.setString(2, decision.userId());
      insert.setString(3, decision.terms());
      insert.setString(4, decision.promotionId());
      insert.setLong(5, decision.atUnixMs());
      insert.setLong(6, decision.cost());
      return insert.executeUpdate() == 1;
    }
  }

  /// Decides anew on somebody who had nothing, or whose offer is gone.
  private static boolean replace(Connection connection, Decision decision) throws SQLException {
    Grant seen = decision.seen();
    if (seen == null) {
      return false;
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE campaign_grant SET terms = ?, promotion_id = ?, decided_unix_ms = ?,"
                + " expected_cost_minor_units = ? WHERE campaign_id = ? AND user_id = ?"
                + " AND terms = ? AND promotion_id = ?")) {
      update.setString(1, decision.terms());
      update.setString(2, decision.promotionId());
      update.setLong(3, decision.atUnixMs());
      update.setLong(4, decision.cost());
      update.setString(5, decision.campaignId());
      update.setString(6, decision.userId());
      update.setString(7, seen.terms());
      update.setString(8, seen.promotionId());
      return update.executeUpdate() == 1;
    }
  }

  private static boolean spend(Connection connection, Decision decision) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE campaign_offer SET given = given + 1,"
                + " spent_minor_units = spent_minor_units + ?"
                + " WHERE campaign_id = ? AND promotion_id = ?"
                + " AND spent_minor_units <= ? AND given < ?")) {
      update.setLong(1, decision.cost());
      update.setString(2, decision.campaignId());
      update.setString(3, decision.promotionId());
      update.setLong(4, decision.spentMax() - decision.cost());
      update.setLong(5, decision.givenMax());
      return update.executeUpdate() == 1;
    }
  }

  private static Grant grant(Connection connection, String campaignId, String userId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT terms, promotion_id FROM campaign_grant"
                + " WHERE campaign_id = ? AND user_id = ?")) {
      select.setString(1, campaignId);
      select.setString(2, userId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? new Grant(rows.getString(1), rows.getString(2)) : new Grant("", "");
      }
    }
  }

  private static State state(Connection connection, String campaignId, List<String> offers)
      throws SQLException {
    long came = 0;
    double[] prices = new double[0];
    try (PreparedStatement select =
        connection.prepareStatement("SELECT came, prices FROM campaign WHERE campaign_id = ?")) {
      select.setString(1, campaignId);
      try (ResultSet rows = select.executeQuery()) {
        if (rows.next()) {
          came = rows.getLong(1);
          prices = numbers(rows.getString(2));
        }
      }
    }
    long[] spent = new long[offers.size()];
    long[] given = new long[offers.size()];
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT promotion_id, spent_minor_units, given FROM campaign_offer"
                + " WHERE campaign_id = ?")) {
      select.setString(1, campaignId);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          int offer = offers.indexOf(rows.getString(1));
          if (offer >= 0) {
            spent[offer] = rows.getLong(2);
            given[offer] = rows.getLong(3);
          }
        }
      }
    }
    return new State(came, spent, given, prices);
  }

  private static String text(double[] numbers) {
    return Arrays.stream(numbers).mapToObj(Double::toString).collect(Collectors.joining(" "));
  }

  private static double[] numbers(String text) {
    return text.isEmpty()
        ? new double[0]
        : Arrays.stream(text.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  @Override
  public void close() {
    group.close();
  }
}
