// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.file.FolderTree;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
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
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Model bundles in a folder: one folder for each version, and a file `CURRENT` that says which one
/// serves.
///
/// A bundle is written beside its place and moved there when it is whole and on disk, and `CURRENT`
/// is replaced in one move, so a reader never sees half of anything. `CURRENT` holds one version a
/// line, the serving one last, so that a rollback knows what was before.
public final class ModelStore {
  private static final Logger log = LoggerFactory.getLogger(ModelStore.class);

  static final String CURRENT = "CURRENT";
  private static final String ITEMS = "items.bin";
  private static final String SEQ_KNN = "seq-knn.bin";
  private static final String POPULARITY = "popularity.bin";
  private static final int ACTIVATIONS_MAX = 50;

  private final Path folder;

  /// What a list of bundles shows.
  public record Summary(
      String version,
      long trainedAtUnixMs,
      String featureSetHash,
      Map<String, Double> metrics,
      long sizeBytes) {}

  public ModelStore(Path folder) {
    this.folder = folder;
  }

  public Path folder() {
    return folder;
  }

  /// Writes a bundle. The version must be new.
  ///
  /// @param numbers what the item numbers of the model mean
  public void write(TrainedModel model, ItemNumbers numbers) throws IOException {
    checkVersion(model.version());
    Path target = folder.resolve(model.version());
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Files.createDirectories(folder);
    Path unfinished = Files.createTempDirectory(folder, ".unfinished-");
    try {
      Map<String, Manifest.FileEntry> files = new LinkedHashMap<>();
      files.put(
          ITEMS,
          writeFile(
              unfinished.resolve(ITEMS),
              out -> {
                out.writeInt(numbers.size());
                for (int i = 0; i < numbers.size(); i++) {
                  out.writeUTF(numbers.id(i));
                }
              }));
      files.put(SEQ_KNN, writeFile(unfinished.resolve(SEQ_KNN), model.seqKnn()::write));
      files.put(POPULARITY, writeFile(unfinished.resolve(POPULARITY), model.popularity()::write));
      Manifest manifest =
          new Manifest(
              model.version(),
              model.trainedAtUnixMs(),
              model.eventOffset(),
              model.featureSetHash(),
              model.seqKnn().parameters(),
              model.weights(),
              model.metrics(),
              files);
      writeBytes(unfinished.resolve(Manifest.FILE), manifest.toJson());
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      FolderTree.delete(unfinished);
    }
  }

