// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import dev.proffer.proto.featurestore.v1.RegistryChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Which feature sets models read, as whoever runs the models told, so that a plan can name the
/// models that it touches. Kept in a file; losing it loses names in plans and nothing else.
public final class ModelUses {
  private static final int MODELS_MAX = 10_000;

  private final Path file;
  private final Map<String, Set<String>> hashesOf = new TreeMap<>();

  private ModelUses(Path file) {
    this.file = file;
  }

  public static ModelUses open(Path file) throws IOException {
    ModelUses uses = new ModelUses(file);
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        String[] parts = line.split("\t", -1);
        uses.hashesOf.put(parts[0], new TreeSet<>(List.of(parts).subList(1, parts.length)));
      }
    }
    return uses;
  }

  /// Replaces what is known of a model; no hashes forget it.
  public synchronized void register(String model, List<String> hashes) {
    String name = model.replaceAll("\\s", " ");
    Set<String> after = new TreeSet<>(hashes);
    if (after.equals(hashesOf.getOrDefault(name, Set.of()))) {
      return;
    }
    if (after.isEmpty()) {
      hashesOf.remove(name);
    } else if (hashesOf.size() < MODELS_MAX) {
      hashesOf.put(name, after);
    }
    try {
      Path draft = file.resolveSibling(file.getFileName() + ".draft");
      Files.write(
          draft,
          hashesOf.entrySet().stream()
              .map(entry -> entry.getKey() + "\t" + String.join("\t", entry.getValue()))
              .toList());
      Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The changes, each with the models that pin a feature set that it affects.
  ///
  /// @param before the registry that the changes are against
  public synchronized List<RegistryChange> named(List<RegistryChange> changes, Registry before) {
    return changes.stream()
        .map(change -> {
          Set<String> hashes = new HashSet<>();
          for (String set : change.getAffectedFeatureSetsList()) {
            FeatureSet known = before.sets().get(set);
            if (known != null) {
              hashes.add(known.hash());
            }
          }
          return change.toBuilder()
              .addAllAffectedModels(
                  hashesOf.entrySet().stream()
                      .filter(entry -> entry.getValue().stream().anyMatch(hashes::contains))
                      .map(Map.Entry::getKey)
                      .collect(Collectors.toList()))
              .build();
        })
        .toList();
  }
}
