// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.ranker.evaluation.EvaluationException;
import dev.proffer.ranker.evaluation.FactorsBenchmark;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// How long an epoch of the implicit factors takes.
@Command(
    name = "factors",
    description = {
      "Time the epochs of implicit factors on lines of a user and items.",
      "load-tests/factors compares them with the library implicit."
    },
    footer = "./proffer bench factors --data gowalla/train.txt.gz --dimension 64",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchFactorsCommand implements Callable<Integer> {
  @ParentCommand private BenchCommand parent;

  @Option(names = "--data", required = true, paramLabel = "FILE", description = "The lines.")
  private Path data;

  @Option(names = "--dimension", description = "Factors (default: ${DEFAULT-VALUE}).")
  private int dimension = 64;

  @Option(
      names = "--epochs",
      description = "Epochs, of which the first is not counted (default: ${DEFAULT-VALUE}).")
  private int epochs = 6;

  @Option(
      names = "--steps",
      description = "Steps of conjugate gradients, 0 to solve exactly (default: ${DEFAULT-VALUE}).")
  private int steps = 3;

  @Option(names = "--threads", description = "Threads to use (default: all cores).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() {
    if (dimension < 1 || dimension > 1_024) {
      throw new IllegalArgumentException("--dimension: " + dimension + " (expected: 1 to 1,024)");
    }
    if (epochs < 2 || epochs > 1_000) {
      throw new IllegalArgumentException("--epochs: " + epochs + " (expected: 2 to 1,000)");
    }
    Console console = parent.console();
    FactorsBenchmark.Speed speed;
    try {
      speed =
          FactorsBenchmark.measure(
              data, dimension, epochs, Math.max(0, steps), Math.max(1, threads));
    } catch (EvaluationException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    console.print(
        String.format(
            Locale.ROOT,
            "%,d people, %,d items, %,d pairs, %d factors: %.3f s for the fastest epoch (%.3f s of"
                + " processor)",
            speed.people(),
            speed.items(),
            speed.pairs(),
            dimension,
            speed.seconds(),
            speed.cpuSeconds()));
    if (json) {
      console.print(
          String.format(
              Locale.ROOT,
              "{\"seconds\":%.4f,\"cpu_seconds\":%.4f,\"people\":%d,\"items\":%d,\"pairs\":%d}",
              speed.seconds(),
              speed.cpuSeconds(),
              speed.people(),
              speed.items(),
              speed.pairs()));
    }
    return Commands.DONE;
  }
}