  /// All bundles whose manifest can be read, newest first.
  public List<Summary> list() {
    List<Summary> result = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.filter(ModelStore::looksLikeBundle).toList()) {
        try {
          Manifest manifest = manifest(String.valueOf(entry.getFileName()));
          result.add(
              new Summary(
                  manifest.version(),
                  manifest.trainedAtUnixMs(),
                  manifest.featureSetHash(),
                  manifest.metrics(),
                  manifest.sizeBytes()));
        } catch (BundleException e) {
          log.warn("{} is not listed", e.getMessage());
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    result.sort(
        Comparator.comparingLong(Summary::trainedAtUnixMs)
            .thenComparing(Summary::version)
            .reversed());
    return result;
  }

  /// Checks length and hash of every file and reads the bundle.
  ///
  /// @throws BundleException when it is missing, truncated or altered, naming what
  public TrainedModel load(String version, ItemNumbers numbers) throws BundleException {
    Manifest manifest = verify(version);
    Path bundle = folder.resolve(version);
    try {
      int[] mapped;
      try (DataInputStream in = open(bundle.resolve(ITEMS))) {
        mapped = new int[in.readInt()];
        for (int i = 0; i < mapped.length; i++) {
          mapped[i] = numbers.intern(in.readUTF());
        }
      }
      SeqKnn seqKnn;
      try (DataInputStream in = open(bundle.resolve(SEQ_KNN))) {
        seqKnn = SeqKnn.read(in, manifest.seqKnn(), i -> mapped[i]);
      }
      Popularity popularity;
      try (DataInputStream in = open(bundle.resolve(POPULARITY))) {
        popularity = Popularity.read(in, i -> mapped[i]);
      }
      return new TrainedModel(
          manifest.version(),
          manifest.trainedAtUnixMs(),
          manifest.eventOffset(),
          manifest.featureSetHash(),
          manifest.weights(),
          manifest.metrics(),
          seqKnn,
          popularity);
    } catch (IOException | ArrayIndexOutOfBoundsException | NegativeArraySizeException e) {
      throw new BundleException("model bundle " + version + ": unreadable: " + e.getMessage(), e);
    }
  }

  /// Checks a bundle without reading it into memory.
  Manifest verify(String version) throws BundleException {
    Manifest manifest = manifest(version);
    if (!manifest.version().equals(version)) {
      throw new BundleException(
          "model bundle " + version + ": its manifest says " + manifest.version());
    }
    Set<String> needed = Set.of(ITEMS, SEQ_KNN, POPULARITY);
    if (!manifest.files().keySet().containsAll(needed)) {
      throw new BundleException(
          "model bundle "
              + version
              + ": its manifest lists "
              + manifest.files().keySet()
              + " (expected: "
              + needed
              + ")");
    }
    for (Map.Entry<String, Manifest.FileEntry> file : manifest.files().entrySet()) {
      if (file.getKey().contains("/") || file.getKey().contains("\\")) {
        throw new BundleException(
            "model bundle " + version + ": file name '" + file.getKey() + "' leads elsewhere");
      }
      Path path = folder.resolve(version).resolve(file.getKey());
      try {
        long bytes = Files.size(path);
        if (bytes != file.getValue().bytes()) {
          throw new BundleException(
              "model bundle "
                  + version
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
              "model bundle "
                  + version
                  + ": "
                  + file.getKey()
                  + " was altered: its SHA-256 differs");
        }
      } catch (NoSuchFileException e) {
        throw new BundleException(
            "model bundle " + version + ": " + file.getKey() + " is missing", e);
      } catch (IOException e) {
        throw new BundleException(
            "model bundle " + version + ": " + file.getKey() + " cannot be read", e);
      }
    }
    return manifest;
  }

  /// The version that serves; empty when none does.
  public String current() {
    List<String> versions = activations();
    return versions.isEmpty() ? "" : versions.getLast();
  }

  /// Makes a bundle the current one after checking it.
  public synchronized void activate(String version) throws BundleException {
    verify(version);
    List<String> versions = new ArrayList<>(activations());
    if (!versions.isEmpty() && versions.getLast().equals(version)) {
      return;
    }
    versions.add(version);
    writeActivations(versions);
  }

  /// Makes the bundle current that was so before, and returns its version.
  public synchronized String rollback() throws BundleException {
    List<String> versions = new ArrayList<>(activations());
    if (versions.size() < 2) {
      throw ProfferException.precondition(
          ErrorReason.ERROR_REASON_PRECONDITION,
          "no model bundle was active before the current one",
          Map.of("state", "NO_EARLIER_MODEL"));
    }
    versions.removeLast();
    verify(versions.getLast());
    writeActivations(versions);
    return versions.getLast();
  }

  private List<String> activations() {
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

  private void writeActivations(List<String> versions) {
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

  private Manifest manifest(String version) throws BundleException {
    checkVersion(version);
    try {
      return Manifest.parse(
          "model bundle " + version,
          Files.readAllBytes(folder.resolve(version).resolve(Manifest.FILE)));
    } catch (NoSuchFileException e) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_MODEL, "model_version", version);
    } catch (IOException e) {
      throw new BundleException("model bundle " + version + ": " + Manifest.FILE, e);
    }
  }

  private static void checkVersion(String version) {
    if (!version.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")) {
      throw ProfferException.invalidField(
          "model_version", "must be letters, digits, '.', '_' and '-', not beginning with '.'");
    }
  }

  private static boolean looksLikeBundle(Path entry) {
    return !String.valueOf(entry.getFileName()).startsWith(".")
        && Files.isRegularFile(entry.resolve(Manifest.FILE));
  }

  @FunctionalInterface
  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private static Manifest.FileEntry writeFile(Path file, Writer writer) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      writer.write(out);
    }
    force(file);
    return new Manifest.FileEntry(Files.size(file), sha256(file));
  }

  private static void writeBytes(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    force(file);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    return Files.size(file) < (64 << 20)
        ? new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))
        : new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
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
