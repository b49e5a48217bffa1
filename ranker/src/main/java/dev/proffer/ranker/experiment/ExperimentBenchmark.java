// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.Variant;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// Measures assignment, and the analysis of many exposures.
public final class ExperimentBenchmark {
  /// What was measured.
  ///
  /// @param exposures rows that were analysed
  /// @param generateSeconds time to make them, not part of the analysis
  /// @param analyzeSeconds time of the analysis, with reading the file
  /// @param difference the difference that was found; .02 is in the data
  public record Analysis(
      long exposures, double generateSeconds, double analyzeSeconds, double difference) {}

  private ExperimentBenchmark() {}

  /// CPU time of one assignment, in microseconds; the fastest of ten rounds.
  public static double assignmentMicros() {
    BitSet buckets = new BitSet();
    buckets.set(0, Buckets.COUNT);
    Assignment assignment =
        new Assignment(
            Experiment.newBuilder()
                .setExperimentId("bench")
                .setLayer("layer")
                .addVariants(Variant.newBuilder().setName("a").setWeight(1))
                .addVariants(Variant.newBuilder().setName("b").setWeight(1))
                .build(),
            buckets);
    String[] units = new String[1_000];
    for (int i = 0; i < units.length; i++) {
      units[i] = "person-" + i * 7919;
    }
    double best = Double.MAX_VALUE;
    long second = 0;
    for (int round = 0; round < 60; round++) {
      long started = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (int i = 0; i < 20; i++) {
        for (String unit : units) {
          second += "b".equals(assignment.variant(unit, List.of())) ? 1 : 0;
        }
      }
      double micros =
          (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - started)
              / 20e3
              / units.length;
      best = Math.min(best, micros);
    }
    if (second == 0) {
      throw new IllegalStateException("nobody was assigned");
    }
    return best;
  }

  /// Makes a Parquet file of exposures in a folder, analyses it and removes it.
  public static Analysis analyze(Path folder, long exposures) throws SQLException {
    Path file = folder.resolve("exposures.parquet");
    long start = System.nanoTime();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT i AS unit, CASE WHEN hash(i) % 2 = 0 THEN 'a' ELSE 'b' END AS variant,"
              + " 'segment-' || (hash(i + 7) % 4) AS segment,"
              + " (hash(i * 31 + 1) % 1000) / 1000.0 AS before,"
              + " CASE WHEN (hash(i * 17 + 3) % 1000) / 1000.0"
              + "   < .1 + .2 * ((hash(i * 31 + 1) % 1000) / 1000.0)"
              + "   + (CASE WHEN hash(i) % 2 = 0 THEN 0 ELSE .02 END)"
              + " THEN 1.0 ELSE 0.0 END AS bought FROM range("
              + exposures
              + ") t(i)) TO '"
              + file.toString().replace("'", "''")
              + "' (FORMAT PARQUET)");
    }
    double generated = (System.nanoTime() - start) / 1e9;
    try {
      start = System.nanoTime();
      dev.proffer.ranker.experiment.Analysis analysis =
          new ExposureFile(file, "unit", "variant", List.of("bought"), "before", "segment")
              .analyze(Map.of(), .95);
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Analysis(
          exposures, generated, seconds, analysis.comparisons().getFirst().difference().value());
    } finally {
      delete(file);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
