// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.console.Failure;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.importing.ImportFailure;
import dev.proffer.app.importing.ImportReport;
import dev.proffer.app.importing.OnlineRetailImporter;
import dev.proffer.runtime.service.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Brings data of other shops in; each format is a command of its own below this one.
@Command(
    name = "import",
    description = "Import a public data set: catalogue, people and events.",
    footer = "./proffer import online-retail online_retail.csv.gz",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "FORMAT")
final class ImportCommand implements Callable<Integer> {
  private final Console console;

  ImportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    console.say("import: name the format, such as online-retail");
    console.say("'./proffer import --help' shows how it is used");
    return Commands.WRONG_USE;
  }

  @Command(
      name = "online-retail",
      description = "Import the orders of the UCI Online Retail data set, plain or gzip.",
      footer = "./proffer import online-retail online_retail.csv.gz",
      mixinStandardHelpOptions = true)
  Integer onlineRetail(
      @Mixin SessionOptions session,
      @Parameters(paramLabel = "FILE", description = "online_retail.csv, or the same with .gz.")
          Path file,
      @Option(
              names = "--shift-days",
              paramLabel = "DAYS",
              description = "Move all events by so many days (default: keep their times).")
          int shiftDays)
      throws Exception {
    if (!Files.isReadable(file)) {
      throw new Failure(file + ": there is no such file, or it cannot be read");
    }
    var options =
        new OnlineRetailImporter.Options(
            OnlineRetailImporter.Options.defaults().anonymousBasketLinesMax(),
            Duration.ofDays(shiftDays));
    try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      ImportReport report =
          new OnlineRetailImporter(
                  engine.channel(Peers.RANKER),
                  engine.channel(Peers.FEATURE_STORE),
                  new ConsoleProgress(console, Clock.systemUTC()))
              .run(file, options);
      console.print(report.table());
      if (session.json()) {
        console.print(report.json());
      }
    } catch (ImportFailure e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    return Commands.DONE;
  }
}
