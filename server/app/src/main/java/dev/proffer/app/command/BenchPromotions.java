// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.allocation.AllocationBenchmark;
import dev.proffer.ranker.ledger.LedgerBenchmark;
import dev.proffer.ranker.promotion.CartBenchmark;
import dev.proffer.runtime.file.FolderTree;
import dev.proffer.runtime.sql.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Everything about promotions that has a promise in figures.
@Command(
    name = "promotions",
    description =
        "Price carts and candidates, reserve and commit redemptions on SQLite and PostgreSQL, and"
            + " allocate offers, each beside its promise.",
    footer = "./proffer bench promotions --seconds 5",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchPromotions implements Callable<Integer> {
  private static final long SEED = 1;

  @ParentCommand private BenchCommand parent;

  @Option(names = "--seconds", description = "CPU seconds for each kind of cart (default: 3).")
  private double seconds = 3;

  @Option(names = "--carts", description = "Carts whose gap is measured (default: 300).")
  private int carts = 300;

  @Option(names = "--redemptions", description = "Redemptions on each database (default: 4000).")
  private int redemptions = 4_000;

  @Option(
      names = "--postgresql",
      description =
          "JDBC URL of an empty PostgreSQL database; without it, one is started from the installed"
              + " server programs, or left out where there are none.")
  private @org.jspecify.annotations.Nullable String postgresql;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  private final Map<String, Double> figures = new LinkedHashMap<>();
  private final Table table = new Table("promotions", ">measured", ">promise");

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    console.say("pricing carts");
    CartBenchmark.Speed small = CartBenchmark.measure(5, 50, SEED, seconds);
    row(
        "carts a CPU second, 5 lines × 50 promotions",
        "small_carts_per_second",
        small.cartsPerSecond(),
        "%,.0f",
        ">= 20,000");
    CartBenchmark.Speed large = CartBenchmark.measure(30, 200, SEED, seconds);
    row(
        "30 lines × 200 promotions, p99 CPU ms",
        "large_p99_cpu_ms",
        large.p99CpuMillis(),
        "%.2f",
        "<= 3");
    row("  p99 ms by the clock, whatever else runs", "large_p99_ms", large.p99Millis(), "%.2f", "");
    row("  carts a CPU second", "large_carts_per_second", large.cartsPerSecond(), "%,.0f", "");
    CartBenchmark.Gap gap = CartBenchmark.gap(30, 200, SEED, carts);
    row("  solved exactly", "large_exact", 100 * gap.exact(), "%.1f %%", "");
    row("  best known (100 × the steps)", "large_known", 100 * gap.known(), "%.1f %%", "");
    row("  mean gap of the others to the best", "large_gap_mean", 100 * gap.mean(), "%.4f %%", "");
    row("  greatest gap", "large_gap_worst", 100 * gap.worst(), "%.4f %%", "");
    row(
        "  mean gap of the greedy combination",
        "greedy_gap_mean",
        100 * gap.greedyMean(),
        "%.4f %%",
        "");
    row(
        "  greatest gap of the greedy combination",
        "greedy_gap_worst",
        100 * gap.greedyWorst(),
        "%.4f %%",
        "");
    CartBenchmark.Candidates candidates = CartBenchmark.candidates(500, 1_000, SEED, 2_000);
    row(
        "500 candidates × 1,000 promotions, p50 CPU ms",
        "candidates_p50_cpu_ms",
        candidates.p50CpuMillis(),
        "%.3f",
        "<= 2");
    row("  p99 CPU ms", "candidates_p99_cpu_ms", candidates.p99CpuMillis(), "%.3f", "<= 2");
    console.say("redeeming on SQLite");
    ledgerOnSqlite();
    console.say("redeeming on PostgreSQL");
    ledgerOnPostgresql(console);
    console.say("allocating offers");
    AllocationBenchmark.Quality allocation = AllocationBenchmark.measure(10, 2_000);
    row(
        "allocation over the linear program, worst of 10",
        "allocation_ratio",
        100 * allocation.ratio(),
        "%.2f %%",
        ">= 99 %");
    row(
        "  people one by one, paced",
        "allocation_paced_ratio",
        100 * allocation.pacedRatio(),
        "%.2f %%",
        "");
    row(
        "  overspend, minor units",
        "allocation_overspend",
        (double) allocation.overspendMinorUnits(),
        "%.0f",
        "0");
    table.lines().forEach(console::print);
    if (json) {
      console.print(
          figures.entrySet().stream()
              .map(figure ->
                  String.format(Locale.ROOT, "\"%s\":%.6f", figure.getKey(), figure.getValue()))
              .collect(Collectors.joining(",", "{", "}")));
    }
    return Commands.DONE;
  }

  private void ledgerOnSqlite() throws IOException {
    Path folder = Files.createTempDirectory("proffer-ledger");
    try (Database database = Database.sqlite(folder.resolve("ledger.db"))) {
      ledger("SQLite", "sqlite", database, ">= 2,000");
    } finally {
      FolderTree.delete(folder);
    }
  }

  private void ledgerOnPostgresql(Console console) throws Exception {
    if (postgresql != null) {
      try (Database database = Database.postgresql(postgresql, "", "", 80)) {
        ledger("PostgreSQL", "postgresql", database, "more");
      }
      return;
    }
    Optional<Path> programs = LocalPostgresql.programs();
    if (programs.isEmpty()) {
      console.say("bench: no PostgreSQL server is installed, so it is left out (see --postgresql)");
      return;
    }
    try (LocalPostgresql server = LocalPostgresql.start(programs.get());
        Database database = Database.postgresql(server.url(), "postgres", "", 80)) {
      ledger("PostgreSQL", "postgresql", database, "more");
    }
  }

  private void ledger(String name, String key, Database database, String promise) {
    ledger(name, key, LedgerBenchmark.measure(database, redemptions, false), promise);
    if (database.engine() == Database.Engine.POSTGRESQL) {
      ledger(
          name + ", leased",
          key + "_leased",
          LedgerBenchmark.measure(database, redemptions, true),
          promise);
    }
  }

  private void ledger(String name, String key, LedgerBenchmark.Speed speed, String promise) {
    row(
        "reserve + commit a second on " + name,
        "ledger_" + key + "_per_second",
        speed.perSecond(),
        "%,.0f",
        promise);
    row(
        "  a CPU second of this process",
        "ledger_" + key + "_per_cpu_second",
        speed.perCpuSecond(),
        "%,.0f",
        "");
    row(
        "  spent above the budget",
        "ledger_" + key + "_overspend",
        (double) speed.overspendMinorUnits(),
        "%.0f",
        "0");
  }

  private void row(String what, String key, double value, String format, String promise) {
    figures.put(key, value);
    table.row(what, String.format(Locale.ROOT, format, value), promise);
  }
}
