// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.runtime.file.FolderTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A PostgreSQL of our own for a measurement, from the server programs that are installed, in a
/// folder that goes away with it. It forces every commit to disk, as in production.
final class LocalPostgresql implements AutoCloseable {
  private static final long START_SECONDS_MAX = 60;

  private final Path folder;
  private final Path programs;
  private final int port;

  private LocalPostgresql(Path folder, Path programs, int port) {
    this.folder = folder;
    this.programs = programs;
    this.port = port;
  }

  /// The folder of the newest server programs that are installed.
  static Optional<Path> programs() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path root : List.of(Path.of("/usr/lib/postgresql"), Path.of("/opt/homebrew/opt"))) {
      if (Files.isDirectory(root)) {
        try (Stream<Path> versions = Files.list(root)) {
          versions
              .map(version -> version.resolve("bin"))
              .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
              .forEach(found::add);
        }
      }
    }
    return found.stream().max(Comparator.comparing(Path::toString));
  }

  static LocalPostgresql start(Path programs) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("proffer-postgresql");
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    LocalPostgresql server = new LocalPostgresql(folder, programs, port);
    String data = folder.resolve("data").toString();
    server.run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8");
    server.run(
        "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        folder.resolve("log").toString(),
        "-o",
        "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on",
        "start");
    return server;
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  private void run(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      // The server refuses to run as root. In a user namespace of its own it is somebody else.
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(program + ".out").toFile())
            .start();
    if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(
          program + " did not work: " + Files.readString(folder.resolve(program + ".out")));
    }
  }

  @Override
  public void close() throws IOException {
    try {
      run("pg_ctl", "-D", folder.resolve("data").toString(), "-m", "fast", "-w", "stop");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    FolderTree.delete(folder);
  }
}
