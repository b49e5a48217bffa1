// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.Reward;
import dev.proffer.runtime.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Policies, decisions and rewards in SQL. Decisions and rewards are one sequence, and every server
/// learns from it in its order, so all servers know the same.
final class PolicyStore {
  /// A policy and the event after which it began to learn.
  record Stored(PolicySpec spec, long resetSequence) {}

  /// A decision to be written.
  ///
  /// @param options the options, a line each
  /// @param context the features, by commas
  record Decision(
      String decisionId,
      String policy,
      String unitId,
      String segment,
      String chosen,
      String options,
      double propensity,
      String context,
      long policyVersion,
      long atUnixMs) {}

  /// What a server learns from.
  record Event(
      long sequence,
      int kind,
      String policy,
      String decisionId,
      String unitId,
      String segment,
      String chosen,
      String options,
      String context,
      double value,
      double valueBefore,
      long atUnixMs) {
    boolean isReward() {
      return kind == REWARD;
    }

    /// Says that a person is to be forgotten; `decisionId` is the person's number.
    boolean isFarewell() {
      return kind == FAREWELL;
    }
  }

  /// What became of rewards.
  record Attribution(
      int attributed, int duplicates, int late, Set<String> unknown, Set<String> early) {}

  /// How long a reward counts, by policy.
  @FunctionalInterface
  interface Windows {
    long windowMs(String policy);
  }

  private static final int DECISION = 0;
  private static final int REWARD = 1;
  private static final int FAREWELL = 2;
  private static final int READ_MAX = 20_000;
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private final Database database;

  PolicyStore(Database database) {
    this.database = database;
    database.migrate("policy");
  }

