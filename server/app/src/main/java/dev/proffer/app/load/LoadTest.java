// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import dev.proffer.app.demo.DemoShop;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.progress.Progress;
import dev.proffer.app.shop.SampleShop;
import dev.proffer.runtime.file.FolderTree;
import dev.proffer.runtime.service.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// One scenario against one fresh server.
public final class LoadTest implements AutoCloseable {
  // Requests of this many numbers are made before the run; those that may repeat come around.
  private static final int PREPARED = 10_000;

  private final Scenario scenario;
  private final Path folder;
  private final Path out;
  private final int connections;
  private final LoadServer server;
  private final Consumer<String> say;
  private final SampleShop sold;
  private int run;

  private LoadTest(
      Scenario scenario,
      Path folder,
      Path out,
      int connections,
      LoadServer server,
      Consumer<String> say,
      SampleShop sold) {
    this.scenario = scenario;
    this.folder = folder;
    this.out = out;
    this.connections = connections;
    this.server = server;
    this.say = say;
    this.sold = sold;
  }

  /// Fills a folder with the sample shop and starts a server on it.
  ///
  /// @param out where profiles and the files of ghz are written
  public static LoadTest start(
      Scenario scenario,
      Path out,
      int connections,
      ServiceModules modules,
      Progress progress,
      Consumer<String> say)
      throws Exception {
    if (connections < 1 || connections > 64) {
      throw new IllegalArgumentException("--connections: " + connections + " (expected: 1 to 64)");
    }
    List<String> services =
        scenario.service().equals(Peers.CHATBOT)
            ? List.of(Peers.FEATURE_STORE, Peers.RANKER, Peers.CHATBOT)
            : List.of(Peers.FEATURE_STORE, Peers.RANKER);
    Path folder = Files.createTempDirectory("proffer-load");
    try {
      SampleShop sold = DemoShop.at(Instant.now());
      LoadServer.prepare(
          folder, modules, List.of(Peers.FEATURE_STORE, Peers.RANKER), progress, say);
      say.accept("starting a server of " + String.join(", ", services));
      return new LoadTest(
          scenario, folder, out, connections, LoadServer.start(folder, services), say, sold);
    } catch (Exception e) {
      FolderTree.delete(folder);
      throw e;
    }
  }

  /// Sends for a while what is not counted.
  public void warmUp(double rate, double seconds) throws InterruptedException {
    if (seconds > 0) {
      say.accept("warming up");
      send(new Schedule.Constant(rate, seconds));
    }
  }

  /// Runs a schedule with the own generator.
  public LoadResult own(Schedule schedule) throws InterruptedException {
    say.accept("running " + schedule.describe());
    Duration serverBefore = server.cpu();
    Duration selfBefore = LoadServer.cpuOf(ProcessHandle.current());
    Samples samples = send(schedule);
    return LoadResult.of(
        scenario,
        "own",
        schedule,
        samples,
        new LoadResult.Cpu(
            millis(server.cpu().minus(serverBefore)),
            millis(LoadServer.cpuOf(ProcessHandle.current()).minus(selfBefore))));
  }

  /// Runs a schedule with ghz.
  public LoadResult ghz(Schedule schedule) throws IOException, InterruptedException {
    Ghz ghz = Ghz.find(out, say);
    say.accept("running " + schedule.describe() + " with ghz");
    Scenario.Shop shop = shop();
    Duration serverBefore = server.cpu();
    Ghz.Outcome outcome =
        ghz.run(
            scenario,
            schedule,
            number -> scenario.request(shop, number),
            server.host(),
            server.port(),
            connections);
    return LoadResult.of(
        scenario,
        "ghz",
        schedule,
        outcome.samples(),
        new LoadResult.Cpu(millis(server.cpu().minus(serverBefore)), millis(outcome.cpu())));
  }

  public void startProfile() throws IOException, InterruptedException {
    Profile.start(server.pid());
  }

  /// The methods of Proffer that the server was in most since the profile was started.
  public List<Profile.Cost> stopProfile() throws IOException, InterruptedException {
    return Profile.stop(server.pid(), out.resolve(scenario.name() + ".jfr"));
  }

  private Samples send(Schedule schedule) throws InterruptedException {
    Scenario.Shop shop = shop();
    IntFunction<byte[]> requests = number -> scenario.request(shop, number).toByteArray();
    if (scenario.isIdempotent()) {
      byte[][] prepared = new byte[Math.min(PREPARED, Math.max(1, schedule.count()))][];
      for (int number = 0; number < prepared.length; number++) {
        prepared[number] = requests.apply(number);
      }
      requests = number -> prepared[number % prepared.length];
    }
    try (OpenLoop loop =
        new OpenLoop(server.host(), server.port(), scenario.method(), connections)) {
      return loop.run(schedule, requests);
    }
  }

  /// What requests name; each run has event ids of its own.
  private Scenario.Shop shop() {
    return Scenario.Shop.of(sold, "run-" + ++run);
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }

  @Override
  public void close() throws IOException {
    server.close();
    FolderTree.delete(folder);
  }
}
