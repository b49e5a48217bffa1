// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.experiment.InterleavedDecisions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Which of two rankers that shared lists is preferred.
@Command(
    name = "interleaving",
    description = "Count the votes of interleaved lists in an exported decision log.",
    footer = "./proffer experiments interleaving --log decisions.parquet",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class InterleavingCommand implements Callable<Integer> {
  @ParentCommand private ExperimentsCommand parent;

  @Option(
      names = "--log",
      required = true,
      paramLabel = "FILE",
      description = "The decision log, as './proffer decisions' exports it.")
  private Path log;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws IOException, SQLException {
    if (!Files.isReadable(log)) {
      throw new Failure(log + ": there is no such file");
    }
    Console console = parent.console();
    List<InterleavedDecisions.Duel> duels = InterleavedDecisions.read(log);
    if (duels.isEmpty()) {
      throw new Failure(log + ": there is no interleaved list in it");
    }
    Table table =
        new Table("first", "second", ">first wins", ">second wins", ">ties", ">p", "verdict");
    for (InterleavedDecisions.Duel duel : duels) {
      boolean decided = duel.outcome().pValue() < .05;
      table.row(
          duel.first(),
          duel.second(),
          duel.outcome().firstWins(),
          duel.outcome().secondWins(),
          duel.outcome().ties(),
          String.format(Locale.ROOT, "%.4f", duel.outcome().pValue()),
          !decided
              ? "not decided"
              : duel.outcome().firstWins() > duel.outcome().secondWins()
                  ? duel.first()
                  : duel.second());
    }
    table.printTo(console);
    if (json) {
      console.print("{\"duels\":" + new ObjectMapper().writeValueAsString(duels) + "}");
    }
    return Commands.DONE;
  }
}
