// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.basket.Apriori;
import dev.proffer.ranker.basket.Baskets;
import dev.proffer.ranker.basket.FpGrowth;
import dev.proffer.ranker.basket.ItemsetMiner;
import dev.proffer.ranker.basket.RuleMiner;
import dev.proffer.ranker.basket.RuleMiner.Query;
import dev.proffer.ranker.basket.RuleMiner.Result;
import dev.proffer.ranker.basket.RuleMiner.Rule;
import dev.proffer.runtime.file.PlainOrGzip;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// What behaviour says about people and baskets.
@Command(
    name = "insight",
    description = "Say what is bought together.",
    footer = "./proffer insight rules --data baskets.csv --min-support 0.01 --min-confidence 0.5",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = InsightCommand.Rules.class)
final class InsightCommand implements Callable<Integer> {
  private final Console console;

  InsightCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    console.say("insight: name what to show, such as 'insight rules'");
    return Commands.WRONG_USE;
  }

  /// Association rules of a file of baskets.
  @Command(
      name = "rules",
      description = "Find association rules in a file with one basket a line, items by commas.",
      footer = "./proffer insight rules --data baskets.csv --min-support 0.01 --min-confidence 0.5",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Rules implements Callable<Integer> {
    /// Ways to find frequent itemsets; both find the same ones.
    enum Algorithm {
      FP_GROWTH,
      APRIORI
    }

    @ParentCommand private InsightCommand parent;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "Plain or .gz.")
    private Path data;

    @Option(names = "--min-support", description = "Least share of baskets (default: 0.01).")
    private double minSupport = 0.01;

    @Option(names = "--min-confidence", description = "Least confidence (default: 0.5).")
    private double minConfidence = 0.5;

    @Option(names = "--min-length", description = "Least items of both sides (default: 1).")
    private int minLength = 1;

    @Option(names = "--max-length", description = "Most items of both sides (default: 10).")
    private int maxLength = 10;

    @Option(names = "--prune", description = "Leave out rules that a shorter one makes redundant.")
    private boolean prune;

    @Option(names = "--algorithm", description = "fp_growth or apriori (default: fp_growth).")
    private Algorithm algorithm = Algorithm.FP_GROWTH;

    @Option(names = "--top", description = "How many rules to print (default: 20).")
    private int top = 20;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      Console console = parent.console();
      Query query = new Query(minSupport, minConfidence, minLength, maxLength, prune);
      long started = System.nanoTime();
      Baskets baskets;
      try (BufferedReader lines = PlainOrGzip.lines(data)) {
        baskets = Baskets.read(lines);
      }
      Result result = new RuleMiner(miner()).mine(baskets, query);
      double seconds = (System.nanoTime() - started) / 1e9;
      console.say(
          String.format(
              Locale.ROOT,
              "%,d baskets, %,d items, %,d occurrences (%,d empty lines, %,d repeated items left out)",
              baskets.size(),
              baskets.itemCount(),
              baskets.occurrences(),
              baskets.emptyBaskets(),
              baskets.repeatedItems()));
      print(console, result);
      if (json) {
        console.print(
            String.format(
                Locale.ROOT,
                "{\"baskets\":%d,\"items\":%d,\"occurrences\":%d,\"itemsets\":%d,\"rules\":%d,"
                    + "\"pruned\":%d,\"seconds\":%.3f}",
                baskets.size(),
                baskets.itemCount(),
                baskets.occurrences(),
                result.itemsets(),
                result.rules().size(),
                result.pruned(),
                seconds));
      }
      return Commands.DONE;
    }

    private void print(Console console, Result result) {
      Table table =
          new Table(
              "when", "then", ">baskets", ">support", ">confidence", ">lift", ">conviction", ">p");
      for (Rule rule : result.rules().stream().limit(Math.max(0, top)).toList()) {
        table.row(
            rule.when().isEmpty() ? "(always)" : String.join(", ", rule.when()),
            rule.then(),
            rule.baskets(),
            String.format(Locale.ROOT, "%.4f", rule.support()),
            String.format(Locale.ROOT, "%.3f", rule.confidence()),
            String.format(Locale.ROOT, "%.2f", rule.lift()),
            Double.isInfinite(rule.conviction())
                ? "∞"
                : String.format(Locale.ROOT, "%.2f", rule.conviction()),
            String.format(Locale.ROOT, "%.1e", rule.pValue()));
      }
      table.printTo(console);
      console.print("");
      console.print(
          String.format(
              Locale.ROOT,
              "%,d frequent itemsets, %,d rules%s",
              result.itemsets(),
              result.rules().size(),
              prune
                  ? String.format(Locale.ROOT, " (%,d redundant ones left out)", result.pruned())
                  : ""));
    }

    private ItemsetMiner miner() {
      return switch (algorithm) {
        case FP_GROWTH -> new FpGrowth();
        case APRIORI -> new Apriori();
      };
    }
  }
}