  List<Stored> policies() {
    return database.read(connection -> {
      List<Stored> policies = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery("SELECT spec, reset_sequence FROM policy ORDER BY name")) {
        while (rows.next()) {
          policies.add(new Stored(parse(rows.getString(1)), rows.getLong(2)));
        }
      }
      return policies;
    });
  }

  /// Writes a policy unless there is one, and returns the one that is there.
  PolicySpec create(PolicySpec spec) {
    return database.write(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO policy (name, spec, reset_sequence)"
                  + " SELECT ?, ?, value FROM policy_sequence WHERE one = 1"
                  + " ON CONFLICT (name) DO NOTHING")) {
        insert.setString(1, spec.getName());
        insert.setString(2, print(spec));
        insert.executeUpdate();
      }
      try (PreparedStatement select =
          connection.prepareStatement("SELECT spec FROM policy WHERE name = ?")) {
        select.setString(1, spec.getName());
        try (ResultSet rows = select.executeQuery()) {
          rows.next();
          return parse(rows.getString(1));
        }
      }
    });
  }

  void reset(String policy) {
    database.write(connection -> {
      long sequence = take(connection, 1);
      try (PreparedStatement update =
          connection.prepareStatement("UPDATE policy SET reset_sequence = ? WHERE name = ?")) {
        update.setLong(1, sequence);
        update.setString(2, policy);
        return update.executeUpdate();
      }
    });
  }

  void decide(List<Decision> decisions) {
    database.write(connection -> {
      long sequence = take(connection, decisions.size()) - decisions.size();
      try (PreparedStatement insert = insert(connection)) {
        for (Decision d : decisions) {
          bind(
              insert,
              ++sequence,
              DECISION,
              d.policy(),
              d.decisionId(),
              null,
              d.unitId(),
              d.segment());
          insert.setString(8, d.chosen());
          insert.setString(9, d.options());
          insert.setDouble(10, d.propensity());
          insert.setString(11, d.context());
          insert.setDouble(12, 0);
          insert.setDouble(13, 0);
          insert.setLong(14, d.policyVersion());
          insert.setLong(15, d.atUnixMs());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      return decisions.size();
    });
  }

  /// Joins rewards to their decisions, within the window of the policy.
  Attribution reward(List<Reward> rewards, Windows windows) {
    return database.write(connection -> {
      int attributed = 0;
      int duplicates = 0;
      int late = 0;
      Set<String> unknown = new LinkedHashSet<>();
      Set<String> early = new LinkedHashSet<>();
      try (PreparedStatement known =
              connection.prepareStatement("SELECT 1 FROM policy_event WHERE reward_id = ?");
          PreparedStatement decision =
              connection.prepareStatement(
                  "SELECT policy, unit_id, segment, chosen, propensity, context, policy_version,"
                      + " at_unix_ms FROM policy_event WHERE decision_id = ? AND kind = 0");
          PreparedStatement earned =
              connection.prepareStatement(
                  "SELECT COALESCE(SUM(value), 0) FROM policy_event"
                      + " WHERE decision_id = ? AND kind = 1");
          PreparedStatement insert = insert(connection)) {
        for (Reward reward : rewards) {
          known.setString(1, reward.getRewardId());
          try (ResultSet rows = known.executeQuery()) {
            if (rows.next()) {
              duplicates++;
              continue;
            }
          }
          decision.setString(1, reward.getDecisionId());
          try (ResultSet rows = decision.executeQuery()) {
            if (!rows.next()) {
              unknown.add(reward.getDecisionId());
              continue;
            }
            long madeAt = rows.getLong(8);
            if (reward.getEventTimeUnixMs() < madeAt) {
              early.add(reward.getDecisionId());
              continue;
            }
            if (reward.getEventTimeUnixMs() - madeAt > windows.windowMs(rows.getString(1))) {
              late++;
              continue;
            }
            earned.setString(1, reward.getDecisionId());
            double before;
            try (ResultSet sums = earned.executeQuery()) {
              sums.next();
              before = sums.getDouble(1);
            }
            bind(
                insert,
                take(connection, 1),
                REWARD,
                rows.getString(1),
                reward.getDecisionId(),
                reward.getRewardId(),
                rows.getString(2),
                rows.getString(3));
            insert.setString(8, rows.getString(4));
            insert.setString(9, "");
            insert.setDouble(10, rows.getDouble(5));
            insert.setString(11, rows.getString(6));
            insert.setDouble(12, reward.getValue());
            insert.setDouble(13, before);
            insert.setLong(14, rows.getLong(7));
            insert.setLong(15, reward.getEventTimeUnixMs());
            insert.executeUpdate();
            attributed++;
          }
        }
      }
      return new Attribution(attributed, duplicates, late, unknown, early);
    });
  }

  /// Events after one, in order, so many at most.
  List<Event> after(long sequence) {
    return database.read(connection -> {
      List<Event> events = new ArrayList<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT sequence, kind, policy, decision_id, unit_id, segment, chosen, options,"
                  + " context, value, value_before, at_unix_ms FROM policy_event WHERE sequence > ? ORDER BY sequence LIMIT "
                  + READ_MAX)) {
        select.setLong(1, sequence);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            events.add(
                new Event(
                    rows.getLong(1),
                    rows.getInt(2),
                    rows.getString(3),
                    rows.getString(4),
                    rows.getString(5),
                    rows.getString(6),
                    rows.getString(7),
                    rows.getString(8),
                    rows.getString(9),
                    rows.getDouble(10),
                    rows.getDouble(11),
                    rows.getLong(12)));
          }
        }
      }
      return events;
    });
  }

  int forget(String unitId) {
    return database.write(connection -> {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM policy_event WHERE unit_id = ?")) {
        delete.setString(1, unitId);
        int forgotten = delete.executeUpdate();
        // Every server forgets what it has in memory; the number does not say who it was.
        try (PreparedStatement insert = insert(connection)) {
          bind(
              insert,
              take(connection, 1),
              FAREWELL,
              "",
              Long.toString(PolicyEvent.person(unitId)),
              null,
              "",
              "");
          insert.setString(8, "");
          insert.setString(9, "");
          insert.setDouble(10, 0);
          insert.setString(11, "");
          insert.setDouble(12, 0);
          insert.setDouble(13, 0);
          insert.setLong(14, 0);
          insert.setLong(15, 0);
          insert.executeUpdate();
        }
        return forgotten;
      }
    });
  }

  static String print(double[] context) {
    return Arrays.stream(context).mapToObj(Double::toString).collect(Collectors.joining(","));
  }

  static double[] parseContext(String context) {
    return context.isEmpty()
        ? new double[0]
        : Arrays.stream(context.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static long take(Connection connection, int count) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE policy_sequence SET value = value + ? WHERE one = 1")) {
      update.setInt(1, count);
      update.executeUpdate();
    }
    try (Statement select = connection.createStatement();
        ResultSet rows = select.executeQuery("SELECT value FROM policy_sequence WHERE one = 1")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static PreparedStatement insert(Connection connection) throws SQLException {
    return connection.prepareStatement(
        "INSERT INTO policy_event (sequence, kind, policy, decision_id, reward_id, unit_id,"
            + " segment, chosen, options, propensity, context, value, value_before, policy_version,"
            + " at_unix_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  private static void bind(
      PreparedStatement insert,
      long sequence,
      int kind,
      String policy,
      String decisionId,
      @Nullable String rewardId,
      String unitId,
      String segment)
      throws SQLException {
    insert.setLong(1, sequence);
    insert.setInt(2, kind);
    insert.setString(3, policy);
    insert.setString(4, decisionId);
    insert.setString(5, rewardId);
    insert.setString(6, unitId);
    insert.setString(7, segment);
  }

  private static String print(PolicySpec spec) {
    try {
      return PRINTER.print(spec);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PolicySpec parse(String body) {
    PolicySpec.Builder builder = PolicySpec.newBuilder();
    try {
      PARSER.merge(body, builder);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored policy cannot be read", e);
    }
    return builder.build();
  }
}
