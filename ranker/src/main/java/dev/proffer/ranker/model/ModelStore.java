// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.runtime.failure.ProfferException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The model bundles of recommendations; see [BundleFolder] for how they lie on disk.
public final class ModelStore {
  private static final Logger log = LoggerFactory.getLogger(ModelStore.class);

  static final String CURRENT = BundleFolder.CURRENT;
  private static final String ITEMS = "items.bin";
  private static final String SEQ_KNN = "seq-knn.bin";
  private static final String POPULARITY = "popularity.bin";
  private static final String RANKER = "ranker.txt";
  private static final String HEADS = "heads.bin";

  private final BundleFolder bundles;

  /// What a list of bundles shows.
  public record Summary(
      String version,
      long trainedAtUnixMs,
      String featureSetHash,
      Map<String, Double> metrics,
      long sizeBytes) {}

  public ModelStore(Path folder) {
    this.bundles = new BundleFolder(folder, "model bundle");
  }

  public Path folder() {
    return bundles.path();
  }

  /// Writes a bundle. The version must be new.
  ///
  /// @param numbers what the item numbers of the model mean
  public void write(TrainedModel model, ItemNumbers numbers) throws IOException {
    bundles.write(
        model.version(),
        bundle -> {
          Map<String, BundleFolder.FileEntry> files = new LinkedHashMap<>();
          files.put(
              ITEMS,
              BundleFolder.writeFile(
                  bundle.resolve(ITEMS),
                  out -> {
                    out.writeInt(numbers.size());
                    for (int i = 0; i < numbers.size(); i++) {
                      out.writeUTF(numbers.id(i));
                    }
                  }));
          files.put(
              SEQ_KNN, BundleFolder.writeFile(bundle.resolve(SEQ_KNN), model.seqKnn()::write));
          files.put(
              POPULARITY,
              BundleFolder.writeFile(bundle.resolve(POPULARITY), model.popularity()::write));
          files.putAll(model.sources().write(bundle));
          RankModel ranker = model.ranker();
          if (ranker != null) {
            byte[] text = ranker.text().getBytes(StandardCharsets.UTF_8);
            files.put(
                RANKER, BundleFolder.writeFile(bundle.resolve(RANKER), out -> out.write(text)));
          }
          ShopHeads heads = model.heads();
          if (heads != null) {
            files.put(HEADS, BundleFolder.writeFile(bundle.resolve(HEADS), heads::write));
          }
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
          BundleFolder.writeBytes(bundle.resolve(Manifest.FILE), manifest.toJson());
        });
  }

  /// All bundles whose manifest can be read, newest first.
  public List<Summary> list() {
    List<Summary> result = new ArrayList<>();
    for (String version : bundles.versions()) {
      try {
        Manifest manifest = manifest(version);
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
    return load(version, numbers, ExactIndex::new);
  }

  /// The same, with a way to find the nearest vectors of sources that have some.
  TrainedModel load(
      String version, ItemNumbers numbers, Function<VectorTable, VectorIndex> indexing)
      throws BundleException {
    Manifest manifest = verify(version);
    Path bundle = bundles.bundle(version);
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
      BatchSources sources = BatchSources.read(bundle, manifest.files().keySet(), mapped, indexing);
      RankModel ranker =
          manifest.files().containsKey(RANKER)
              ? RankModel.parse(Files.readString(bundle.resolve(RANKER)))
              : null;
      if (ranker != null) {
        checkFeatures(version, RANKER, ranker.featureSetHash(), manifest);
      }
      ShopHeads heads = null;
      if (manifest.files().containsKey(HEADS)) {
        try (DataInputStream in = open(bundle.resolve(HEADS))) {
          heads = ShopHeads.read(in);
        }
        checkFeatures(version, HEADS, heads.featureSetHash(), manifest);
      }
      return new TrainedModel(
          manifest.version(),
          manifest.trainedAtUnixMs(),
          manifest.eventOffset(),
          manifest.featureSetHash(),
          manifest.weights(),
          manifest.metrics(),
          seqKnn,
          popularity,
          ranker,
          sources,
          heads);
    } catch (IOException
        | LearningException
        | ArrayIndexOutOfBoundsException
        | NegativeArraySizeException e) {
      throw new BundleException("model bundle " + version + ": unreadable: " + e.getMessage(), e);
    }
  }

  private static void checkFeatures(String version, String file, String hash, Manifest manifest)
      throws BundleException {
    if (!hash.equals(manifest.featureSetHash())) {
      throw new BundleException(
          "model bundle "
              + version
              + ": "
              + file
              + " reads feature set "
              + hash
              + " (expected: "
              + manifest.featureSetHash()
              + ", as the manifest says)");
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
    bundles.verify(version, manifest.files());
    return manifest;
  }

  /// The version that serves; empty when none does.
  public String current() {
    return bundles.current();
  }

  /// Makes a bundle the current one after checking it.
  public synchronized void activate(String version) throws BundleException {
    verify(version);
    bundles.activate(version);
  }

  /// Makes the bundle current that was so before, and returns its version.
  public synchronized String rollback() throws BundleException {
    List<String> versions = new ArrayList<>(bundles.activations());
    if (versions.size() < 2) {
      throw ProfferException.precondition(
          ErrorReason.ERROR_REASON_PRECONDITION,
          "no model bundle was active before the current one",
          Map.of("state", "NO_EARLIER_MODEL"));
    }
    versions.removeLast();
    verify(versions.getLast());
    bundles.writeActivations(versions);
    return versions.getLast();
  }

  private Manifest manifest(String version) throws BundleException {
    Path bundle = bundles.bundle(version);
    try {
      return Manifest.parse(
          "model bundle " + version, Files.readAllBytes(bundle.resolve(Manifest.FILE)));
    } catch (NoSuchFileException e) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_MODEL, "model_version", version);
    } catch (IOException e) {
      throw new BundleException("model bundle " + version + ": " + Manifest.FILE, e);
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    return Files.size(file) < (64 << 20)
        ? new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))
        : new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
  }
}
