// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.file.FolderTree;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Bundles of files in a folder: one folder for each version, with a manifest that lists length and
/// SHA-256 of its other files, and a file `CURRENT` that says which version serves.
///
/// A bundle is written beside its place and moved there when it is whole and on disk, and `CURRENT`
/// is replaced in one move, so a reader never sees half of anything. `CURRENT` holds one version a
/// line, the serving one last, so that a rollback knows what was before.
public final class BundleFolder {
  public static final String MANIFEST = "manifest.json";

  static final String CURRENT = "CURRENT";
  private static final int ACTIVATIONS_MAX = 50;

  private final Path folder;
  private final String kind;

  /// Length and SHA-256 (lower-case hexadecimal) of a file.
  public record FileEntry(long bytes, String sha256) {}

  /// Writes the files of a bundle.
  @FunctionalInterface
  public interface Contents {
    void write(Path bundle) throws IOException;
  }

  /// Writes one file.
  @FunctionalInterface
  public interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  /// @param kind what a bundle is called in messages, such as "model bundle"
  public BundleFolder(Path folder, String kind) {
    this.folder = folder;
    this.kind = kind;
  }

  public Path path() {
    return folder;
  }

  /// The folder of a version, whether or not it is there.
  ///
  /// @throws ProfferException when it is no version, so that none leads elsewhere
  public Path bundle(String version) {
    if (!version.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")) {
      throw ProfferException.invalidField(
          "model_version", "must be letters, digits, '.', '_' and '-', not beginning with '.'");
    }
    return folder.resolve(version);
  }

  /// Writes a bundle, whose version must be new.
  public void write(String version, Contents contents) throws IOException {
    Path target = bundle(version);
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Files.createDirectories(folder);
    Path unfinished = Files.createTempDirectory(folder, ".unfinished-");
    try {
      contents.write(unfinished);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      FolderTree.delete(unfinished);
    }
  }

  /// Takes a bundle away.
  public void delete(String version) throws IOException {
    FolderTree.delete(bundle(version));
  }

  /// The versions that have a manifest, in no order.
  public List<String> versions() {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry ->
              !String.valueOf(entry.getFileName()).startsWith(".")
                  && Files.isRegularFile(entry.resolve(MANIFEST)))
          .map(entry -> String.valueOf(entry.getFileName()))
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Checks length and hash of the files of a bundle.
  ///
  /// @throws BundleException when one is missing, truncated or altered, naming it
  public void verify(String version, Map<String, FileEntry> files) throws BundleException {
    String name = kind + " " + version;
    for (Map.Entry<String, FileEntry> file : files.entrySet()) {
      if (file.getKey().contains("/") || file.getKey().contains("\\")) {
        throw new BundleException(name + ": file name '" + file.getKey() + "' leads elsewhere");
      }
      Path path = bundle(version).resolve(file.getKey());
      try {
        long bytes = Files.size(path);
        if (bytes != file.getValue().bytes()) {
          throw new BundleException(
              name
                  + ": "
                  + file.getKey()
                  + " has "
                  + bytes
                  + " bytes (expected: "
                  + file.getValue().bytes()
                  + ")");
        }
        if (!sha256(path).equals(file.getValue().sha256())) {
          throw new BundleException(
              name + ": " + file.getKey() + " was altered: its SHA-256 differs");
        }
      } catch (NoSuchFileException e) {
        throw new BundleException(name + ": " + file.getKey() + " is missing", e);
      } catch (IOException e) {
        throw new BundleException(name + ": " + file.getKey() + " cannot be read", e);
      }
    }
  }

  /// The version that serves; empty when none does.
  public String current() {
    List<String> versions = activations();
    return versions.isEmpty() ? "" : versions.getLast();
  }

  /// Makes a version the current one. The caller has verified it.
  public void activate(String version) {
    List<String> versions = new ArrayList<>(activations());
    if (!versions.isEmpty() && versions.getLast().equals(version)) {
      return;
    }
    versions.add(version);
    writeActivations(versions);
  }

  /// The versions that were current, the serving one last.
  List<String> activations() {
    try {
      return Files.readAllLines(folder.resolve(CURRENT), StandardCharsets.UTF_8).stream()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void writeActivations(List<String> versions) {
    List<String> kept =
        versions.subList(Math.max(0, versions.size() - ACTIVATIONS_MAX), versions.size());
    try {
      Files.createDirectories(folder);
      Path unfinished = Files.createTempFile(folder, ".current-", "");
      writeBytes(unfinished, (String.join("\n", kept) + "\n").getBytes(StandardCharsets.UTF_8));
      Files.move(unfinished, folder.resolve(CURRENT), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes a file of a bundle, forces it to disk and says what the manifest must list.
  public static FileEntry writeFile(Path file, Writer writer) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      writer.write(out);
    }
    force(file);
    return new FileEntry(Files.size(file), sha256(file));
  }

  /// Writes a file and forces it to disk.
  public static void writeBytes(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    force(file);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        byte[] buffer = new byte[1 << 16];
        while (in.read(buffer) >= 0) {
          // The digest sees every byte that is read.
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
