// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.experiment.ExperimentBenchmark;
import dev.proffer.ranker.policy.PolicyBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Speed of policies, assignment and analysis; growth of regret; exactness of updates.
@Command(
    name = "policies",
    description = {
      "Measure choosing among 50 offers with 32 features, learning, assignment and the analysis of",
      "exposures; fit the growth of regret; compare updates of the inverse with the direct one."
    },
    footer = "./proffer bench policies --exposures 1000000",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchPoliciesCommand implements Callable<Integer> {
  @ParentCommand private BenchCommand parent;

  @Option(names = "--exposures", description = "Exposures to analyse (default: 10000000; 0: none).")
  private long exposures = 10_000_000;

  @Option(names = "--steps", description = "Steps of the regret problems (default: 10000).")
  private int steps = 10_000;

  @Option(names = "--seeds", description = "Seeds of the regret problems (default: 3).")
  private int seeds = 3;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws IOException, SQLException {
    if (steps < 100 || seeds < 1 || exposures < 0) {
      throw new IllegalArgumentException(
          "--steps, --seeds, --exposures: expected 100 or more, 1 or more, 0 or more");
    }
    Console console = parent.console();
    ObjectNode root = new ObjectMapper().createObjectNode();
    console.print("50 options, 32 features, CPU time; asked: 50 and 20 µs");
    Table speeds = new Table("kind", ">choose µs", ">update µs");
    ObjectNode choose = root.putObject("choose_micros");
    ObjectNode update = root.putObject("update_micros");
    for (PolicyBenchmark.Speed speed : PolicyBenchmark.speeds()) {
      speeds.row(speed.kind(), number(speed.chooseMicros()), number(speed.updateMicros()));
      choose.put(speed.kind(), speed.chooseMicros());
      update.put(speed.kind(), speed.updateMicros());
    }
    speeds.printTo(console);
    double assignment = ExperimentBenchmark.assignmentMicros();
    root.put("assignment_micros", assignment);
    console.print(
        String.format(Locale.ROOT, "%nassignment: %.3f µs CPU (asked: 1 µs)", assignment));
    double error = PolicyBenchmark.shermanMorrisonError();
    root.put("sherman_morrison_error", error);
    console.print(
        String.format(
            Locale.ROOT,
            "Sherman-Morrison beside the direct inverse: largest difference %.1e (asked: 1e-8)%n",
            error));
    Table regrets =
        new Table("kind", "problem", ">regret early", ">late", ">exponent", ">R² of a + b ln t");
    ObjectNode exponents = root.putObject("regret_exponent");
    for (PolicyBenchmark.Regret regret : PolicyBenchmark.regrets(steps, seeds)) {
      regrets.row(
          regret.kind(),
          regret.problem(),
          number(regret.early()),
          number(regret.late()),
          String.format(Locale.ROOT, "%.2f", regret.exponent()),
          String.format(Locale.ROOT, "%.3f", regret.logarithmic()));
      exponents.put(regret.kind(), regret.exponent());
    }
    regrets.printTo(console);
    if (exposures > 0) {
      Path folder = Files.createTempDirectory("proffer-bench");
      ExperimentBenchmark.Analysis analysis;
      try {
        analysis = ExperimentBenchmark.analyze(folder, exposures);
      } finally {
        Files.deleteIfExists(folder);
      }
      root.put("exposures", analysis.exposures());
      root.put("analyze_seconds", analysis.analyzeSeconds());
      console.print(
          String.format(
              Locale.ROOT,
              "%n%,d exposures analysed in %.1f s (asked: 10 million in 30 s); made in %.1f s;"
                  + " difference %.4f, .02 is in the data",
              analysis.exposures(),
              analysis.analyzeSeconds(),
              analysis.generateSeconds(),
              analysis.difference()));
    }
    if (json) {
      console.print(root.toString());
    }
    return Commands.DONE;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
