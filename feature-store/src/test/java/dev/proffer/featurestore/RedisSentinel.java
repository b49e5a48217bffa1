// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/// A master, a replica, and three sentinels that watch them, all of the bundled redis-server.
final class RedisSentinel implements AutoCloseable {
  private static final int SENTINELS = 3;

  private final Path folder;
  private final File executable;
  private final List<Process> processes = new ArrayList<>();
  private final List<Integer> sentinelPorts = new ArrayList<>();
  private final RedisClient client = RedisClient.create();
  private final int masterPort;
  private final int replicaPort;

  private RedisSentinel(Path folder, File executable) throws IOException {
    this.folder = folder;
    this.executable = executable;
    this.masterPort = freePort();
    this.replicaPort = freePort();
  }

  static RedisSentinel start(Path folder) throws Exception {
    Files.createDirectories(folder);
    File executable = ExecutableProvider.newJarResourceProvider(folder.toFile()).get();
    if (!executable.setExecutable(true)) {
      throw new IOException("redis-server cannot be made executable");
    }
    RedisSentinel sentinel = new RedisSentinel(folder, executable);
    sentinel.launchServer(sentinel.masterPort, List.of());
    sentinel.launchServer(
        sentinel.replicaPort,
        List.of("--replicaof", "127.0.0.1", Integer.toString(sentinel.masterPort)));
    sentinel.awaitInfo(sentinel.masterPort, "replication", "state=online");
    // One after the other: a port that was free may be taken by the time it is listened on.
    for (int tries = 0;
        sentinel.sentinelPorts.size() < SENTINELS && tries < 3 * SENTINELS;
        tries++) {
      int port = freePort();
      sentinel.launchSentinel(port);
      if (sentinel.answers(port)) {
        sentinel.sentinelPorts.add(port);
      } else {
        sentinel.processes.removeLast().destroyForcibly();
      }
    }
    for (int port : sentinel.sentinelPorts) {
      sentinel.awaitInfo(port, "sentinel", "slaves=1,sentinels=" + SENTINELS);
    }
    return sentinel;
  }

  /// The address for settings.
  String uri() {
    return "redis-sentinel://"
        + String.join(",", sentinelPorts.stream().map(port -> "127.0.0.1:" + port).toList())
        + "/0#shop";
  }

  void killMaster() {
    processes.getFirst().destroyForcibly();
  }

  /// Whether the replica serves as master.
  boolean hasFailedOver() {
    return info(replicaPort, "replication").contains("role:master");
  }

  /// Waits until the replica has what the master has.
  void awaitReplicated() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      String text = info(masterPort, "replication");
      String offset = text.replaceAll("(?s).*master_repl_offset:(\\d+).*", "$1");
      if (text.contains("offset=" + offset + ",")) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the replica does not keep up: " + text);
      }
      Thread.sleep(20);
    }
  }

  private void launchServer(int port, List<String> more) throws IOException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--repl-diskless-sync",
                "yes",
                "--repl-diskless-sync-delay",
                "0"));
    options.addAll(more);
    launch(port, options);
  }

  private void launchSentinel(int port) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sentinel-" + port + ".conf"),
            """
            port %d
            bind 127.0.0.1
            sentinel monitor shop 127.0.0.1 %d 2
            sentinel down-after-milliseconds shop 3000
            sentinel failover-timeout shop 5000
            """
                .formatted(port, masterPort));
    launch(port, List.of(file.toString(), "--sentinel"));
  }

  /// Whether the sentinel of a port is one that was just launched and knows the master.
  private boolean answers(int port) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (processes.getLast().isAlive() && System.nanoTime() < deadline) {
      if (info(port, "sentinel").contains("master0:name=shop")) {
        return true;
      }
      Thread.sleep(50);
    }
    return false;
  }

  private void launch(int port, List<String> options) throws IOException {
    Path own = Files.createDirectories(folder.resolve("node-" + port));
    List<String> command = new ArrayList<>();
    command.add(executable.getAbsolutePath());
    command.addAll(options);
    processes.add(
        new ProcessBuilder(command)
            .directory(own.toFile())
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("log").toFile())
            .start());
  }

  private void awaitInfo(int port, String section, String text) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!info(port, section).contains(text)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not in time: " + text + " in " + info(port, section));
      }
      Thread.sleep(50);
    }
  }

  private String info(int port, String section) {
    try (StatefulRedisConnection<String, String> connection =
        client.connect(RedisURI.create("127.0.0.1", port))) {
      return connection.sync().info(section);
    } catch (RuntimeException e) {
      return "";
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    client.shutdown();
    processes.forEach(Process::destroyForcibly);
  }
}
