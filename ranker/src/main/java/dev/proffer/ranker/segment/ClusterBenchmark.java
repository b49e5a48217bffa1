// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/// K-means on generated points that are also written to a file, so that another implementation can
/// be run on the same ones.
public final class ClusterBenchmark {
  private ClusterBenchmark() {}

  /// What came out.
  ///
  /// @param seconds that passed
  /// @param cpuSeconds of all processors, which a busy machine does not blur
  public record Result(
      int points,
      int k,
      int starts,
      int threads,
      double inertia,
      double seconds,
      double cpuSeconds) {}

  /// Writes the points and clusters them.
  ///
  /// @param starts of which the best counts
  /// @param threads that work on the starts
  public static Result run(Path file, int points, int dimensions, int k, int starts, int threads)
      throws IOException {
    SplittableRandom random = new SplittableRandom(9);
    double[] values = new double[points * dimensions];
    for (int i = 0; i < points; i++) {
      int group = random.nextInt(2 * k);
      for (int d = 0; d < dimensions; d++) {
        double centre = ((group * 31 + d * 17) % 11) / 3.0;
        values[i * dimensions + d] = centre + random.nextGaussian();
      }
    }
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < points; i++) {
        for (int d = 0; d < dimensions; d++) {
          out.write((d == 0 ? "" : ",") + values[i * dimensions + d]);
        }
        out.newLine();
      }
    }
    // Once before, so that compiling the loops is not measured.
    new KMeans(new SplittableRandom(2), threads).cluster(values, dimensions, k, 2);
    long startCpu = cpuNanos();
    long start = System.nanoTime();
    KMeans.Clustering clustering =
        new KMeans(new SplittableRandom(1), threads).cluster(values, dimensions, k, starts);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Result(
        points, k, starts, threads, clustering.inertia(), seconds, (cpuNanos() - startCpu) / 1e9);
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  /// The result as one JSON object.
  public static String json(Result result) {
    return String.format(
        Locale.ROOT,
        "{\"points\":%d,\"k\":%d,\"starts\":%d,\"threads\":%d,\"inertia\":%.6f,"
            + "\"seconds\":%.4f,\"cpu_seconds\":%.4f}",
        result.points(),
        result.k(),
        result.starts(),
        result.threads(),
        result.inertia(),
        result.seconds(),
        result.cpuSeconds());
  }
}
