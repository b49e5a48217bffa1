// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.ranker.decision.DecisionExport;
import dev.proffer.runtime.service.Peers;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The decision log as a file.
@Command(
    name = "decisions",
    description = {
      "Export the decision log with its rewards to Parquet: a row for each place of a reply and for",
      "each choice of a policy, with clicks, purchases, revenue and margin by last touch, first",
      "touch and linear shares. evaluate-policy --log reads it."
    },
    footer = "./proffer decisions --to decisions.parquet",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class DecisionsCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SessionOptions session;

  @Option(names = "--to", required = true, paramLabel = "FILE", description = "The file to write.")
  private Path to;

  DecisionsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    long rows;
    try (EngineSession engine = session.open(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      rows = DecisionExport.write(engine.channel(Peers.RANKER), to);
    }
    console.print(String.format(Locale.ROOT, "%,d rows in %s", rows, to));
    if (session.json()) {
      console.print("{\"rows\":" + rows + "}");
    }
    return Commands.DONE;
  }
}
