// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.Outcome;
import dev.proffer.runtime.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Experiments, exposures and outcomes in SQL, with an audit trail of every change of an
/// experiment.
final class ExperimentStore {
  /// An experiment with the buckets that it holds.
  record Stored(Experiment experiment, BitSet buckets) {}

  /// All experiments at one version.
  record Contents(long version, List<Stored> experiments) {}

  /// A first sight of a variant.
  record Exposure(
      String experimentId, String unitId, String variant, String segment, long atUnixMs) {}

  /// What decides about a change, inside the transaction that writes it.
  @FunctionalInterface
  interface Change {
    Stored apply(@Nullable Stored before, List<Stored> all);
  }

  static final int METRICS_MAX = 20;

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private final Database database;

  ExperimentStore(Database database) {
    this.database = database;
    database.migrate("experiment");
  }

  long version() {
    return database.read(ExperimentStore::version);
  }

  Contents load() {
    return database.read(connection -> new Contents(version(connection), all(connection)));
  }

  /// Changes one experiment; nothing is written when nothing changes.
  Experiment change(String experimentId, long nowUnixMs, Change change) {
    return database.write(connection -> {
      List<Stored> all = all(connection);
      Stored before =
          all.stream()
              .filter(stored -> stored.experiment().getExperimentId().equals(experimentId))
              .findFirst()
              .orElse(null);
      Stored after = change.apply(before, all);
      if (after.equals(before)) {
        return after.experiment();
      }
      try (Statement bump = connection.createStatement()) {
        bump.executeUpdate("UPDATE experiment_version SET version = version + 1 WHERE one = 1");
      }
      try (PreparedStatement upsert =
              connection.prepareStatement(
                  "INSERT INTO experiment (experiment_id, body, buckets) VALUES (?, ?, ?)"
                      + " ON CONFLICT (experiment_id) DO UPDATE SET body = excluded.body,"
                      + " buckets = excluded.buckets");
          PreparedStatement audit =
              connection.prepareStatement(
                  "INSERT INTO experiment_audit (version, experiment_id, at_unix_ms, body, buckets)"
                      + " VALUES (?, ?, ?, ?, ?)")) {
        String body = print(after.experiment());
        String buckets = Buckets.print(after.buckets());
        upsert.setString(1, experimentId);
        upsert.setString(2, body);
        upsert.setString(3, buckets);
        upsert.executeUpdate();
        audit.setLong(1, version(connection));
        audit.setString(2, experimentId);
        audit.setLong(3, nowUnixMs);
        audit.setString(4, body);
        audit.setString(5, buckets);
        audit.executeUpdate();
      }
      return after.experiment();
    });
  }

  /// Writes first sights; later ones of the same unit change nothing.
  void expose(List<Exposure> exposures) {
    database.write(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO exposure (experiment_id, unit_id, variant, segment, at_unix_ms)"
                  + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (experiment_id, unit_id) DO NOTHING")) {
        for (Exposure exposure : exposures) {
          insert.setString(1, exposure.experimentId());
          insert.setString(2, exposure.unitId());
          insert.setString(3, exposure.variant());
          insert.setString(4, exposure.segment());
          insert.setLong(5, exposure.atUnixMs());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      return exposures.size();
    });
  }

