// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.ranker.basket.BasketBenchmark;
import dev.proffer.ranker.insight.InsightBenchmark;
import dev.proffer.ranker.segment.ClusterBenchmark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Measures insight.
@Command(
    name = "insight",
    description =
        "Measure the rpcs of portraits and intent; with --lines the association rules of so many"
            + " generated basket lines; with --points K-means on so many generated points; with"
            + " --follow how soon so many changes of behaviour show.",
    footer = "./proffer bench insight --lines 10000000",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchInsightCommand implements Callable<Integer> {
  @ParentCommand private BenchCommand parent;

  @Option(names = "--people", description = "People of the generated shop (default: 5000).")
  private int people = 5_000;

  @Option(names = "--calls", description = "Calls of each kind (default: 5000).")
  private int calls = 5_000;

  @Option(names = "--lines", description = "Basket lines to generate and mine.")
  private long lines;

  @Option(names = "--items", description = "Different items of the basket lines (default: 20000).")
  private int items = 20_000;

  @Option(
      names = "--follow",
      description = "Changes of behaviour to follow through an engine of its own.")
  private int follow;

  @Option(names = "--points", description = "Points to generate and cluster.")
  private int points;

  @Option(names = "--k", description = "Clusters of the points (default: 8).")
  private int k = 8;

  @Option(names = "--starts", description = "Starts, of which the best counts (default: 8).")
  private int starts = 8;

  @Option(names = "--threads", description = "Threads of K-means (default: 1).")
  private int threads = 1;

  @Option(names = "--write", paramLabel = "FILE", description = "Where the points go.")
  private @Nullable Path write;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    if (lines > 0) {
      BasketBenchmark.Result result = BasketBenchmark.run(lines, items, 0.0005, 1);
      console.print(
          String.format(
              Locale.ROOT,
              "%,d lines in %,d baskets of %,d items: built in %.1f s, %,d itemsets and %,d rules in"
                  + " %.1f s; %d of %d planted pairs found",
              result.lines(),
              result.baskets(),
              result.items(),
              result.buildSeconds(),
              result.itemsets(),
              result.rules(),
              result.mineSeconds(),
              result.found(),
              result.planted()));
      print(
          console,
          "{\"lines\":%d,\"itemsets\":%d,\"rules\":%d,\"found\":%d,\"build_seconds\":%.2f,"
              + "\"mine_seconds\":%.2f}",
          result.lines(),
          result.itemsets(),
          result.rules(),
          result.found(),
          result.buildSeconds(),
          result.mineSeconds());
      return Commands.DONE;
    }
    if (follow > 0) {
      follow(console);
      return Commands.DONE;
    }
    if (points > 0) {
      Path file = write == null ? Files.createTempFile("points", ".csv") : write;
      ClusterBenchmark.Result result = ClusterBenchmark.run(file, points, 9, k, starts, threads);
      if (write == null) {
        Files.deleteIfExists(file);
      }
      console.print(
          String.format(
              Locale.ROOT,
              "%,d points in %d clusters: inertia %.1f in %.2f s (%.2f s of all processors)",
              result.points(),
              result.k(),
              result.inertia(),
              result.seconds(),
              result.cpuSeconds()));
      print(console, "%s", ClusterBenchmark.json(result));
      return Commands.DONE;
    }
    InsightBenchmark.Result result = InsightBenchmark.run(people, calls);
    console.print(
        String.format(
            Locale.ROOT,
            "portrait: p50 %.3f ms, p99 %.3f ms, %.3f ms of processor; intent: p50 %.3f ms; an event"
                + " and the portrait with it: p50 %.3f ms",
            result.portraitP50(),
            result.portraitP99(),
            result.cpuMillis(),
            result.intentP50(),
            result.followP50()));
    print(
        console,
        "{\"portrait_p50_ms\":%.4f,\"portrait_p99_ms\":%.4f,\"cpu_ms\":%.4f,\"intent_p50_ms\":%.4f,"
            + "\"follow_p50_ms\":%.4f}",
        result.portraitP50(),
        result.portraitP99(),
        result.cpuMillis(),
        result.intentP50(),
        result.followP50());
    return Commands.DONE;
  }

  private void follow(Console console) throws Exception {
    InsightFollowBenchmark.Result result = InsightFollowBenchmark.run(follow, console::say);
    double[] figures = {
      InsightFollowBenchmark.Result.at(result.portrait(), 0.5),
      InsightFollowBenchmark.Result.at(result.portrait(), 0.99),
      InsightFollowBenchmark.Result.at(result.portrait(), 1),
      InsightFollowBenchmark.Result.at(result.membership(), 0.5),
      InsightFollowBenchmark.Result.at(result.membership(), 0.99),
      InsightFollowBenchmark.Result.at(result.membership(), 1)
    };
    console.print(
        String.format(
            Locale.ROOT,
            "after the acknowledgement of a purchase the portrait has it: p50 %.0f ms, p99 %.0f ms,"
                + " at most %.0f ms (%d changes); the feature store has the segment: p50 %.0f ms,"
                + " p99 %.0f ms, at most %.0f ms (%d changes)",
            figures[0],
            figures[1],
            figures[2],
            result.portrait().length,
            figures[3],
            figures[4],
            figures[5],
            result.membership().length));
    print(
        console,
        "{\"portrait_p50_ms\":%.1f,\"portrait_p99_ms\":%.1f,\"portrait_max_ms\":%.1f,"
            + "\"membership_p50_ms\":%.1f,\"membership_p99_ms\":%.1f,"
            + "\"membership_max_ms\":%.1f}",
        figures[0],
        figures[1],
        figures[2],
        figures[3],
        figures[4],
        figures[5]);
  }

  @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency.
  private void print(Console console, String format, Object... arguments) {
    if (json) {
      console.print(String.format(Locale.ROOT, format, arguments));
    }
  }
}
