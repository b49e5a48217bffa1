// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import redis.embedded.core.ExecutableProvider;

/// Three masters, each with one replica, of the bundled redis-server.
final class RedisCluster implements AutoCloseable {
  private static final int MASTERS = 3;
  private static final int SLOTS = 16384;

  private final List<Process> servers = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
  private final RedisClient client = RedisClient.create();

  private RedisCluster() {}

  static RedisCluster start(Path folder) throws Exception {
    Files.createDirectories(folder);
    File executable = ExecutableProvider.newJarResourceProvider(folder.toFile()).get();
    if (!executable.setExecutable(true)) {
      throw new IOException("redis-server cannot be made executable");
    }
    RedisCluster cluster = new RedisCluster();
    for (int i = 0; i < MASTERS * 2; i++) {
      cluster.launch(folder, executable, freePort());
    }
    cluster.join();
    return cluster;
  }

  /// The address for settings.
  String uri() {
    return "redis-cluster://"
        + String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList());
  }

  /// Kills the first master and returns nothing of it: its replica has to take over.
  void killFirstMaster() {
    servers.getFirst().destroyForcibly();
  }

  /// The master of a slot by its position among the first three servers.
  static int masterOf(int slot) {
    return Math.min(MASTERS - 1, slot / (SLOTS / MASTERS));
  }

  /// Moves a slot with its keys from one master to another, as a resharding tool does.
  void migrate(int slot, int from, int to) {
    beginMigration(slot, from, to, List.of());
    finishMigration(slot, from, to);
  }

  /// Begins to move a slot and leaves it between two masters, with these keys moved.
  void beginMigration(int slot, int from, int to, List<String> keys) {
    RedisCommands<String, String> source = connections.get(from).sync();
    RedisCommands<String, String> target = connections.get(to).sync();
    target.clusterSetSlotImporting(slot, source.clusterMyId());
    source.clusterSetSlotMigrating(slot, target.clusterMyId());
    if (!keys.isEmpty()) {
      source.migrate("127.0.0.1", ports.get(to), 0, 5000, MigrateArgs.Builder.keys(keys).replace());
    }
  }

  void finishMigration(int slot, int from, int to) {
    RedisCommands<String, String> source = connections.get(from).sync();
    String targetId = connections.get(to).sync().clusterMyId();
    while (true) {
      List<String> keys = source.clusterGetKeysInSlot(slot, 100);
      if (keys.isEmpty()) {
        break;
      }
      source.migrate("127.0.0.1", ports.get(to), 0, 5000, MigrateArgs.Builder.keys(keys).replace());
    }
    for (int i = 0; i < MASTERS; i++) {
      connections.get(i).sync().clusterSetSlotNode(slot, targetId);
    }
  }

  private void launch(Path folder, File executable, int port) throws IOException {
    Path own = Files.createDirectories(folder.resolve("node-" + port));
    servers.add(
        new ProcessBuilder(
                executable.getAbsolutePath(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                own.toString(),
                "--save",
                "",
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "2000",
                "--cluster-require-full-coverage",
                "no",
                "--repl-diskless-sync",
                "yes",
                "--repl-diskless-sync-delay",
                "0")
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("log").toFile())
            .start());
    ports.add(port);
  }

  private void join() throws InterruptedException {
    for (int port : ports) {
      connections.add(connect(port));
    }
    for (int i = 0; i < MASTERS; i++) {
      int first = i * (SLOTS / MASTERS);
      int last = i == MASTERS - 1 ? SLOTS : (i + 1) * (SLOTS / MASTERS);
      connections.get(i).sync().clusterAddSlots(IntStream.range(first, last).toArray());
    }
    for (int port : ports.subList(1, ports.size())) {
      connections.getFirst().sync().clusterMeet("127.0.0.1", port);
    }
    await("all nodes know each other", "cluster_known_nodes:" + ports.size());
    for (int i = 0; i < MASTERS; i++) {
      String master = connections.get(i).sync().clusterMyId();
      while (!connections.get(i + MASTERS).sync().clusterNodes().contains(master)) {
        Thread.sleep(50);
      }
      connections.get(i + MASTERS).sync().clusterReplicate(master);
    }
    await("the cluster is up", "cluster_state:ok");
    for (int i = MASTERS; i < ports.size(); i++) {
      while (!connections.get(i).sync().info("replication").contains("master_link_status:up")) {
        Thread.sleep(50);
      }
    }
  }

  private void await(String what, String text) throws InterruptedException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    for (StatefulRedisConnection<String, String> connection : connections) {
      while (!connection.sync().clusterInfo().contains(text)) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("not in time: " + what);
        }
        Thread.sleep(50);
      }
    }
  }

  private StatefulRedisConnection<String, String> connect(int port) throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      try {
        return client.connect(RedisURI.create("127.0.0.1", port));
      } catch (RuntimeException e) {
        if (attempt > 100) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  private static int freePort() throws IOException {
    // The bus of a node listens 10,000 above its port.
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (socket.getLocalPort() < 55_000) {
          return socket.getLocalPort();
        }
      }
    }
  }

  @Override
  public void close() {
    client.shutdown();
    servers.forEach(Process::destroyForcibly);
  }
}
