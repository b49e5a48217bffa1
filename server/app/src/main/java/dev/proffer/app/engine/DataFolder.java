// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import dev.proffer.app.console.Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The folder in which one engine keeps its data. One process at a time owns it.
///
/// Ownership is a lock of the operating system on `engine.lock`, so it ends with the process
/// however that ends. A server also writes its address to `engine.address`, where commands find it.
public final class DataFolder {
  // Locks belong to a process, and closing any channel on the file drops them: while this process
  // owns a folder nothing here may open its lock file again.
  private static final Set<Path> OWNED_HERE = ConcurrentHashMap.newKeySet();

  private final Path path;

  private DataFolder(Path path) {
    this.path = path;
  }

  /// The folder, made when it is not there.
  public static DataFolder at(Path path) throws IOException {
    Files.createDirectories(path);
    return new DataFolder(path.toRealPath());
  }

  public Path path() {
    return path;
  }

  /// Takes ownership, or fails saying who has it.
  public Owned own() throws IOException {
    if (!OWNED_HERE.add(path)) {
      throw inUse();
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse();
      }
      Files.deleteIfExists(addressFile());
      return new Owned(channel);
    } catch (IOException | RuntimeException e) {
      OWNED_HERE.remove(path);
      if (channel != null) {
        channel.close();
      }
      throw e;
    }
  }

  /// The server that owns the folder now, if one does.
  public Optional<EngineAddress> server() throws IOException {
    return isOwned() && Files.exists(addressFile())
        ? Optional.of(EngineAddress.read(addressFile()))
        : Optional.empty();
  }

  /// Whether some process, perhaps this one, owns the folder.
  public boolean isOwned() throws IOException {
    if (OWNED_HERE.contains(path)) {
      return true;
    }
    if (!Files.exists(lockFile())) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(lockFile(), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    }
  }

  private Failure inUse() throws IOException {
    String owner =
        Files.exists(addressFile())
            ? "the server at " + EngineAddress.read(addressFile()).grpc()
            : "another command that is running now";
    return new Failure(
        path + ": is in use by " + owner + "; stop it, or choose another folder with --data");
  }

  private Path lockFile() {
    return path.resolve("engine.lock");
  }

  private Path addressFile() {
    return path.resolve("engine.address");
  }

  /// Ownership of the folder, until it is closed.
  public final class Owned implements AutoCloseable {
    private final FileChannel channel;

    private Owned(FileChannel channel) {
      this.channel = channel;
    }

    public Path path() {
      return path;
    }

    /// Tells commands where the server of this folder is.
    public void announce(EngineAddress address) throws IOException {
      address.write(addressFile());
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(addressFile());
      channel.close();
      OWNED_HERE.remove(path);
    }
  }
}
