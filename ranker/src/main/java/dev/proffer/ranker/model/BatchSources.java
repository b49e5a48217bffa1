// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.retrieval.BatchSource;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentMap;
import dev.proffer.ranker.retrieval.GrowingFactors;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.Renumbered;
import dev.proffer.ranker.retrieval.Renumbering;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The sources of a bundle that were learned as a whole, and where they put new items. A bundle may
/// have none of them.
public final class BatchSources {
  public static final BatchSources NONE = new BatchSources(List.of(), null, List.of(), null);

  private static final String PREFIX = "source-";
  private static final String SUFFIX = ".bin";
  private static final String NEW_ITEMS = "new-items.bin";

  private final List<BatchSource> learned;
  private final @Nullable ContentMap newItems;
  private final List<CandidateSource> serving;
  private final @Nullable GrowingFactors growing;

  private BatchSources(
      List<BatchSource> learned,
      @Nullable ContentMap newItems,
      List<CandidateSource> serving,
      @Nullable GrowingFactors growing) {
    this.learned = List.copyOf(learned);
    this.newItems = newItems;
    this.serving = List.copyOf(serving);
    this.growing = growing;
  }

  /// Sources whose item numbers are those of the process.
  ///
  /// @param newItems where the factors put items that they do not know; null when nobody knows
  /// @param items all item numbers are below this
  public static BatchSources of(
      List<BatchSource> learned, @Nullable ContentMap newItems, int items) {
    return of(learned, newItems, Renumbering.identity(items), true, ExactIndex::new);
  }

  private static BatchSources of(
      List<BatchSource> learned,
      @Nullable ContentMap newItems,
      Renumbering numbers,
      boolean same,
      Function<VectorTable, VectorIndex> indexing) {
    List<CandidateSource> serving = new ArrayList<>();
    GrowingFactors growing = null;
    for (BatchSource source : learned) {
      if (source instanceof ImplicitFactors factors && newItems != null) {
        growing = new GrowingFactors(factors, numbers, newItems, indexing);
        serving.add(growing);
      } else {
        serving.add(same ? source : new Renumbered(source, numbers));
      }
    }
    return new BatchSources(learned, newItems, serving, growing);
  }

  /// The sources, as requests ask them.
  public List<CandidateSource> all() {
    return serving;
  }

  /// What maps new items; null for a model that does not.
  public @Nullable ContentMap newItems() {
    return newItems;
  }

  /// Takes in the new items of a catalogue.
  public void follow(CatalogueSnapshot snapshot) {
    if (growing != null) {
      growing.follow(snapshot);
    }
  }

  /// Writes one file a source into a bundle, and returns what its manifest must list.
  Map<String, BundleFolder.FileEntry> write(Path bundle) throws IOException {
    Map<String, BundleFolder.FileEntry> files = new LinkedHashMap<>();
    for (BatchSource source : learned) {
      String file = PREFIX + source.name() + SUFFIX;
      files.put(file, BundleFolder.writeFile(bundle.resolve(file), source::write));
    }
    if (newItems != null) {
      files.put(NEW_ITEMS, BundleFolder.writeFile(bundle.resolve(NEW_ITEMS), newItems::write));
    }
    return files;
  }

  /// Reads the sources among the files of a bundle.
  ///
  /// @param numbers the number in this process of each number of the bundle
  /// @param indexing makes what finds the nearest vectors
  static BatchSources read(
      Path bundle, Set<String> files, int[] numbers, Function<VectorTable, VectorIndex> indexing)
      throws IOException, BundleException {
    List<BatchSource> learned = new ArrayList<>();
    for (String name : BatchSource.NAMES) {
      if (files.contains(PREFIX + name + SUFFIX)) {
        try (DataInputStream in = open(bundle.resolve(PREFIX + name + SUFFIX))) {
          learned.add(BatchSource.read(name, in, indexing));
        }
      }
    }
    for (String file : files) {
      if (file.startsWith(PREFIX)
          && learned.stream().noneMatch(one -> file.equals(PREFIX + one.name() + SUFFIX))) {
        throw new BundleException(
            bundle.getFileName()
                + ": "
                + file
                + " holds a source that this version does not know (expected: "
                + BatchSource.NAMES
                + ")");
      }
    }
    ContentMap newItems = null;
    if (files.contains(NEW_ITEMS)) {
      try (DataInputStream in = open(bundle.resolve(NEW_ITEMS))) {
        newItems = ContentMap.read(in);
      }
    }
    return learned.isEmpty()
        ? NONE
        : of(learned, newItems, new Renumbering(numbers), false, indexing);
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
  }
}
