// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.ctr.HeadBenchmark;
import dev.proffer.ranker.learning.TreeBenchmark;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Our scoring of trees beside that of LightGBM.
@Command(
    name = "trees",
    description =
        "Score rows of 20 columns with boosted trees: our walker beside LightGBM, on one thread; and"
            + " candidates of 60 columns with calibrated heads.",
    footer = "./proffer bench trees --trees 200",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchTreesCommand implements Callable<Integer> {
  private static final int COLUMNS = 60;
  private static final int REQUESTS = 500;

  @ParentCommand private BenchCommand parent;

  @Option(names = "--trees", description = "Trees of the model (default: 200).")
  private int trees = 200;

  @Option(names = "--rows", description = "Rows to score (default: 20000).")
  private int rows = 20_000;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() {
    if (rows < 1_000 || rows > 1_000_000) {
      throw new IllegalArgumentException("--rows: " + rows + " (expected: 1,000 to 1,000,000)");
    }
    if (trees < 1 || trees > 5_000) {
      throw new IllegalArgumentException("--trees: " + trees + " (expected: 1 to 5,000)");
    }
    Console console = parent.console();
    TreeBenchmark.Speed speed = TreeBenchmark.measure(trees, rows, 8);
    Table table = new Table("", ">ns a row");
    table.row("our walker, 200 rows", String.format(Locale.ROOT, "%.0f", speed.rowsNanosPerRow()));
    table.row("our walker, 1 row", String.format(Locale.ROOT, "%.0f", speed.walkerNanosPerRow()));
    table.row("LightGBM, 200 rows", String.format(Locale.ROOT, "%.0f", speed.matrixNanosPerRow()));
    table.row("LightGBM, 1 row", String.format(Locale.ROOT, "%.0f", speed.singleNanosPerRow()));
    table.printTo(console);
    console.print(
        String.format(
            Locale.ROOT, "largest difference of a prediction: %.1e", speed.largestDifference()));
    Table heads = new Table("calibrated head", ">fields", ">ns a candidate", ">bytes a candidate");
    StringBuilder costs = new StringBuilder();
    for (HeadBenchmark.Cost cost : HeadBenchmark.measure(COLUMNS, REQUESTS)) {
      heads.row(
          cost.kind(),
          cost.fields(),
          String.format(Locale.ROOT, "%.0f", cost.nanos()),
          String.format(Locale.ROOT, "%.1f", cost.bytes()));
      costs.append(
          String.format(
              Locale.ROOT, ",\"head_%s_ns\":%.1f", cost.kind().replace('-', '_'), cost.nanos()));
    }
    heads.printTo(console);
    if (json) {
      console.print(
          String.format(
              Locale.ROOT,
              "{\"trees\":%d,\"largest_difference\":%.3e,\"walker_ns\":%.1f,\"rows_ns\":%.1f,\"matrix_ns\":%.1f,"
                  + "\"single_ns\":%.1f,\"matrix_ratio\":%.3f%s}",
              speed.trees(),
              speed.largestDifference(),
              speed.walkerNanosPerRow(),
              speed.rowsNanosPerRow(),
              speed.matrixNanosPerRow(),
              speed.singleNanosPerRow(),
              speed.matrixNanosPerRow() / speed.rowsNanosPerRow(),
              costs));
    }
    return Commands.DONE;
  }
}
