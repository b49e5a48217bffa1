// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.importing.OnlineRetailImporter;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.insight.v1.GetReportRequest;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.insight.EventTable;
import dev.proffer.ranker.insight.Findings;
import dev.proffer.ranker.insight.ItemDirectory;
import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.ShopEvent;
import dev.proffer.ranker.insight.Study;
import dev.proffer.ranker.insight.report.InsightReport;
import dev.proffer.ranker.segment.Segmentation;
import dev.proffer.runtime.service.Peers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Writes the page for marketers.
@Command(
    name = "report",
    description =
        "Write the page for marketers: one HTML file with pictures and their numbers, in English and"
            + " Chinese.",
    footer = "./proffer insight report --out insight.html",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class InsightReportCommand implements Callable<Integer> {
  private static final int MEMORY_MAX_MEGABYTES = 1_024;
  private static final long EVENTS_MAX = 50_000_000;

  @ParentCommand private InsightCommand parent;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the page goes (default: insight.html).")
  private Path out = Path.of("insight.html");

  @Option(
      names = "--orders",
      paramLabel = "FILE",
      description =
          "Study the orders of a file like UCI's Online Retail instead of an event log, without a"
              + " server.")
  private @Nullable Path orders;

  @Option(
      names = "--seeds",
      description = "With --orders: find segments from so many seeds and compare (default: 0).")
  private int seeds;

  @Option(names = "--fresh", description = "Study the event log first.")
  private boolean fresh;

  @Option(names = "--lang", paramLabel = "LANG", description = "The language that shows first.")
  private String language = "en";

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    if (orders != null) {
      return ofOrders(console, orders);
    }
    String html;
    try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      html =
          InsightCommand.studied(engine, fresh, console)
              .getReport(GetReportRequest.newBuilder().setLanguage(language).build())
              .getHtml();
    }
    Files.writeString(out, html);
    console.say("wrote " + out + " (" + html.length() / 1024 + " KB)");
    if (session.json()) {
      console.print("{\"bytes\":" + html.length() + "}");
    }
    return Commands.DONE;
  }

  private int ofOrders(Console console, Path file) throws IOException {
    long start = System.nanoTime();
    OnlineRetailImporter.Orders read =
        OnlineRetailImporter.read(
            file,
            OnlineRetailImporter.Options.defaults(),
            new ConsoleProgress(console, Clock.systemUTC()));
    Map<String, ItemFact> items = new HashMap<>();
    for (Item item : read.items()) {
      items.put(
          item.getItemId(),
          new ItemFact(
              item.getCategory(),
              item.getBrand(),
              item.getPriceMinorUnits(),
              item.getCurrency(),
              item.getTitlesMap()));
    }
    ItemDirectory directory = ItemDirectory.of(items);
    Findings findings;
    long events;
    try (EventTable table =
        new EventTable(directory, ZoneOffset.UTC, EVENTS_MAX, MEMORY_MAX_MEGABYTES)) {
      for (Event event : read.purchases()) {
        table.append(ShopEvent.of(event));
      }
      events = table.size();
      findings =
          new Study(Study.Options.defaults())
              .run(table, System.currentTimeMillis(), Segmentation.none());
    }
    String html = new InsightReport(directory, ZoneOffset.UTC).html(findings, language);
    Files.writeString(out, html);
    double seconds = (System.nanoTime() - start) / 1e9;
    double peakMegabytes = peakHeapBytes() / 1048576.0;
    console.print(
        String.format(
            Locale.ROOT,
            "%,d lines, %,d events, %,d people, %,d segments, %,d rules; page of %,d KB in %s",
            read.read(),
            events,
            findings.people().size(),
            findings.segmentation().segments().size(),
            findings.rules().rules().size(),
            html.length() / 1024,
            out));
    double cpuSeconds = cpuSeconds();
    console.print(
        String.format(
            Locale.ROOT,
            "%.1f s (%.1f s of all processors), peak heap at most %.0f MB",
            seconds,
            cpuSeconds,
            peakMegabytes));
    double least = Double.NaN;
    if (seeds > 1) {
      double[] agreement = Study.agreement(findings.people(), findings.shop().currency(), seeds);
      least = Arrays.stream(agreement).min().orElse(1);
      console.print(
          String.format(
              Locale.ROOT,
              "adjusted Rand index between %d seeds: least %.4f, mean %.4f",
              seeds,
              least,
              Arrays.stream(agreement).average().orElse(1)));
    }
    if (session.json()) {
      console.print(
          String.format(
              Locale.ROOT,
              "{\"lines\":%d,\"events\":%d,\"people\":%d,\"segments\":%d,\"rules\":%d,"
                  + "\"seconds\":%.2f,\"cpu_seconds\":%.2f,\"peak_heap_mb\":%.0f%s}",
              read.read(),
              events,
              findings.people().size(),
              findings.segmentation().segments().size(),
              findings.rules().rules().size(),
              seconds,
              cpuSeconds,
              peakMegabytes,
              Double.isNaN(least)
                  ? ""
                  : String.format(Locale.ROOT, ",\"adjusted_rand_min\":%.4f", least)));
    }
    return Commands.DONE;
  }

  /// What the process has used of all processors, so that a busy machine does not blur the figure;
  /// with the start of the JVM.
  private static double cpuSeconds() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e9
        : Double.NaN;
  }

  /// The sum of the peaks of all pools of the heap, which may not have been at the same time.
  private static long peakHeapBytes() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage == null ? 0 : usage.getUsed())
        .sum();
  }
}
