// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.core.ExecutableProvider;

/// A real redis-server of our own, unpacked from a jar, so that nothing must be installed to try
/// Proffer.
///
/// It runs as a child process on a loopback port with its own data folder (append-only file), is
/// started again when it dies, and is stopped with this object. A server that an earlier, killed
/// process left behind on the same folder is stopped first, because two servers would corrupt the
/// file.
public final class EmbeddedRedis implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedRedis.class);
  private static final Duration START_MAX = Duration.ofSeconds(20);
  private static final Duration RESTART_PAUSE = Duration.ofSeconds(2);

  private final Path folder;
  private final Path executable;
  private final int port;
  private final AtomicReference<@Nullable Process> process = new AtomicReference<>();
  private volatile boolean closing;

  private EmbeddedRedis(Path folder, Path executable, int port) {
    this.folder = folder;
    this.executable = executable;
    this.port = port;
  }

  /// Starts a server that keeps its data in the folder. It prefers the port it had there before.
  public static EmbeddedRedis start(Path folder) throws IOException {
    Files.createDirectories(folder);
    stopOrphan(folder);
    EmbeddedRedis redis = new EmbeddedRedis(folder, unpack(folder), choosePort(folder));
    redis.launch();
    Thread.ofPlatform().daemon().name("redis-supervisor").start(redis::supervise);
    return redis;
  }

  public int port() {
    return port;
  }

  /// The address for Lettuce.
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /// The process id of the server that runs now, for operators and for tests that kill it.
  public long pid() {
    Process current = process.get();
    return current == null ? -1 : current.pid();
  }

  @Override
  public void close() {
    closing = true;
    Process current = process.getAndSet(null);
    if (current == null) {
      return;
    }
    current.destroy();
    try {
      if (!current.waitFor(10, TimeUnit.SECONDS)) {
        current.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
      Files.deleteIfExists(pidFile(folder));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("could not remove {}", pidFile(folder), e);
    }
  }

  private void launch() throws IOException {
    List<String> command = new ArrayList<>();
    // Ctrl-C on a terminal reaches every process of the group. In a session of its own the server
    // is there until we have written what we must, and then we stop it.
    Stream.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"))
        .filter(Files::isExecutable)
        .findFirst()
        .ifPresent(setsid -> command.add(setsid.toString()));
    command.addAll(
        List.of(
            executable.toString(),
            "--port",
            Integer.toString(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            folder.toAbsolutePath().toString(),
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
            "--save",
            "",
            "--daemonize",
            "no",
            "--maxmemory-policy",
            "noeviction"));
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("redis.log").toFile()))
            .start();
    process.set(started);
    Files.writeString(pidFile(folder), Long.toString(started.pid()));
    Files.writeString(portFile(folder), Integer.toString(port));
    long deadline = System.nanoTime() + START_MAX.toNanos();
    while (!answers(port)) {
      if (!started.isAlive()) {
        throw new IOException(
            "redis-server stopped while starting; its log is " + folder.resolve("redis.log"));
      }
      if (System.nanoTime() > deadline) {
        started.destroyForcibly();
        throw new IOException("redis-server did not answer within " + START_MAX);
      }
      pause(Duration.ofMillis(20));
    }
  }

  private void supervise() {
    while (!closing) {
      Process current = process.get();
      if (current == null) {
        return;
      }
      try {
        current.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (closing) {
        return;
      }
      log.warn("redis-server stopped unexpectedly; starting it again in {}", RESTART_PAUSE);
      pause(RESTART_PAUSE);
      if (closing) {
        return;
      }
      try {
        if (answers(port)) {
          // Somebody else put a server on our port. Wait for it to go rather than fight for the
          // port.
          log.warn("port {} is answered by a redis-server that is not ours", port);
          pause(RESTART_PAUSE);
        } else {
          launch();
        }
      } catch (IOException e) {
        log.error("could not start redis-server again", e);
      }
    }
  }

  /// Stops servers of this folder, whoever started them. They are found by their program and not by
  /// the file with their id, because a process can be killed before it has written that.
  private static void stopOrphan(Path folder) throws IOException {
    String program = folder.resolve("redis-server").toAbsolutePath().toString();
    List<ProcessHandle> orphans =
        ProcessHandle.allProcesses()
            .filter(process -> process.info().command().filter(program::equals).isPresent())
            .toList();
    for (ProcessHandle orphan : orphans) {
      log.info("stopping the redis-server that an earlier process left behind ({})", orphan.pid());
      orphan.destroy();
      try {
        orphan.onExit().get(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        orphan.destroyForcibly();
      }
    }
    Files.deleteIfExists(pidFile(folder));
  }

  private static Path unpack(Path folder) throws IOException {
    Path target = folder.resolve("redis-server").toAbsolutePath();
    if (Files.isExecutable(target)) {
      return target;
    }
    Path unpackFolder = Files.createTempDirectory(folder, "unpack");
    Path unpacked = ExecutableProvider.newJarResourceProvider(unpackFolder.toFile()).get().toPath();
    if (!unpacked.toFile().setExecutable(true)) {
      throw new IOException(unpacked + ": could not be made executable");
    }
    Files.move(unpacked, target);
    Files.deleteIfExists(unpackFolder);
    return target;
  }

  private static int choosePort(Path folder) throws IOException {
    Path file = portFile(folder);
    if (Files.exists(file)) {
      String text = Files.readString(file).strip();
      if (text.matches("\\d{2,5}") && isFree(Integer.parseInt(text))) {
        return Integer.parseInt(text);
      }
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(500);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] reply = socket.getInputStream().readNBytes(5);
      return new String(reply, StandardCharsets.US_ASCII).equals("+PONG");
    } catch (IOException e) {
      return false;
    }
  }

  private static Path pidFile(Path folder) {
    return folder.resolve("redis.pid");
  }

  private static Path portFile(Path folder) {
    return folder.resolve("redis.port");
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }
}
