// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import dev.proffer.ranker.retrieval.ImplicitFactors;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;

/// Times the epochs of [ImplicitFactors].
public final class FactorsBenchmark {
  private FactorsBenchmark() {}

  /// What was measured; times are those of the fastest epoch but the first.
  ///
  /// @param cpuSeconds processor time of all threads
  public record Speed(int people, int items, long pairs, double seconds, double cpuSeconds) {}

  /// Learns from people and their items, and looks at the clock after each epoch.
  ///
  /// @param data lines of a user and items
  /// @param steps of conjugate gradients; 0 solves exactly
  public static Speed measure(Path data, int dimension, int epochs, int steps, int threads)
      throws EvaluationException {
    Dataset.Lines lines = Dataset.lines(data);
    int[][] people = lines.people();
    double[] seconds = new double[epochs + 1];
    double[] cpu = new double[epochs + 1];
    seconds[0] = System.nanoTime() / 1e9;
    cpu[0] = cpuSeconds();
    ImplicitFactors.train(
        people,
        lines.items(),
        new ImplicitFactors.Parameters(dimension, 0.02, 0.003, 1, epochs, 1, steps),
        threads,
        epoch -> {
          seconds[epoch] = System.nanoTime() / 1e9;
          cpu[epoch] = cpuSeconds();
        });
    double fastest = Double.MAX_VALUE;
    double cheapest = Double.MAX_VALUE;
    for (int epoch = 2; epoch <= epochs; epoch++) {
      fastest = Math.min(fastest, seconds[epoch] - seconds[epoch - 1]);
      cheapest = Math.min(cheapest, cpu[epoch] - cpu[epoch - 1]);
    }
    return new Speed(
        people.length,
        lines.items(),
        Arrays.stream(people).mapToLong(own -> own.length).sum(),
        fastest,
        cheapest);
  }

  private static double cpuSeconds() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e9
        : 0;
  }
}
