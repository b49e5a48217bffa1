// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.training.Training;
import dev.proffer.app.training.TrainingText;
import dev.proffer.ranker.RankerSettings;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingReport;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.settings.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Learns a model from the events; a server on the data folder takes it up by itself.
@Command(
    name = "train",
    description = "Learn a model from the events and serve with it.",
    footer = {
      "./proffer train",
      "./proffer train --tuning-seconds 300 --sources item-knn,factors,sasrec --seed 7"
    },
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Option(
      names = "--tuning-seconds",
      paramLabel = "SECONDS",
      description = "How long to search for parameters (default: ${DEFAULT-VALUE}).")
  private int tuningSeconds = (int) TrainingOptions.DEFAULT.tuning().toSeconds();

  @Option(
      names = "--sources",
      paramLabel = "NAMES",
      description =
          "Sources to learn as a whole: auto, none, or some of item-knn, factors, spectral, ease"
              + " and sasrec (default: the setting ranker.training-sources). Of auto, what adds nothing"
              + " on validation is left out; what is named is kept.")
  private @Nullable String sources;

  @Option(
      names = "--ranker",
      paramLabel = "NAME",
      description = "auto, blend or lambdamart (default: the setting ranker.training-ranker).")
  private @Nullable String ranker;

  @Option(
      names = "--learning-seconds",
      paramLabel = "SECONDS",
      description =
          "How long the sequence model may learn; 0 leaves it out unless it is named (default:"
              + " ${DEFAULT-VALUE}).")
  private int learningSeconds;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Epochs of the sequence model at most (default: ${DEFAULT-VALUE}).")
  private int epochs = TrainingOptions.DEFAULT.epochsMax();

  @Option(
      names = "--seed",
      description = "Seed of everything that is left to chance (default: ${DEFAULT-VALUE}).")
  private int seed = (int) TrainingOptions.DEFAULT.seed();

  @Option(
      names = "--no-activate",
      description = "Write the bundle, but go on serving with the one before.")
  private boolean keepServing;

  TrainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    Settings settings = session.rankerSettings();
    TrainingOptions usual = TrainingOptions.DEFAULT;
    TrainingOptions options =
        new TrainingOptions(
            Duration.ofSeconds(tuningSeconds),
            usual.tuningCases(),
            usual.cases(),
            usual.threads(),
            !keepServing,
            TrainingOptions.SourceChoice.parse(
                sources == null ? settings.get(RankerSettings.TRAINING_SOURCES) : sources),
            TrainingOptions.RankerChoice.parse(
                ranker == null ? settings.get(RankerSettings.TRAINING_RANKER) : ranker),
            Duration.ofSeconds(learningSeconds),
            epochs,
            seed);
    Path models = session.modelsFolder();
    try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      TrainingReport report =
          Training.run(
              engine.channel(Peers.RANKER),
              engine.channel(Peers.FEATURE_STORE),
              models,
              options,
              new ConsoleProgress(console, Clock.systemUTC()));
      TrainingText.print(console, report);
      if (session.json()) {
        console.print(TrainingText.json(report));
      }
    }
    return Commands.DONE;
  }
}
