// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.load.KneeFinder;
import dev.proffer.app.load.LoadPage;
import dev.proffer.app.load.LoadResult;
import dev.proffer.app.load.LoadTest;
import dev.proffer.app.load.Profile;
import dev.proffer.app.load.Scenario;
import dev.proffer.app.load.Schedule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Loads a fresh server and says what it stood.
@Command(
    name = "load",
    description = {
      "Load a fresh server with the sample shop, and write what it stood as JSON and HTML.",
      "",
      "The own generator counts from when a request was due; ghz, which is built when Go is there,"
          + " from when it sent it. A run whose generator could not keep the schedule is refused."
    },
    footer = {
      "./proffer load recommend --rate 400 --seconds 600",
      "./proffer load evaluate-cart --generator both --rate 50",
      "./proffer load recommend --schedule step --rate 100 --to 600 --step 100 --seconds 20",
      "./proffer load recommend --knee --overload"
    },
    mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
  private static final Path FOLDER = Path.of(".proffer", "load");

  enum Generator {
    OWN,
    GHZ,
    BOTH
  }

  enum Shape {
    CONSTANT,
    STEP,
    LINE
  }

  private final Console console;

  @Parameters(
      arity = "0..1",
      paramLabel = "SCENARIO",
      description = "What is asked; without one, the scenarios are listed.")
  private String scenario = "";

  @Option(names = "--generator", description = "own, ghz or both (default: own).")
  private Generator generator = Generator.OWN;

  @Option(names = "--schedule", description = "constant, step or line (default: constant).")
  private Shape shape = Shape.CONSTANT;

  @Option(names = "--rate", description = "Requests a second, to begin with (default: 100).")
  private double rate = 100;

  @Option(names = "--to", description = "Requests a second at the end of step and line.")
  private double to = 400;

  @Option(names = "--step", description = "Requests a second that each step adds (default: 100).")
  private double step = 100;

  @Option(names = "--seconds", description = "How long; of step, how long each step (default: 30).")
  private double seconds = 30;

  @Option(names = "--warm-up", description = "Seconds at the first rate before (default: 15).")
  private double warmUpSeconds = 15;

  @Option(names = "--connections", description = "Connections of the generator (default: 4).")
  private int connections = 4;

  @Option(
      names = "--knee",
      description = "Find the highest rate whose p99 is within --p99, from --rate upwards.")
  private boolean knee;

  @Option(
      names = "--overload",
      description = "Offer twice the rate, or twice the knee, and compare what is answered.")
  private boolean overload;

  @Option(
      names = "--p99",
      description = "Milliseconds that one request in a hundred may take at most (default: 50).")
  private double p99Millis = 50;

  @Option(names = "--profile", description = "Say where the server spends its time at that rate.")
  private boolean profile;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where reports are written (default: .proffer/load).")
  private Path out = FOLDER;

  LoadCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (scenario.isEmpty()) {
      Table table = new Table("scenario", "rpc", "what is asked");
      Scenario.all()
          .forEach(each ->
              table.row(each.name(), each.method().getFullMethodName(), each.description()));
      table.printTo(console);
      return Commands.DONE;
    }
    Scenario asked = Scenario.named(scenario);
    Schedule schedule = schedule();
    Files.createDirectories(out);
    List<LoadResult> results = new ArrayList<>();
    Map<String, Object> report;
    try (LoadTest test =
        LoadTest.start(
            asked,
            out.toAbsolutePath(),
            connections,
            ServiceModules.find(Installation.pluginFolder()),
            new ConsoleProgress(console, Clock.systemUTC()),
            console::say)) {
      test.warmUp(rate, warmUpSeconds);
      report = knee || overload ? limits(test, results) : runs(test, schedule, results);
    }
    report.put("runs", results);
    write(asked, report, results);
    boolean valid = results.stream().allMatch(LoadResult::isValid);
    // While a knee is looked for, some runs are meant to be too much.
    return valid || knee || overload ? Commands.DONE : Commands.FAILED;
  }

  private Schedule schedule() {
    return switch (shape) {
      case CONSTANT -> new Schedule.Constant(rate, seconds);
      case STEP -> new Schedule.Steps(rate, to, step, seconds);
      case LINE -> new Schedule.Line(rate, to, seconds);
    };
  }

  private Map<String, Object> runs(LoadTest test, Schedule schedule, List<LoadResult> results)
      throws IOException, InterruptedException {
    Map<String, Object> report = new LinkedHashMap<>();
    if (generator != Generator.GHZ) {
      if (profile) {
        test.startProfile();
      }
      results.add(test.own(schedule));
      if (profile) {
        report.put("profile", costs(test));
      }
    }
    if (generator != Generator.OWN) {
      results.add(test.ghz(schedule));
    }
    print(results);
    return report;
  }

  private Map<String, Object> limits(LoadTest test, List<LoadResult> results)
      throws IOException, InterruptedException {
    Map<String, Object> report = new LinkedHashMap<>();
    double peak = rate;
    if (knee) {
      KneeFinder.Knee found =
          new KneeFinder(
                  tried -> {
                    LoadResult result = test.own(new Schedule.Constant(tried, seconds));
                    console.say(
                        String.format(
                            Locale.ROOT,
                            "%.0f/s: p99 %.1f ms, %.2f %% good%s",
                            tried,
                            result.latency().p99(),
                            100 * result.okShare(),
                            result.isValid() ? "" : ", not valid: " + result.invalid()));
                    return result;
                  },
                  p99Millis)
              .find(rate);
      results.addAll(found.trials());
      report.put("knee_per_second", found.rate());
      report.put("p99_max_ms", p99Millis);
      peak = found.rate();
      if (peak == 0) {
        console.print("No rate kept p99 within " + p99Millis + " ms; begin with a lower --rate.");
        return report;
      }
      console.print(
          String.format(
              Locale.ROOT,
              "The knee is at %.0f/s: beyond it p99 is above %.0f ms.",
              peak,
              p99Millis));
      test.startProfile();
      results.add(test.own(new Schedule.Constant(peak, seconds)));
      report.put("profile", costs(test));
    }
    if (overload) {
      LoadResult at = test.own(new Schedule.Constant(peak, seconds));
      LoadResult beyond = test.own(new Schedule.Constant(2 * peak, seconds));
      results.add(at);
      results.add(beyond);
      double kept = beyond.goodPerSecond() / at.goodPerSecond();
      report.put("overload_goodput_share", kept);
      report.put("overload_reject_p50_ms", beyond.rejected().p50());
      report.put("overload_reject_p99_ms", beyond.rejected().p99());
      console.print(
          String.format(
              Locale.ROOT,
              "Twice that: %.0f %% of its good answers, rejects within %.1f ms (p50) and %.1f ms (p99).",
              100 * kept,
              beyond.rejected().p50(),
              beyond.rejected().p99()));
    }
    print(results);
    return report;
  }

  private List<Map<String, Object>> costs(LoadTest test) throws IOException, InterruptedException {
    List<Map<String, Object>> costs = new ArrayList<>();
    Table table = new Table(">of samples", "method of Proffer, with what it called");
    for (Profile.Cost cost : test.stopProfile()) {
      table.row(String.format(Locale.ROOT, "%.1f %%", 100 * cost.share()), cost.method());
      costs.add(Map.of("method", cost.method(), "share", cost.share()));
    }
    table.printTo(console);
    return costs;
  }

  private void print(List<LoadResult> results) {
    Table table =
        new Table(
            "run",
            ">offered/s",
            ">achieved/s",
            ">good/s",
            ">p50 ms",
            ">p99 ms",
            ">p99.9 ms",
            ">server CPU ms",
            ">generator CPU ms");
    for (LoadResult result : results) {
      table.row(
          result.generator() + ", " + result.schedule() + (result.isValid() ? "" : " (not valid)"),
          figure(result.offeredPerSecond()),
          figure(result.achievedPerSecond()),
          figure(result.goodPerSecond()),
          figure(result.latency().p50()),
          figure(result.latency().p99()),
          figure(result.latency().p999()),
          figure(result.serverCpuMillis()),
          figure(result.generatorCpuMillis()));
    }
    table.printTo(console);
    for (LoadResult result : results) {
      if (!result.isValid()) {
        console.say("not valid: " + result.schedule() + ": " + result.invalid());
      }
    }
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.2f", value);
  }

  private void write(Scenario asked, Map<String, Object> report, List<LoadResult> results)
      throws IOException {
    Path json = out.resolve(asked.name() + ".json");
    Path html = out.resolve(asked.name() + ".html");
    JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    mapper.writeValue(json.toFile(), report);
    Files.writeString(html, LoadPage.of(results), StandardCharsets.UTF_8);
    console.print("Reports: " + json + ", " + html);
  }
}
