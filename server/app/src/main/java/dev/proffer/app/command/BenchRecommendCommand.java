// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.load.RecommendBenchmark;
import dev.proffer.app.load.RecommendBenchmark.Report;
import dev.proffer.app.load.RecommendBenchmark.StageCost;
import dev.proffer.runtime.file.FolderTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// What a recommendation costs.
@Command(
    name = "recommend",
    description =
        "Recommend from a large catalogue: 500 candidates, 60 features, 300 trees, feature store in"
            + " the same process, at a fixed rate; and rank 200 candidates beside what Metarank"
            + " publishes.",
    footer = "./proffer bench recommend --items 20000 --seconds 10",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchRecommendCommand implements Callable<Integer> {
  /// One sequential client, 200 candidates, p99 in milliseconds, from the latency chart of Metarank
  /// 0.7.11 (doc/img/latency.png); its hardware is not named.
  private static final double METARANK_P99 = 18;

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParentCommand private BenchCommand parent;

  @Option(names = "--items", description = "Items of the catalogue (default: 100000).")
  private int items = 100_000;

  @Option(names = "--trees", description = "Trees of the ranker (default: 300).")
  private int trees = 300;

  @Option(names = "--rate", description = "Requests a second of the open loop (default: 100).")
  private double rate = 100;

  @Option(names = "--seconds", description = "How long the open loop is (default: 60).")
  private double seconds = 60;

  @Option(names = "--warm-up", description = "Requests to warm up with (default: 1500).")
  private int warmUp = 1_500;

  @Option(
      names = "--warm-up-seconds",
      description = "Seconds of the open loop that do not count (default: 90).")
  private double warmUpSeconds = 90;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    if (items < 2_000 || items > 2_000_000) {
      throw new IllegalArgumentException("--items: " + items + " (expected: 2,000 to 2,000,000)");
    }
    Console console = parent.console();
    Path folder = Files.createTempDirectory("proffer-bench-recommend-");
    Report report;
    try {
      report =
          new RecommendBenchmark(
                  new RecommendBenchmark.Options(
                      items, trees, rate, seconds, warmUp, warmUpSeconds),
                  console::say)
              .run(folder);
    } finally {
      FolderTree.delete(folder);
    }
    Table stages = new Table("stage, one by one", ">wall ms", ">CPU ms", ">kB");
    for (StageCost stage : report.stages()) {
      stages.row(
          stage.name(),
          figure(stage.wallMillis()),
          figure(stage.cpuMillis()),
          figure(stage.bytes() / 1e3));
    }
    stages.printTo(console);
    Table table = new Table("", ">p50 ms", ">p99 ms", ">p99.9 ms", ">CPU ms", ">kB");
    table.row(
        String.format(Locale.ROOT, "Recommend, open loop %.0f/s", rate),
        figure(report.p50()),
        figure(report.p99()),
        figure(report.p999()),
        figure(report.cpuMillis()),
        figure(report.allocatedBytes() / 1e3));
    table.row("Recommend, one by one", figure(report.stageWallP50()), "", "", "", "");
    table.row(
        "Rank of 200, one by one", figure(report.rankP50()), figure(report.rankP99()), "", "", "");
    table.printTo(console);
    console.say(
        String.format(
            Locale.ROOT,
            "%d columns, %d trees, %d requests, %d failed, generator late by %.2f ms (p99); Rank is"
                + " %.1f times as fast as the %.0f ms that Metarank publishes",
            report.columns(),
            report.trees(),
            report.requests(),
            report.failed(),
            report.lagP99(),
            METARANK_P99 / report.rankP99(),
            METARANK_P99));
    if (json) {
      console.print(JSON.writeValueAsString(figures(report)));
    }
    return Commands.DONE;
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static Map<String, Object> figures(Report report) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("p50_ms", report.p50());
    figures.put("p99_ms", report.p99());
    figures.put("p999_ms", report.p999());
    figures.put("cpu_ms", report.cpuMillis());
    figures.put("allocated_bytes", report.allocatedBytes());
    figures.put("requests", report.requests());
    figures.put("failed", report.failed());
    figures.put("columns", report.columns());
    figures.put("trees", report.trees());
    figures.put("rank_p50_ms", report.rankP50());
    figures.put("rank_p99_ms", report.rankP99());
    figures.put("metarank_ratio", METARANK_P99 / report.rankP99());
    Map<String, Object> stages = new LinkedHashMap<>();
    for (StageCost stage : report.stages()) {
      Map<String, Object> cost = new LinkedHashMap<>();
      cost.put("wall_ms", stage.wallMillis());
      cost.put("cpu_ms", stage.cpuMillis());
      cost.put("allocated_bytes", stage.bytes());
      stages.put(stage.name(), cost);
    }
    figures.put("stages", stages);
    return figures;
  }
}
