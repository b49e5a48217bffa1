// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.training.Improvement;
import dev.proffer.app.training.ImprovementJournal;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.runtime.service.Peers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The loop of retraining, evaluation, canary, promotion and roll-back.
@Command(
    name = "improve",
    description = {
      "Retrain, evaluate, try out on a few people by an experiment, and promote or roll back.",
      "Steps: start, check, promote, rollback, history; run does start and check by schedule.",
      "Every step is written to improvements.jsonl beside the model bundles."
    },
    footer = "./proffer improve start --traffic 1000",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class ImproveCommand implements Callable<Integer> {
  enum Step {
    START,
    CHECK,
    PROMOTE,
    ROLLBACK,
    HISTORY,
    RUN
  }

  private final Console console;

  @Mixin private SessionOptions session;

  @Parameters(paramLabel = "STEP", description = "start, check, promote, rollback, history or run.")
  private Step step;

  @Option(
      names = "--traffic",
      paramLabel = "BASIS_POINTS",
      description = "Share of people in the canary, times 100 (default: 1000).")
  private int traffic = 1_000;

  @Option(names = "--metric", description = "What decides the canary (default: margin).")
  private String metric = "margin";

  @Option(
      names = "--patience-days",
      description = "How long a canary may stay undecided (default: 14).")
  private int patienceDays = 14;

  @Option(names = "--every-hours", description = "Of run: how often to look (default: 24).")
  private int everyHours = 24;

  @Option(names = "--rounds", description = "Of run: how many looks; 0 never ends (default: 0).")
  private int rounds;

  @Option(
      names = "--tuning-seconds",
      paramLabel = "SECONDS",
      description = "How long training searches for parameters (default: 60).")
  private int tuningSeconds = 60;

  @Option(
      names = "--version-of",
      paramLabel = "MODEL",
      description = "Of rollback: a bundle that serves; by default that of the canary.")
  private @Nullable String version;

  ImproveCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (traffic < 1 || traffic > 10_000 || patienceDays < 1 || everyHours < 1 || rounds < 0) {
      throw new IllegalArgumentException(
          "--traffic, --patience-days, --every-hours, --rounds: expected 1 to 10000, 1 or more, 1"
              + " or more, 0 or more");
    }
    Path models = session.modelsFolder();
    ImprovementJournal journal = new ImprovementJournal(models, Clock.systemUTC());
    if (step == Step.HISTORY) {
      for (JsonNode entry : journal.entries()) {
        console.print(entry.toString());
      }
      return Commands.DONE;
    }
    int left = step == Step.RUN ? rounds == 0 ? Integer.MAX_VALUE : rounds : 1;
    while (true) {
      try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
        Improvement improvement =
            new Improvement(
                engine.channel(Peers.RANKER), engine.channel(Peers.FEATURE_STORE), models, journal);
        console.print(once(improvement, journal));
      }
      if (--left == 0) {
        return Commands.DONE;
      }
      Thread.sleep(Duration.ofHours(everyHours));
    }
  }

  private String once(Improvement improvement, ImprovementJournal journal) throws Exception {
    return switch (step) {
      case START -> start(improvement);
      case CHECK -> improvement.check(Duration.ofDays(patienceDays), System.currentTimeMillis());
      case RUN -> {
        String reached =
            improvement.check(Duration.ofDays(patienceDays), System.currentTimeMillis());
        yield reached.equals("waiting") ? reached : start(improvement);
      }
      case PROMOTE -> improvement.promote(canary(journal));
      case ROLLBACK ->
          improvement.rollBack(version == null ? canary(journal) : version, "by command");
      case HISTORY -> "";
    };
  }

  private static String canary(ImprovementJournal journal) throws Exception {
    String canary = journal.canary();
    if (canary.isEmpty()) {
      throw new dev.proffer.app.console.Failure("there is no canary under way");
    }
    return canary;
  }

  private String start(Improvement improvement) throws Exception {
    TrainingOptions usual = TrainingOptions.DEFAULT;
    return improvement.start(
        new TrainingOptions(
            Duration.ofSeconds(tuningSeconds),
            usual.tuningCases(),
            usual.cases(),
            usual.threads(),
            false),
        traffic,
        metric,
        new ConsoleProgress(console, Clock.systemUTC()));
  }
}
