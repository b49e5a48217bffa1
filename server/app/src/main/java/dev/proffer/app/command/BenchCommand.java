// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.featurestore.bench.FeatureBench;
import dev.proffer.runtime.file.FolderTree;
import dev.proffer.runtime.redis.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Measurements beside their controls.
@Command(
    name = "bench",
    description = "Measure a part beside its controls, in the same run.",
    footer = "./proffer bench features",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      BenchCommand.Features.class,
      BenchIngestCommand.class,
      BenchInsightCommand.class,
      BenchTreesCommand.class,
      BenchFactorsCommand.class,
      BenchPoliciesCommand.class,
      BenchPromotions.class,
      BenchAllocationCommand.class,
      BenchAnnCommand.class,
      BenchRecommendCommand.class,
      BenchSearchCommand.class,
      BenchWidgetCommand.class,
      BenchChatbotCommand.class
    })
final class BenchCommand implements Callable<Integer> {
  private final Console console;

  BenchCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    console.say("bench: name what to measure, such as 'bench features' or 'bench promotions'");
    return Commands.WRONG_USE;
  }

  /// Reading features.
  @Command(
      name = "features",
      description =
          "Read one user and 500 items of 20 numbers, beside the layout of Feast and a bare MGET,"
              + " on a redis-server of its own.",
      footer = "./proffer bench features --items 100000",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Features implements Callable<Integer> {
    @ParentCommand private BenchCommand parent;

    @Option(names = "--items", description = "Items to store (default: 50000).")
    private int items = 50_000;

    @Option(names = "--requests", description = "Requests of each kind (default: 2000).")
    private int requests = 2000;

    @Option(
        names = "--callers",
        description = "Callers at a time where throughput is compared (default: 4).")
    private int callers = 4;

    @Option(names = "--rate", description = "Requests a second of the open loop (default: 200).")
    private int perSecond = 200;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
      Console console = parent.console();
      Path folder = Files.createTempDirectory("proffer-bench");
      FeatureBench.Result result;
      try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
        result =
            FeatureBench.run(
                new FeatureBench.Options(redis.uri(), items, requests, 500, callers, perSecond, 42),
                console::say);
      } finally {
        FolderTree.delete(folder);
      }
      Table table =
          new Table("1 + 500 rows × 20 floats", ">client CPU ms", ">Redis CPU ms", ">p50 ms");
      row(table, "packed rows (ours)", result.ours());
      row(table, "bare MGET", result.raw());
      row(table, "hash for each entity (Feast)", result.control());
      row(table, "the same, sent together", result.kindControl());
      table.lines().forEach(console::print);
      Table openLoop =
          new Table(
              "open loop, %d a second".formatted(perSecond), ">p50 ms", ">p99 ms", ">p99.9 ms");
      latency(openLoop, "over gRPC", result.grpcOpenLoop());
      latency(openLoop, "bare MGET", result.rawOpenLoop());
      openLoop.lines().forEach(console::print);
      Table targets = new Table("figure", ">measured", ">target");
      target(targets, "client CPU ms a request", result.ours().clientCpuMillis(), "<= 0.35");
      target(targets, "Redis CPU ms a request", result.ours().redisCpuMillis(), "<= 0.65");
      target(targets, "client CPU, Feast layout / ours", result.figure("control_ratio"), ">= 40");
      target(targets, "requests a second, gRPC / bare MGET", result.figure("raw_ratio"), ">= 0.7");
      target(targets, "bytes a row of 20 floats in Redis", result.bytesPerRow(), "<= 180");
      target(targets, "reply bytes / floats and statuses", result.responseRatio(), "<= 1.15");
      targets.lines().forEach(console::print);
      Map<String, Double> figures = result.figures();
      figures.forEach(
          (key, value) -> console.print(String.format(Locale.ROOT, "%-22s %.3f", key, value)));
      if (json) {
        console.print(
            figures.entrySet().stream()
                .map(figure ->
                    String.format(Locale.ROOT, "\"%s\":%.4f", figure.getKey(), figure.getValue()))
                .collect(Collectors.joining(",", "{", "}")));
      }
      return Commands.DONE;
    }

    private static void row(Table table, String name, FeatureBench.Cost cost) {
      table.row(
          name,
          String.format(Locale.ROOT, "%.3f", cost.clientCpuMillis()),
          String.format(Locale.ROOT, "%.3f", cost.redisCpuMillis()),
          String.format(Locale.ROOT, "%.2f", cost.p50Millis()));
    }

    private static void latency(Table table, String name, FeatureBench.Latency latency) {
      table.row(
          name,
          String.format(Locale.ROOT, "%.2f", latency.p50()),
          String.format(Locale.ROOT, "%.2f", latency.p99()),
          String.format(Locale.ROOT, "%.2f", latency.p999()));
    }

    private static void target(Table table, String name, double measured, String wanted) {
      table.row(name, String.format(Locale.ROOT, "%.3f", measured), wanted);
    }
  }
}
