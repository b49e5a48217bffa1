// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.shop.SampleShop;
import dev.proffer.ranker.search.SearchStudy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// How well texts find items, and how fast.
@Command(
    name = "search",
    description =
        "Look for items of the sample shop by words, by meaning and by both: NDCG@10 for names,"
            + " typing errors and other words for the same, in English and Chinese, and latency.",
    footer = "./proffer bench search",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchSearchCommand implements Callable<Integer> {
  private static final String QUESTIONS = "/dev/proffer/app/shop/search-queries.tsv";
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParentCommand private BenchCommand parent;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = parent.console();
    SearchStudy.Report report =
        new SearchStudy(
                new SampleShop(7, Instant.ofEpochSecond(1_700_000_000)).items(),
                questions(),
                console::say)
            .run();
    List<String> kinds = new ArrayList<>(report.rows().getFirst().judging().keySet());
    List<String> head = new ArrayList<>(List.of("NDCG@10, questions that judge"));
    kinds.forEach(kind -> head.add(">" + kind));
    head.add(">all that choose");
    Table table = new Table(head.toArray(String[]::new));
    ObjectNode root = JSON.createObjectNode();
    for (SearchStudy.Quality row : report.rows()) {
      List<Object> cells = new ArrayList<>(List.of(row.way()));
      kinds.forEach(kind -> cells.add(figure(row.judging(), kind)));
      cells.add(figure(row.choosing(), "all"));
      table.row(cells.toArray());
      ObjectNode of = root.withObjectProperty("ndcg@10").withObjectProperty(row.way());
      row.judging().forEach(of::put);
    }
    table.printTo(console);
    Table latency = new Table("step", ">p50 ms", ">p99 ms");
    for (SearchStudy.Latency each : report.latencies()) {
      latency.row(
          each.step(),
          String.format(Locale.ROOT, "%.2f", each.p50()),
          String.format(Locale.ROOT, "%.2f", each.p99()));
      root.withObjectProperty("latency_ms")
          .withObjectProperty(each.step())
          .put("p50", each.p50())
          .put("p99", each.p99());
    }
    latency.printTo(console);
    console.print(
        String.format(
            Locale.ROOT,
            "%,d items; a title takes %.1f ms to encode",
            report.items(),
            report.encodeMillisPerTitle()));
    if (json) {
      root.put("items", report.items());
      root.put("encode_ms", report.encodeMillisPerTitle());
      console.print(root.toString());
    }
    return Commands.DONE;
  }

  private static String figure(Map<String, Double> figures, String kind) {
    return String.format(Locale.ROOT, "%.3f", figures.getOrDefault(kind, 0.0));
  }

  private static List<SearchStudy.Question> questions() throws IOException {
    try (InputStream in = BenchSearchCommand.class.getResourceAsStream(QUESTIONS)) {
      if (in == null) {
        throw new IOException(QUESTIONS + ": is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .map(cells ->
              new SearchStudy.Question(cells[0], cells[1], List.of(cells[2].split("\\|", -1))))
          .toList();
    }
  }
}
