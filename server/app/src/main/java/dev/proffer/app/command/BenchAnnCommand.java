// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.index.IndexBenchmark;
import dev.proffer.ranker.index.IndexBenchmark.Curve;
import dev.proffer.ranker.index.IndexBenchmark.Data;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Our search of a vector index beside those of hnswlib.
@Command(
    name = "ann",
    description =
        "Search for the 100 nearest vectors: our frozen graph beside the C++ hnswlib and"
            + " hnswlib-core, with the same parameters, on one thread each.",
    footer = "./proffer bench ann --vectors 50000 --python .venv/bin/python",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchAnnCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double[] RECALLS = {0.9, 0.95, 0.99};
  private static final int OPENINGS = 5;

  @ParentCommand private BenchCommand parent;

  @Option(
      names = "--vectors",
      description = "Vectors of 64 elements to generate, for inner products (default: 200000).")
  private int vectors = 200_000;

  @Option(
      names = "--fashion-mnist",
      paramLabel = "FOLDER",
      description = "Take the pictures of Fashion-MNIST (its .gz files) instead, by distance.")
  private @Nullable Path fashion;

  @Option(names = "--queries", description = "How many to ask (default: 1000).")
  private int queries = 1_000;

  @Option(
      names = "--python",
      paramLabel = "PYTHON",
      description =
          "An interpreter with the packages hnswlib and numpy; without it C++ is left out.")
  private @Nullable Path python;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Draw recall over queries a second, as SVG.")
  private @Nullable Path picture;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Option(
      names = "--open",
      description = "Only save an index and time opening it, from its checksum to an answer.")
  private boolean open;

  @Override
  public Integer call() throws IOException {
    check("--vectors", vectors, 1_000, 2_000_000);
    check("--queries", queries, 10, 10_000);
    Console console = parent.console();
    Data data =
        fashion == null
            ? IndexBenchmark.factors(vectors, 64, queries, 1)
            : IndexBenchmark.fashion(fashion, queries);
    if (open) {
      IndexBenchmark.Opening opening =
          IndexBenchmark.open(
              data, Runtime.getRuntime().availableProcessors(), OPENINGS, console::say);
      console.print(
          String.format(
              Locale.ROOT,
              "%.0f MB, from opening to the first answer: %.0f ms at first, %.0f ms at best",
              opening.megabytes(),
              opening.millis().getFirst(),
              Collections.min(opening.millis())));
      return Commands.DONE;
    }
    List<Curve> curves = IndexBenchmark.run(data, python, console::say);
    Table table =
        new Table(
            data.name(),
            ">MB",
            ">build s",
            ">queries/s at .90",
            ">at .95",
            ">at .99",
            ">best recall");
    for (Curve curve : curves) {
      table.row(
          curve.name(),
          curve.bytes() == 0 ? "" : String.format(Locale.ROOT, "%.1f", curve.bytes() / 1e6),
          String.format(Locale.ROOT, "%.1f", curve.buildSeconds()),
          figure(curve.perSecondAt(RECALLS[0])),
          figure(curve.perSecondAt(RECALLS[1])),
          figure(curve.perSecondAt(RECALLS[2])),
          String.format(Locale.ROOT, "%.4f", curve.points().getLast().recall()));
    }
    table.printTo(console);
    if (picture != null) {
      Files.writeString(
          picture,
          RecallPicture.of(
              String.format(
                  Locale.ROOT,
                  "%s: %,d vectors of %d",
                  data.name(),
                  data.base().length / data.dimension(),
                  data.dimension()),
              curves));
      console.say("drawn to " + picture);
    }
    if (json) {
      console.print(JSON.writeValueAsString(figures(curves)));
    }
    return Commands.DONE;
  }

  private static String figure(double perSecond) {
    return Double.isNaN(perSecond) ? "not reached" : String.format(Locale.ROOT, "%.0f", perSecond);
  }

  private static void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: %d (expected: %,d to %,d)", option, value, least, most));
    }
  }

  private static Map<String, Object> figures(List<Curve> curves) {
    Map<String, Object> figures = new LinkedHashMap<>();
    Curve ours = named(curves, "frozen, float");
    Curve packed = named(curves, "frozen, int8");
    for (Curve curve : curves) {
      if (curve.name().equals("hnswlib (C++)")) {
        ratio(figures, "cpp_ratio", ours, curve);
        figures.put("int8_memory_ratio", (double) packed.bytes() / curve.bytes());
      } else if (curve.name().equals("hnswlib-core")) {
        ratio(figures, "hnswlib_core_ratio", ours, curve);
      }
    }
    List<Map<String, Object>> drawn = new ArrayList<>();
    for (Curve curve : curves) {
      for (IndexBenchmark.Point point : curve.points()) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("index", curve.name());
        row.put("width", point.width());
        row.put("recall", point.recall());
        row.put("queries_per_second", point.perSecond());
        drawn.add(row);
      }
    }
    figures.put("curves", drawn);
    return figures;
  }

  /// At the highest recall that both reach.
  private static void ratio(Map<String, Object> figures, String name, Curve ours, Curve other) {
    for (double recall : RECALLS) {
      double ratio = ours.perSecondAt(recall) / other.perSecondAt(recall);
      if (!Double.isNaN(ratio)) {
        figures.put(name, ratio);
        figures.put(name + "_at_" + Math.round(recall * 100), ratio);
      }
    }
  }

  private static Curve named(List<Curve> curves, String name) {
    return curves.stream().filter(curve -> curve.name().equals(name)).findFirst().orElseThrow();
  }
}
