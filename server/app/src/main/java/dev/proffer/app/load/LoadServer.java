// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import dev.proffer.app.console.Failure;
import dev.proffer.app.demo.Demo;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EngineAddress;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.progress.Progress;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A server in a process of its own with the sample shop in a folder of its own, as `./proffer
/// serve` runs it.
final class LoadServer implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final Duration STOP_MAX = Duration.ofSeconds(30);

  private final Process process;
  private final EngineAddress address;

  private LoadServer(Process process, EngineAddress address) {
    this.process = process;
    this.address = address;
  }

  /// Brings the sample shop and a trained model into a folder.
  static void prepare(
      Path folder,
      ServiceModules modules,
      List<String> services,
      Progress progress,
      Consumer<String> say)
      throws Exception {
    Map<String, String> texts = Map.of("grpc.port", "0", "web.enabled", "false");
    try (Engine engine =
        Engine.start(new EnginePlan(DataFolder.at(folder), services, modules, texts))) {
      new Demo(engine, folder, progress).prepare(say);
    }
  }

  /// Starts a server on a prepared folder and waits until it is ready.
  static LoadServer start(Path folder, List<String> services)
      throws IOException, InterruptedException {
    File output = folder.resolve("server.log").toFile();
    Process process =
        new ProcessBuilder(command(folder, services))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
            .start();
    try {
      return new LoadServer(process, awaitReady(process, folder, output));
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static List<String> command(Path folder, List<String> services) {
    ProcessHandle.Info self = ProcessHandle.current().info();
    List<String> command = new ArrayList<>();
    command.add(self.command().orElse("java"));
    // The options of this process, so that the server runs as the launcher would run it.
    Stream.of(self.arguments().orElse(new String[0]))
        .takeWhile(argument -> !argument.equals("-cp"))
        .filter(argument -> argument.startsWith("-"))
        .forEach(command::add);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.proffer.app.Main", "serve"));
    command.addAll(List.of("--data", folder.toString()));
    command.addAll(List.of("--services", String.join(",", services)));
    command.addAll(List.of("--set", "grpc.port=0", "--set", "web.enabled=false"));
    return command;
  }

  private static EngineAddress awaitReady(Process process, Path folder, File output)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_MAX.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new Failure("the server ended while it started; its output is in " + output);
      }
      Optional<EngineAddress> address = DataFolder.at(folder).server();
      if (address.isPresent() && isReady(address.get())) {
        return address.get();
      }
      Thread.sleep(100);
    }
    throw new Failure(
        "the server was not ready within "
            + START_MAX.toSeconds()
            + " s; its output is in "
            + output);
  }

  private static boolean isReady(EngineAddress address) throws InterruptedException {
    ManagedChannel channel = NettyChannelBuilder.forTarget(address.grpc()).usePlaintext().build();
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(2, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException e) {
      return false;
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(2, TimeUnit.SECONDS);
    }
  }

  String host() {
    return address.grpc().substring(0, address.grpc().lastIndexOf(':'));
  }

  int port() {
    return Integer.parseInt(address.grpc().substring(address.grpc().lastIndexOf(':') + 1));
  }

  long pid() {
    return process.pid();
  }

  /// CPU time of the server and of the processes that it started, such as its redis-server.
  Duration cpu() {
    Duration all = cpuOf(process.toHandle());
    for (ProcessHandle child : process.descendants().toList()) {
      all = all.plus(cpuOf(child));
    }
    return all;
  }

  static Duration cpuOf(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