  /// The variant that a unit saw first; nothing when it saw none.
  @Nullable String seen(String experimentId, String unitId) {
    List<String> variants =
        database.read(connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT variant FROM exposure WHERE experiment_id = ? AND unit_id = ?")) {
            select.setString(1, experimentId);
            select.setString(2, unitId);
            try (ResultSet rows = select.executeQuery()) {
              return rows.next() ? List.of(rows.getString(1)) : List.<String>of();
            }
          }
        });
    return variants.isEmpty() ? null : variants.getFirst();
  }

  /// Writes outcomes and returns how many were new.
  int record(List<Outcome> outcomes) {
    return database.write(connection -> {
      int written = 0;
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO outcome (outcome_id, unit_id, metric, value, at_unix_ms)"
                  + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (outcome_id) DO NOTHING")) {
        for (Outcome outcome : outcomes) {
          insert.setString(1, outcome.getOutcomeId());
          insert.setString(2, outcome.getUnitId());
          insert.setString(3, outcome.getMetric());
          insert.setDouble(4, outcome.getValue());
          insert.setLong(5, outcome.getEventTimeUnixMs());
          written += insert.executeUpdate();
        }
      }
      return written;
    });
  }

  int erase(String unitId) {
    return database.write(connection -> {
      int erased = 0;
      for (String table : List.of("exposure", "outcome")) {
        try (PreparedStatement delete =
            connection.prepareStatement("DELETE FROM " + table + " WHERE unit_id = ?")) {
          delete.setString(1, unitId);
          erased += delete.executeUpdate();
        }
      }
      return erased;
    });
  }

  /// Units by variant.
  Map<String, Long> units(String experimentId) {
    return database.read(connection -> {
      Map<String, Long> units = new LinkedHashMap<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT variant, COUNT(*) FROM exposure WHERE experiment_id = ?"
                  + " GROUP BY variant ORDER BY variant")) {
        select.setString(1, experimentId);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            units.put(rows.getString(1), rows.getLong(2));
          }
        }
      }
      return units;
    });
  }

  /// Metrics of which exposed units have outcomes, in order of their names.
  List<String> metrics(String experimentId) {
    return database.read(connection -> {
      List<String> metrics = new ArrayList<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT DISTINCT o.metric FROM outcome o JOIN exposure e ON e.unit_id = o.unit_id"
                  + " WHERE e.experiment_id = ? AND o.at_unix_ms >= e.at_unix_ms"
                  + " ORDER BY o.metric LIMIT "
                  + METRICS_MAX)) {
        select.setString(1, experimentId);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            metrics.add(rows.getString(1));
          }
        }
      }
      return metrics;
    });
  }

  /// Sums of a metric after the exposure and of the same metric in a window before it, by variant
  /// and segment. Units without outcomes count with 0.
  Map<String, Map<String, PairedSums>> sums(String experimentId, String metric, long beforeMs) {
    return sums(experimentId, "", afterwards(), metric, before(beforeMs), metric);
  }

  /// Sums of two metrics after the exposure, for their ratio.
  Map<String, Map<String, PairedSums>> ratioSums(
      String experimentId, String numerator, String denominator) {
    return sums(experimentId, "", afterwards(), numerator, afterwards(), denominator);
  }

  /// The same as [#sums] by variant of another experiment, of people who are in both.
  Map<String, Map<String, PairedSums>> crossedSums(
      String experimentId, String otherId, String metric, long beforeMs) {
    return sums(experimentId, otherId, afterwards(), metric, before(beforeMs), metric);
  }

  /// Other experiments that people of this one are in as well, those with most of them first.
  List<String> crossed(String experimentId, int max) {
    return database.read(connection -> {
      List<String> others = new ArrayList<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT f.experiment_id, COUNT(*) FROM exposure e JOIN exposure f ON f.unit_id ="
                  + " e.unit_id AND f.experiment_id <> e.experiment_id WHERE e.experiment_id = ?"
                  + " GROUP BY f.experiment_id ORDER BY 2 DESC, 1 LIMIT "
                  + max)) {
        select.setString(1, experimentId);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            others.add(rows.getString(1));
          }
        }
      }
      return others;
    });
  }

  private static String afterwards() {
    return "COALESCE(SUM(CASE WHEN o.metric = ? AND o.at_unix_ms >= e.at_unix_ms"
        + " THEN o.value END), 0)";
  }

  private static String before(long beforeMs) {
    return "COALESCE(SUM(CASE WHEN o.metric = ? AND o.at_unix_ms < e.at_unix_ms"
        + " AND o.at_unix_ms >= e.at_unix_ms - "
        + beforeMs
        + " THEN o.value END), 0)";
  }

  /// @param otherId takes its variants for segments; empty for the segments themselves
  private Map<String, Map<String, PairedSums>> sums(
      String experimentId, String otherId, String y, String yMetric, String x, String xMetric) {
    String segment = otherId.isEmpty() ? "e.segment" : "f.variant";
    return database.read(connection -> {
      Map<String, Map<String, PairedSums>> sums = new LinkedHashMap<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT variant, segment, COUNT(*), SUM(y), SUM(y * y), SUM(x), SUM(x * x), SUM(x *"
                  + " y) FROM (SELECT e.unit_id, e.variant, "
                  + segment
                  + " AS segment, "
                  + y
                  + " AS y, "
                  + x
                  + " AS x FROM exposure e"
                  + (otherId.isEmpty()
                      ? ""
                      : " JOIN exposure f ON f.unit_id = e.unit_id AND f.experiment_id = ?")
                  + " LEFT JOIN outcome o ON o.unit_id = e.unit_id"
                  + " AND o.metric IN (?, ?) WHERE e.experiment_id = ?"
                  + " GROUP BY e.unit_id, e.variant, "
                  + segment
                  + ") u GROUP BY variant, segment ORDER BY variant, segment")) {
        int at = 1;
        select.setString(at++, yMetric);
        select.setString(at++, xMetric);
        if (!otherId.isEmpty()) {
          select.setString(at++, otherId);
        }
        select.setString(at++, yMetric);
        select.setString(at++, xMetric);
        select.setString(at, experimentId);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            sums.computeIfAbsent(rows.getString(1), _ -> new LinkedHashMap<>())
                .put(
                    rows.getString(2),
                    new PairedSums(
                        rows.getLong(3),
                        rows.getDouble(4),
                        rows.getDouble(5),
                        rows.getDouble(6),
                        rows.getDouble(7),
                        rows.getDouble(8)));
          }
        }
      }
      return sums;
    });
  }

  private static long version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT version FROM experiment_version WHERE one = 1")) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private static List<Stored> all(Connection connection) throws SQLException {
    List<Stored> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT body, buckets FROM experiment ORDER BY experiment_id")) {
      while (rows.next()) {
        all.add(new Stored(parse(rows.getString(1)), Buckets.parse(rows.getString(2))));
      }
    }
    return all;
  }

  private static String print(Experiment experiment) {
    try {
      return PRINTER.print(experiment);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Experiment parse(String body) {
    Experiment.Builder builder = Experiment.newBuilder();
    try {
      PARSER.merge(body, builder);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored experiment cannot be read", e);
    }
    return builder.build();
  }
}
