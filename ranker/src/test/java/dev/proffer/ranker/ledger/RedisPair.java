// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

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
import redis.embedded.core.ExecutableProvider;

/// A primary, its replica and a sentinel that promotes the replica when the primary is lost.
final class RedisPair implements AutoCloseable {
  private final List<Process> servers = new ArrayList<>();
  private final int sentinelPort;

  private RedisPair(int sentinelPort) {
    this.sentinelPort = sentinelPort;
  }

  static RedisPair start(Path folder) throws Exception {
    Files.createDirectories(folder);
    File executable = ExecutableProvider.newJarResourceProvider(folder.toFile()).get();
    if (!executable.setExecutable(true)) {
      throw new IOException("redis-server cannot be made executable");
    }
    int primary = freePort();
    int replica = freePort();
    RedisPair pair = new RedisPair(freePort());
    pair.launch(folder, executable, primary, "");
    pair.launch(folder, executable, replica, "replicaof 127.0.0.1 " + primary);
    awaitInfo(replica, "master_link_status:up");
    pair.launch(
        folder,
        executable,
        pair.sentinelPort,
        """
        sentinel monitor leases 127.0.0.1 %d 1
        sentinel down-after-milliseconds leases 300
        sentinel failover-timeout leases 2000
        """
            .formatted(primary));
    awaitInfo(pair.sentinelPort, "slaves=1");
    return pair;
  }

  String uri() {
    return "redis-sentinel://127.0.0.1:" + sentinelPort + "/#leases";
  }

  /// `kill -9` of the primary, with whatever it had not sent to the replica.
  void killPrimary() {
    servers.getFirst().destroyForcibly();
  }

  private void launch(Path folder, File executable, int port, String more) throws IOException {
    Path own = Files.createDirectories(folder.resolve("redis-" + port));
    Path config = own.resolve("redis.conf");
    Files.writeString(
        config,
        """
        port %d
        bind 127.0.0.1
        dir %s
        repl-diskless-sync yes
        repl-diskless-sync-delay 0
        %s
        """
            .formatted(port, own, more));
    List<String> command = new ArrayList<>(List.of(executable.getPath(), config.toString()));
    if (more.startsWith("sentinel")) {
      command.add("--sentinel");
    }
    servers.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("log").toFile())
            .start());
  }

  private static void awaitInfo(int port, String text) throws InterruptedException {
    RuntimeException last = null;
    for (int i = 0; i < 300; i++) {
      RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        if (connection.sync().info().contains(text)) {
          return;
        }
      } catch (RuntimeException e) {
        last = e;
      } finally {
        client.shutdown();
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("Redis on port " + port + " never said " + text, last);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (Process server : servers) {
      server.destroyForcibly().waitFor();
    }
  }
}
