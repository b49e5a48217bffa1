// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A file of exposures with their outcomes (CSV, plain or gzip, or Parquet), analysed by DuckDB:
/// rows of one unit are added up first, then units of one variant.
///
/// @param file the file
/// @param unit the column of the unit
/// @param variant the column of the variant
/// @param metrics columns of metrics, the primary one first
/// @param covariate the column of a value from before the experiment; empty for none
/// @param segment the column of the segment; empty for none
public record ExposureFile(
    Path file,
    String unit,
    String variant,
    List<String> metrics,
    String covariate,
    String segment) {
  public ExposureFile {
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException("metrics: name at least one column");
    }
    metrics = List.copyOf(metrics);
  }

  /// Analyses the file.
  ///
  /// @param weights planned weights by variant; the first is the control; when empty, equal weights
  ///   of the variants in order of their names
  public Analysis analyze(Map<String, Double> weights, double confidence) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(units());
      long crossed = 0;
      Map<String, Long> counted = new LinkedHashMap<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT v, count(*), count(*) FILTER (crossed) FROM units GROUP BY v ORDER BY v")) {
        while (rows.next()) {
          if (rows.getString(1) == null) {
            throw new IllegalArgumentException(
                "variant: " + rows.getLong(2) + " units have none in '" + variant + "'");
          }
          counted.put(rows.getString(1), rows.getLong(2));
          crossed += rows.getLong(3);
        }
      }
      List<Analysis.Arm> arms = new ArrayList<>();
      if (weights.isEmpty()) {
        counted.forEach((name, units) -> arms.add(new Analysis.Arm(name, 1, units)));
      } else {
        weights.forEach((name, weight) ->
            arms.add(new Analysis.Arm(name, weight, counted.getOrDefault(name, 0L))));
        for (String name : counted.keySet()) {
          if (!weights.containsKey(name)) {
            throw new IllegalArgumentException("variant '" + name + "' has no planned weight");
          }
        }
      }
      if (arms.size() < 2) {
        throw new IllegalArgumentException(
            "variants: " + counted.keySet() + " (expected: 2 or more)");
      }
      List<Analysis.Metric> read = new ArrayList<>();
      for (int m = 0; m < metrics.size(); m++) {
        read.add(metric(statement, m, arms));
      }
      return Analysis.of(String.valueOf(file.getFileName()), "", arms, read, confidence, crossed);
    }
  }

  /// The sum of one metric for each unit of a file, in order of the units.
  public static double[] values(Path file, String unit, String metric) throws SQLException {
    ExposureFile one = new ExposureFile(file, unit, unit, List.of(metric), "", "");
    List<Double> values = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(one.units());
      try (ResultSet rows = statement.executeQuery("SELECT y0 FROM units ORDER BY v")) {
        while (rows.next()) {
          values.add(rows.getDouble(1));
        }
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private String units() {
    StringBuilder sql = new StringBuilder("CREATE TEMP TABLE units AS SELECT ");
    sql.append("min(CAST(").append(column(variant)).append(" AS VARCHAR)) AS v, ");
    sql.append("min(").append(column(variant)).append(") <> max(").append(column(variant));
    sql.append(") AS crossed, ");
    sql.append(
        segment.isEmpty() ? "''" : "coalesce(min(CAST(" + column(segment) + " AS VARCHAR)), '')");
    sql.append(" AS s, ");
    sql.append(
        covariate.isEmpty()
            ? "0.0"
            : "coalesce(max(CAST(" + column(covariate) + " AS DOUBLE)), 0)");
    sql.append(" AS x");
    for (int m = 0; m < metrics.size(); m++) {
      sql.append(", coalesce(sum(CAST(")
          .append(column(metrics.get(m)))
          .append(" AS DOUBLE)), 0) AS y")
          .append(m);
    }
    String reader = file.toString().endsWith(".parquet") ? "read_parquet" : "read_csv";
    return sql.append(" FROM ")
        .append(reader)
        .append("('")
        .append(file.toString().replace("'", "''"))
        .append("') GROUP BY ")
        .append(column(unit))
        .toString();
  }

  private Analysis.Metric metric(Statement statement, int m, List<Analysis.Arm> arms)
      throws SQLException {
    Map<String, List<PairedSums>> segments = new LinkedHashMap<>();
    PairedSums none = new PairedSums(0, 0, 0, 0, 0, 0);
    List<PairedSums> sums = new ArrayList<>();
    arms.forEach(_ -> sums.add(none));
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT v, s, count(*), sum(y%1$d), sum(y%1$d * y%1$d), sum(x), sum(x * x), sum(x * y%1$d),"
                    .formatted(m)
                + " bool_and(isfinite(y%d)), bool_and(isfinite(x)) FROM units GROUP BY v, s ORDER BY v, s"
                    .formatted(m))) {
      while (rows.next()) {
        String name = rows.getString(1);
        int arm = 0;
        while (!arms.get(arm).name().equals(name)) {
          arm++;
        }
        if (!rows.getBoolean(9)) {
          throw new IllegalArgumentException(
              "metric '"
                  + metrics.get(m)
                  + "' of variant '"
                  + name
                  + "': not all values are numbers");
        }
        if (!rows.getBoolean(10)) {
          throw new IllegalArgumentException(
              "covariate '"
                  + covariate
                  + "' of variant '"
                  + name
                  + "': not all values are numbers");
        }
        PairedSums one =
            new PairedSums(
                rows.getLong(3),
                rows.getDouble(4),
                rows.getDouble(5),
                rows.getDouble(6),
                rows.getDouble(7),
                rows.getDouble(8));
        sums.set(arm, sums.get(arm).plus(one));
        segments
            .computeIfAbsent(
                rows.getString(2), _ -> new ArrayList<>(arms.stream().map(_ -> none).toList()))
            .set(arm, one);
      }
    }
    return Analysis.Metric.of(metrics.get(m), sums, segments.size() < 2 ? Map.of() : segments);
  }

  private static String column(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
