// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.featurestore.registry.RegistryYaml.Declarations;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.Compatibility;
import dev.proffer.proto.featurestore.v1.RegistryChange;
import dev.proffer.runtime.failure.ProfferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Every version of the declarations, in a folder: `000001.yaml`, `000002.yaml`, … that are never
/// changed, `live`, which names the one that is served, and `given`, the text that the server was
/// last started with. Applying writes a new file and then swaps `live`, each durably, so a crash
/// leaves one version or the other.
public final class RegistryHistory {
  private final Path folder;
  private Consumer<Registry> publish = _ -> {};
  private final List<Declarations> versions = new ArrayList<>();
  private Registry live;

  private RegistryHistory(Path folder, List<Declarations> versions, int liveVersion) {
    this.folder = folder;
    this.versions.addAll(versions);
    this.live = registryOf(liveVersion);
  }

  /// Opens the history of a folder. A declaration that differs from the one given before is
  /// applied, as if by [#apply].
  ///
  /// @param given the declaration that the server was started with
  /// @throws RegistryException when the given declaration is wrong
  public static RegistryHistory open(Path folder, String given) throws IOException {
    Files.createDirectories(folder);
    Declarations declarations = RegistryYaml.read(given);
    List<Declarations> versions = new ArrayList<>();
    for (Path file : files(folder)) {
      versions.add(RegistryYaml.read(Files.readString(file)));
    }
    Path givenFile = folder.resolve("given");
    if (versions.isEmpty()) {
      write(fileOf(folder, 1), given);
      write(folder.resolve("live"), "1");
      write(givenFile, given);
      return new RegistryHistory(folder, List.of(declarations), 1);
    }
    int liveVersion = Integer.parseInt(Files.readString(folder.resolve("live")).strip());
    RegistryHistory history = new RegistryHistory(folder, versions, liveVersion);
    if (!Files.exists(givenFile) || !Files.readString(givenFile).equals(given)) {
      history.apply(given, 0);
      write(givenFile, given);
    }
    return history;
  }

  /// Names who is told of every later change.
  public synchronized void onChange(Consumer<Registry> listener) {
    publish = listener;
  }

  public synchronized Registry live() {
    return live;
  }

  /// What a declaration would change.
  public synchronized RegistryPlan plan(String yaml) {
    return RegistryPlan.between(live, next(read(yaml)));
  }

  /// Makes a declaration live, all of it or nothing. A declaration that changes nothing makes no
  /// version.
  ///
  /// @param expectedVersion the live version that it was planned against; 0 for any
  public synchronized RegistryPlan apply(String yaml, int expectedVersion) {
    Declarations declarations = read(yaml);
    if (expectedVersion != 0 && expectedVersion != live.version()) {
      throw ProfferException.precondition(
          ErrorReason.ERROR_REASON_PRECONDITION,
          "expected_version: the live version is " + live.version() + ", so the plan is outdated",
          Map.of("state", Integer.toString(live.version())));
    }
    Registry next = next(declarations);
    RegistryPlan plan = RegistryPlan.between(live, next);
    for (RegistryChange change : plan.changes()) {
      if (change.getCompatibility() == Compatibility.COMPATIBILITY_REFUSED) {
        throw ProfferException.precondition(
            ErrorReason.ERROR_REASON_INCOMPATIBLE_SCHEMA,
            change.getSubject() + ": " + change.getChange(),
            Map.of("feature", change.getSubject(), "change", change.getChange()));
      }
    }
    if (plan.changes().isEmpty()) {
      return plan;
    }
    try {
      write(fileOf(folder, next.version()), yaml);
      write(folder.resolve("live"), Integer.toString(next.version()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    versions.add(declarations);
    live = next;
    publish.accept(live);
    return plan;
  }

  /// Makes an earlier version live again.
  public synchronized Registry rollback(int version) {
    if (version < 1 || version > versions.size()) {
      throw ProfferException.invalidField(
          "version", "must be a version of the registry, from 1 to " + versions.size());
    }
    Registry target = registryOf(version);
    try {
      write(folder.resolve("live"), Integer.toString(version));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    live = target;
    publish.accept(live);
    return live;
  }

  private Registry next(Declarations declarations) {
    Registry all = registryOf(versions.size());
    Registry next = RegistryBuilder.next(declarations, all);
    return RegistryBuilder.next(declarations, next).withVersion(next.version());
  }

  /// The registry of a version, which can read the rows of all versions.
  private Registry registryOf(int version) {
    Registry all = null;
    for (Declarations declarations : versions) {
      all = RegistryBuilder.next(declarations, all);
    }
    return RegistryBuilder.next(versions.get(version - 1), all).withVersion(version);
  }

  private static Declarations read(String yaml) {
    try {
      return RegistryYaml.read(yaml);
    } catch (RegistryException e) {
      throw ProfferException.invalidFields(
          e.problems().stream()
              .map(problem ->
                  new ProfferException.FieldViolation(
                      "yaml" + (problem.path().isEmpty() ? "" : "." + problem.path()),
                      problem.description()))
              .toList());
    }
  }

  private static Path fileOf(Path folder, int version) {
    return folder.resolve(String.format("%06d.yaml", version));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).matches("\\d{6}\\.yaml"))
          .sorted()
          .toList();
    }
  }

  private static void write(Path file, String text) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    @Nullable Path folder = file.getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
