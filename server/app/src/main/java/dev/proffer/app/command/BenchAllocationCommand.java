// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.allocation.AllocationBenchmark;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Who gets which offer, beside the optimum.
@Command(
    name = "allocation",
    description = {
      "Allocate five offers under a budget, in one go and person by person, beside the optimum of the",
      "linear program in hindsight."
    },
    footer = "./proffer bench allocation --people 20000",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchAllocationCommand implements Callable<Integer> {
  @ParentCommand private BenchCommand parent;

  @Option(names = "--people", description = "People of an instance (default: 10000).")
  private int people = 10_000;

  @Option(names = "--instances", description = "Random instances (default: 10).")
  private int instances = 10;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() {
    if (people < 1_000 || people > 1_000_000) {
      throw new IllegalArgumentException("--people: " + people + " (expected: 1,000 to 1,000,000)");
    }
    if (instances < 1 || instances > 1_000) {
      throw new IllegalArgumentException("--instances: " + instances + " (expected: 1 to 1,000)");
    }
    Console console = parent.console();
    AllocationBenchmark.Quality quality = AllocationBenchmark.measure(instances, people);
    Table table = new Table("value over the optimum of hindsight", ">mean", ">worst");
    table.row("all people at once, one budget", "", ratio(quality.ratio()));
    table.row("all people at once, budgets and caps (bound)", "", ratio(quality.limitsRatio()));
    quality
        .scenarios()
        .forEach((name, ratios) ->
            table.row("one by one, " + name.replace('_', ' '), ratio(ratios[0]), ratio(ratios[1])));
    table.printTo(console);
    console.print(
        String.format(
            Locale.ROOT,
            "overspent: %d minor units; %.1f ms for %,d people at once; %.1f µs a decision",
            quality.overspendMinorUnits(),
            quality.millis(),
            people,
            quality.microsPerDecision()));
    if (json) {
      ObjectNode root = new ObjectMapper().createObjectNode();
      root.put("allocation_ratio", quality.ratio());
      root.put("limits_ratio", quality.limitsRatio());
      root.put("paced_ratio", quality.pacedRatio());
      root.put("overspend_minor_units", quality.overspendMinorUnits());
      root.put("allocation_ms", quality.millis());
      root.put("decision_us", quality.microsPerDecision());
      ObjectNode scenarios = root.putObject("scenarios");
      quality
          .scenarios()
          .forEach((name, ratios) ->
              scenarios.putObject(name).put("mean", ratios[0]).put("worst", ratios[1]));
      console.print(root.toString());
    }
    return Commands.DONE;
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.5f", value);
  }
}
