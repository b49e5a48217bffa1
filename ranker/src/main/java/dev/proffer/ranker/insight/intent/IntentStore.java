// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.model.BundleException;
import dev.proffer.ranker.model.BundleFolder;
import dev.proffer.ranker.model.BundleFolder.FileEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Keeps models of intent on disk as versioned bundles with checksums, so that a start serves what
/// was learned before and needs no training.
public final class IntentStore {
  private static final String FORMAT = "proffer-intent/1";
  private static final String KIND = "intent bundle";
  private static final int KEPT = 5;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final BundleFolder bundles;

  /// Models as they were saved.
  ///
  /// @param events of the log that they were learned from
  public record Saved(IntentModel model, long trainedAtUnixMs, long events) {}

  /// What `manifest.json` holds.
  ///
  /// @param columns of the model of each target; a model of other columns cannot serve
  private record Manifest(
      String format,
      String modelVersion,
      long trainedAtUnixMs,
      long events,
      Map<IntentTarget, List<String>> columns,
      Map<String, Double> popularity,
      List<IntentReport> reports,
      Map<String, FileEntry> files) {}

  public IntentStore(Path folder) {
    this.bundles = new BundleFolder(folder, KIND);
  }

  /// Saves models and makes them the ones that a start loads. Older ones go, except for the newest
  /// few.
  public void save(IntentModel model, long trainedAtMillis, long events) throws IOException {
    if (model.version().isEmpty()) {
      return;
    }
    // The same log gives the same models, but what is on disk may be broken.
    bundles.delete(model.version());
    bundles.write(
        model.version(),
        bundle -> {
          Map<String, FileEntry> files = new HashMap<>();
          Map<IntentTarget, List<String>> columns = new EnumMap<>(IntentTarget.class);
          for (Map.Entry<IntentTarget, IntentModel.Served> entry : model.served().entrySet()) {
            write(bundle, modelFile(entry.getKey()), entry.getValue().model().text(), files);
            write(
                bundle,
                calibrationFile(entry.getKey()),
                entry.getValue().calibration().text(),
                files);
            columns.put(entry.getKey(), entry.getKey().columns());
          }
          Manifest manifest =
              new Manifest(
                  FORMAT,
                  model.version(),
                  trainedAtMillis,
                  events,
                  columns,
                  model.popularity(),
                  model.reports(),
                  files);
          BundleFolder.writeBytes(
              bundle.resolve(BundleFolder.MANIFEST), JSON.writeValueAsBytes(manifest));
        });
    bundles.activate(model.version());
    prune();
  }

  private static void write(Path bundle, String name, String text, Map<String, FileEntry> files)
      throws IOException {
    files.put(
        name,
        BundleFolder.writeFile(
            bundle.resolve(name), out -> out.write(text.getBytes(StandardCharsets.UTF_8))));
  }

  /// The models that were saved last; empty when there are none.
  ///
  /// @throws BundleException when they are missing, truncated, altered or of other columns than
  ///   this version reads
  public Optional<Saved> load() throws BundleException {
    String version = bundles.current();
    if (version.isEmpty()) {
      return Optional.empty();
    }
    String name = KIND + " " + version;
    Path bundle = bundles.bundle(version);
    try {
      Manifest manifest =
          JSON.readValue(Files.readAllBytes(bundle.resolve(BundleFolder.MANIFEST)), Manifest.class);
      if (!FORMAT.equals(manifest.format()) || !version.equals(manifest.modelVersion())) {
        throw new BundleException(
            "%s: its manifest is of %s %s (expected: %s)"
                .formatted(name, manifest.format(), manifest.modelVersion(), FORMAT));
      }
      bundles.verify(version, manifest.files());
      Map<IntentTarget, IntentModel.Served> served = new EnumMap<>(IntentTarget.class);
      for (Map.Entry<IntentTarget, List<String>> entry : manifest.columns().entrySet()) {
        IntentTarget target = entry.getKey();
        if (!entry.getValue().equals(target.columns())) {
          throw new BundleException(
              "%s: its model of '%s' reads other columns than this version has"
                  .formatted(name, target.meaning("en")));
        }
        served.put(
            target,
            new IntentModel.Served(
                IntentClassifier.parse(Files.readString(bundle.resolve(modelFile(target)))),
                IsotonicCalibration.parse(
                    Files.readString(bundle.resolve(calibrationFile(target))))));
      }
      return Optional.of(
          new Saved(
              new IntentModel(version, served, manifest.popularity(), manifest.reports()),
              manifest.trainedAtUnixMs(),
              manifest.events()));
    } catch (IOException | LearningException | NullPointerException e) {
      throw new BundleException(name + ": unreadable: " + e.getMessage(), e);
    }
  }

  private void prune() throws IOException {
    record Aged(String version, long modified) {}
    List<Aged> all = new ArrayList<>();
    for (String version : bundles.versions()) {
      all.add(new Aged(version, Files.getLastModifiedTime(bundles.bundle(version)).toMillis()));
    }
    String current = bundles.current();
    all.removeIf(bundle -> bundle.version().equals(current));
    all.sort((a, b) -> Long.compare(b.modified(), a.modified()));
    for (int i = KEPT - 1; i < all.size(); i++) {
      bundles.delete(all.get(i).version());
    }
  }

  private static String modelFile(IntentTarget target) {
    return target.name().toLowerCase(Locale.ROOT) + "-model.txt";
  }

  private static String calibrationFile(IntentTarget target) {
    return target.name().toLowerCase(Locale.ROOT) + "-calibration.txt";
  }
}
