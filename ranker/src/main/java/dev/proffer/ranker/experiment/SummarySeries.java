// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import dev.proffer.runtime.file.PlainOrGzip;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Experiments of which only cumulative counts, means and variances over time are known, in the
/// columns of the ASOS Digital Experiments Dataset (Liu et al. 2021).
public final class SummarySeries {
  private static final String HEAD =
      "experiment_id,variant_id,metric_id,time_since_start,count_c,count_t,mean_c,mean_t,"
          + "variance_c,variance_t";

  /// What one metric of one variant says at the end, and when the sequential test had decided.
  ///
  /// @param units units of both arms at the end
  /// @param sampleRatioP p-value of an even split at the end
  /// @param fixed better, worse or open by Welch's test at the end; refused when the split is off
  /// @param sequential the same by the confidence sequence, looking at every row
  /// @param decidedAtDays the time of the first row that decides; below 0 when none does
  public record Verdict(
      String experiment,
      String variant,
      String metric,
      long units,
      double sampleRatioP,
      double difference,
      double fixedP,
      double alwaysValidP,
      String fixed,
      String sequential,
      double decidedAtDays) {}

  private record Row(double time, Sample control, Sample variant) {}

  private SummarySeries() {}

  /// Reads the file, plain or gzip, and judges every metric of every variant at level `alpha`.
  public static List<Verdict> read(Path file, double alpha) throws IOException {
    Map<String, List<Row>> series = new TreeMap<>();
    try (BufferedReader lines = PlainOrGzip.lines(file)) {
      if (!HEAD.equals(lines.readLine())) {
        throw new IOException(file + ": expected the columns " + HEAD);
      }
      int number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String[] cells = line.split(",", -1);
        if (cells.length != 10) {
          throw new IOException(file + ", line " + number + ": expected 10 columns");
        }
        // The data set leaves out figures of some times; a row without all of them says nothing.
        if (Arrays.asList(cells).contains("")) {
          continue;
        }
        try {
          series
              .computeIfAbsent(cells[0] + ',' + cells[1] + ',' + cells[2], _ -> new ArrayList<>())
              .add(
                  new Row(
                      Double.parseDouble(cells[3]),
                      sample(cells[4], cells[6], cells[8]),
                      sample(cells[5], cells[7], cells[9])));
        } catch (IllegalArgumentException e) {
          throw new IOException(file + ", line " + number + ": " + e.getMessage(), e);
        }
      }
    }
    List<Verdict> verdicts = new ArrayList<>();
    series.forEach((key, rows) -> verdicts.add(judge(key.split(",", -1), rows, alpha)));
    return verdicts;
  }

  private static Verdict judge(String[] key, List<Row> rows, double alpha) {
    ConfidenceSequence sequence = new ConfidenceSequence(alpha, ConfidenceSequence.TIGHTEST_AT);
    double smallestP = 1;
    double decidedAt = -1;
    String sequential = "open";
    for (Row row : rows) {
      if (Math.min(row.control().units(), row.variant().units()) < Analysis.UNITS_MIN) {
        continue;
      }
      Difference difference = Difference.welch(row.control(), row.variant(), 1 - alpha);
      long units = row.control().units() + row.variant().units();
      double p = sequence.pValue(units, difference.value(), difference.standardError());
      smallestP = Math.min(smallestP, p);
      if (decidedAt < 0 && p < alpha) {
        decidedAt = row.time();
        sequential = difference.value() > 0 ? "better" : "worse";
      }
    }
    Row last = rows.getLast();
    Difference end = Difference.welch(last.control(), last.variant(), 1 - alpha);
    double ratio =
        SampleRatio.pValue(
            new long[] {last.control().units(), last.variant().units()}, new double[] {1, 1});
    boolean refused = ratio < SampleRatio.P_VALUE_MIN;
    String fixed = end.pValue() >= alpha ? "open" : end.value() > 0 ? "better" : "worse";
    return new Verdict(
        key[0],
        key[1],
        key[2],
        last.control().units() + last.variant().units(),
        ratio,
        end.value(),
        end.pValue(),
        smallestP,
        refused ? "refused" : fixed,
        refused ? "refused" : sequential,
        decidedAt);
  }

  private static Sample sample(String count, String mean, String variance) {
    return new Sample(
        Math.round(Double.parseDouble(count)),
        Double.parseDouble(mean),
        Double.parseDouble(variance));
  }
}
