// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.featurestore.bench.IngestBench;
import dev.proffer.runtime.file.FolderTree;
import dev.proffer.runtime.redis.EmbeddedRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Taking in events.
@Command(
    name = "ingest",
    description =
        "Ingest events over gRPC, each on disk before it is acknowledged and in twelve aggregations,"
            + " beside a bare forced append and bare SETs, on a redis-server of its own.",
    footer = "./proffer bench ingest --events 400000",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchIngestCommand implements Callable<Integer> {
  @ParentCommand private BenchCommand parent;

  @Option(names = "--events", description = "Events to measure (default: 400000).")
  private int events = 400_000;

  @Option(names = "--batch", description = "Events in one request (default: 500).")
  private int batch = 500;

  @Option(names = "--callers", description = "Requests under way (default: 8).")
  private int callers = 8;

  @Option(names = "--users", description = "People, of whom few do most (default: 50000).")
  private int users = 50_000;

  @Option(names = "--items", description = "Items, of which few get most (default: 10000).")
  private int items = 10_000;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    Path folder = Files.createTempDirectory("proffer-bench");
    IngestBench.Result result;
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"))) {
      result =
          IngestBench.run(
              new IngestBench.Options(
                  folder.resolve("data"), redis.uri(), events, batch, callers, users, items, 42),
              console::say);
    } finally {
      FolderTree.delete(folder);
    }
    result
        .figures()
        .forEach(
            (key, value) -> console.print(String.format(Locale.ROOT, "%-24s %.2f", key, value)));
    if (json) {
      console.print(
          result.figures().entrySet().stream()
              .map(figure ->
                  String.format(Locale.ROOT, "\"%s\":%.4f", figure.getKey(), figure.getValue()))
              .collect(Collectors.joining(",", "{", "}")));
    }
    return Commands.DONE;
  }
}
