// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.proffer.app.console.Failure;
import dev.proffer.runtime.grpc.Contract;
import io.grpc.Status;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// Runs ghz, which many people know and trust, on the same requests.
///
/// It measures from when it sends, not from when it should have sent, so a stall of the server that
/// holds it up does not show in full; see [OpenLoop]. It keeps a million results at most.
final class Ghz {
  static final String VERSION = "v0.121.0";
  private static final String MODULE = "github.com/bojand/ghz/cmd/ghz@" + VERSION;
  private static final int REQUESTS_MAX = 10_000;
  private static final int RESULTS_MAX = 1_000_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String program;
  private final Path folder;

  private Ghz(String program, Path folder) {
    this.program = program;
    this.folder = folder;
  }

  /// What a run of ghz gave, with the CPU time that the program took.
  record Outcome(Samples samples, Duration cpu) {}

  /// Finds the program on the path or in the cache, or builds it there when Go is installed.
  ///
  /// @param folder where requests and results are written
  static Ghz find(Path folder, Consumer<String> say) throws IOException, InterruptedException {
    if (isThere("ghz", "--version")) {
      return new Ghz("ghz", folder);
    }
    Path cache = Path.of(System.getProperty("user.home"), ".cache", "proffer", "ghz-" + VERSION);
    Path built = cache.resolve("ghz");
    if (!Files.isExecutable(built)) {
      if (!isThere("go", "version")) {
        throw new Failure(
            "ghz is not installed, and neither is Go (1.23 or newer) to build it:"
                + " install one of them, or use --generator own");
      }
      say.accept("building ghz " + VERSION + " …");
      Files.createDirectories(cache);
      ProcessBuilder build = new ProcessBuilder("go", "install", MODULE);
      build.environment().put("GOBIN", cache.toString());
      File log = cache.resolve("build.log").toFile();
      int code = build.redirectErrorStream(true).redirectOutput(log).start().waitFor();
      if (code != 0) {
        throw new Failure("ghz could not be built: " + log + " says why");
      }
    }
    return new Ghz(built.toString(), folder);
  }

  /// Whether a program can be started by its name.
  private static boolean isThere(String program, String order) throws InterruptedException {
    try {
      return new ProcessBuilder(program, order)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /// Runs a schedule.
  Outcome run(
      Scenario scenario,
      Schedule schedule,
      IntFunction<Message> requests,
      String host,
      int port,
      int connections)
      throws IOException, InterruptedException {
    if (schedule.count() > RESULTS_MAX) {
      throw new IllegalArgumentException(
          "--seconds: ghz keeps the results of "
              + RESULTS_MAX
              + " requests, and this schedule has "
              + schedule.count());
    }
    Files.createDirectories(folder);
    Path contract = folder.resolve("proffer.protoset");
    Files.write(contract, Contract.descriptorSet().toByteArray());
    Path data = folder.resolve(scenario.name() + ".requests.json");
    write(data, Math.min(schedule.count(), REQUESTS_MAX), requests);
    Path results = folder.resolve(scenario.name() + ".ghz.json");
    List<String> command = new ArrayList<>();
    command.add(program);
    command.addAll(List.of("--insecure", "--protoset", contract.toString()));
    command.addAll(List.of("--call", scenario.method().getFullMethodName()));
    command.addAll(List.of("--data-file", data.toString()));
    command.addAll(List.of("--disable-template-functions", "--disable-template-data"));
    command.addAll(List.of("--async", "--count-errors", "--timeout", "10s"));
    command.addAll(List.of("--connections", Integer.toString(connections)));
    command.addAll(List.of("--concurrency", Integer.toString(10 * connections)));
    command.addAll(List.of("--total", Integer.toString(schedule.count())));
    command.addAll(shape(schedule));
    command.addAll(List.of("--format", "json", "--output", results.toString()));
    command.add(host + ":" + port);
    File log = folder.resolve(scenario.name() + ".ghz.log").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    Duration cpu = Duration.ZERO;
    while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
      cpu = LoadServer.cpuOf(process.toHandle());
    }
    if (process.exitValue() != 0) {
      throw new Failure("ghz failed: " + log + " says why");
    }
    return new Outcome(samples(JSON.readTree(results.toFile())), cpu);
  }

  private static List<String> shape(Schedule schedule) {
    return switch (schedule) {
      case Schedule.Constant constant -> List.of("--rps", whole(constant.rate()));
      case Schedule.Steps steps ->
          List.of(
              "--load-schedule", "step",
              "--load-start", whole(steps.from()),
              "--load-end", whole(steps.to()),
              "--load-step", whole(steps.step()),
              "--load-step-duration", whole(steps.secondsEach()) + "s");
      case Schedule.Line line ->
          List.of(
              "--load-schedule", "line",
              "--load-start", whole(line.from()),
              "--load-end", whole(line.to()),
              // Requests more in each second.
              "--load-step", whole((line.to() - line.from()) / line.seconds()));
    };
  }

  private static String whole(double number) {
    long whole = Math.round(number);
    if (Math.abs(number - whole) > 1e-9) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "--generator: ghz takes whole numbers only, and this is %s", number));
    }
    return Long.toString(whole);
  }

  private static void write(Path file, int count, IntFunction<Message> requests)
      throws IOException {
    JsonFormat.Printer printer = JsonFormat.printer().omittingInsignificantWhitespace();
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      for (int number = 0; number < count; number++) {
        out.write(number == 0 ? "[" : ",\n");
        out.write(printer.print(requests.apply(number)));
      }
      out.write("]\n");
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Detail(long startNanos, long tookNanos, Status.Code code) {}

  private static Samples samples(JsonNode results) {
    List<Detail> details = new ArrayList<>();
    for (JsonNode detail : results.path("details")) {
      Instant start = OffsetDateTime.parse(detail.path("timestamp").asText()).toInstant();
      details.add(
          new Detail(
              start.getEpochSecond() * 1_000_000_000L + start.getNano(),
              detail.path("latency").asLong(),
              code(detail.path("status").asText())));
    }
    details.sort(Comparator.comparingLong(Detail::startNanos));
    Samples samples = new Samples(details.size());
    long first = details.isEmpty() ? 0 : details.getFirst().startNanos;
    for (int i = 0; i < details.size(); i++) {
      Detail detail = details.get(i);
      samples.sent(i, detail.startNanos - first, detail.startNanos - first);
      samples.answered(i, detail.tookNanos, detail.code);
    }
    return samples;
  }

  /// Go writes `ResourceExhausted` where Java writes `RESOURCE_EXHAUSTED`.
  private static Status.Code code(String name) {
    for (Status.Code code : Status.Code.values()) {
      if (code.name().replace("_", "").equalsIgnoreCase(name)
          || (code == Status.Code.CANCELLED && name.equalsIgnoreCase("canceled"))) {
        return code;
      }
    }
    return Status.Code.UNKNOWN;
  }
}
