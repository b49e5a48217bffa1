// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.HdrHistogram.Histogram;

/// What a run found. The record is the JSON report.
///
/// @param method the rpc
/// @param generator `own` or `ghz`
/// @param offered requests that the schedule asked for
/// @param achievedPerSecond requests that the generator sent a second
/// @param goodPerSecond requests that were answered with OK a second
/// @param codes how many ended with each status
/// @param latency of those that ended with OK: from when they were due, or from when ghz sent them
/// @param rejected of those that ended with another status
/// @param lagP99Millis how late the generator itself was
/// @param serverCpuMillis CPU of the server and of its Redis for each request
/// @param generatorCpuMillis CPU of the generator for each request
/// @param quantiles for pictures: shares and milliseconds
/// @param invalid why nothing follows from this run; empty when something does
public record LoadResult(
    String scenario,
    String method,
    String generator,
    String schedule,
    int offered,
    double offeredPerSecond,
    double achievedPerSecond,
    double goodPerSecond,
    Map<String, Integer> codes,
    Latency latency,
    Latency rejected,
    double lagP99Millis,
    double serverCpuMillis,
    double generatorCpuMillis,
    List<Second> seconds,
    List<Quantile> quantiles,
    String invalid) {
  private static final double ACHIEVED_MIN = 0.99;
  private static final double LAG_MAX_MILLIS = 10;
  private static final long TOOK_MAX_NANOS = 60_000_000_000L;

  /// Milliseconds; zeros when there was nothing to measure.
  public record Latency(double p50, double p90, double p99, double p999, double max) {
    private static Latency of(Histogram nanos) {
      return new Latency(
          millis(nanos, 50),
          millis(nanos, 90),
          millis(nanos, 99),
          millis(nanos, 99.9),
          millis(nanos, 100));
    }
  }

  /// What was due within one second of the schedule, and what became of it.
  public record Second(int second, int due, int ok, double p99) {}

  /// A share of the good answers came within so many milliseconds.
  public record Quantile(double share, double millis) {}

  /// CPU time in milliseconds that a run took.
  record Cpu(double serverMillis, double generatorMillis) {}

  /// Whether something follows from it.
  public boolean isValid() {
    return invalid.isEmpty();
  }

  /// The share of requests that were answered with OK.
  public double okShare() {
    return (double) codes.getOrDefault(Status.Code.OK.name(), 0) / Math.max(1, offered);
  }

  static LoadResult of(
      Scenario scenario, String generator, Schedule schedule, Samples samples, Cpu cpu) {
    int count = samples.count();
    Map<String, Integer> codes = new TreeMap<>();
    long lastSent = 0;
    Histogram lag = histogram();
    for (int i = 0; i < count; i++) {
      codes.merge(samples.code(i).name(), 1, Integer::sum);
      lastSent = Math.max(lastSent, samples.dueNanos(i) + samples.lagNanos(i));
      lag.recordValue(Math.clamp(samples.lagNanos(i), 0, TOOK_MAX_NANOS));
    }
    Histogram ok = took(samples, i -> samples.code(i) == Status.Code.OK);
    double seconds = schedule.seconds();
    // The last request is due one gap before the end.
    double sendingSeconds = Math.max(seconds, lastSent / 1e9 + (count == 0 ? 0 : seconds / count));
    double achieved = count / sendingSeconds;
    double offered = schedule.count() / seconds;
    double lagMillis = millis(lag, 99);
    return new LoadResult(
        scenario.name(),
        scenario.method().getFullMethodName(),
        generator,
        schedule.describe(),
        schedule.count(),
        offered,
        achieved,
        ok.getTotalCount() / sendingSeconds,
        codes,
        Latency.of(ok),
        Latency.of(took(samples, i -> samples.code(i) != Status.Code.OK)),
        lagMillis,
        cpu.serverMillis / Math.max(1, count),
        cpu.generatorMillis / Math.max(1, count),
        seconds(samples, (int) Math.ceil(seconds)),
        quantiles(ok),
        invalid(offered, achieved, lagMillis, count, schedule.count()));
  }

  private static String invalid(
      double offered, double achieved, double lagMillis, int count, int due) {
    if (count < due * ACHIEVED_MIN || achieved < offered * ACHIEVED_MIN) {
      return String.format(
          Locale.ROOT,
          "the generator sent %.1f of %.1f requests a second (at least 99 %% are needed)",
          Math.min(achieved, offered * count / Math.max(1, due)),
          offered);
    }
    if (lagMillis > LAG_MAX_MILLIS) {
      return String.format(
          Locale.ROOT,
          "the generator was %.1f ms late for one request in a hundred (at most %.0f ms)",
          lagMillis,
          LAG_MAX_MILLIS);
    }
    return "";
  }

  private static Histogram histogram() {
    return new Histogram(TOOK_MAX_NANOS, 3);
  }

  private static Histogram took(Samples samples, IntPredicate counts) {
    Histogram nanos = histogram();
    for (int i = 0; i < samples.count(); i++) {
      if (counts.test(i)) {
        nanos.recordValue(Math.clamp(samples.tookNanos(i), 0, TOOK_MAX_NANOS));
      }
    }
    return nanos;
  }

  private static List<Second> seconds(Samples samples, int count) {
    List<Second> seconds = new ArrayList<>();
    // Requests are in the order in which they are due.
    int next = 0;
    for (int second = 0; second < count; second++) {
      long end = (second + 1) * 1_000_000_000L;
      Histogram ok = histogram();
      int from = next;
      for (; next < samples.count() && samples.dueNanos(next) < end; next++) {
        if (samples.code(next) == Status.Code.OK) {
          ok.recordValue(Math.clamp(samples.tookNanos(next), 0, TOOK_MAX_NANOS));
        }
      }
      seconds.add(new Second(second, next - from, (int) ok.getTotalCount(), millis(ok, 99)));
    }
    return seconds;
  }

  private static List<Quantile> quantiles(Histogram nanos) {
    List<Quantile> quantiles = new ArrayList<>();
    if (nanos.getTotalCount() == 0) {
      return quantiles;
    }
    for (double share : new double[] {0, .25, .5, .75, .9, .95, .99, .995, .999, .9995, .9999}) {
      quantiles.add(new Quantile(share, millis(nanos, 100 * share)));
    }
    return quantiles;
  }

  private static double millis(Histogram nanos, double percentile) {
    return nanos.getTotalCount() == 0 ? 0 : nanos.getValueAtPercentile(percentile) / 1e6;
  }
}
