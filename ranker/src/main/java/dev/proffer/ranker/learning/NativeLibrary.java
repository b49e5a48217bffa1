// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import io.github.metarank.lightgbm4j.LGBMBooster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Loads LightGBM from a folder of this process alone.
///
/// lightgbm4j unpacks its library to a fixed name in the folder for temporary files and overwrites
/// what is there, so a second process would pull the code from under the first one.
final class NativeLibrary {
  private static final String FOLDER = "java.io.tmpdir";
  private static boolean loaded;

  private NativeLibrary() {}

  /// @throws LearningException when the library cannot be loaded here
  static synchronized void load() {
    if (loaded) {
      return;
    }
    String before = System.getProperty(FOLDER);
    try {
      Path own = Files.createTempDirectory("proffer-lightgbm");
      System.setProperty(FOLDER, own.toString());
      try {
        LGBMBooster.loadNative();
        loaded = true;
      } finally {
        System.setProperty(FOLDER, before);
        delete(own);
      }
    } catch (IOException e) {
      throw new LearningException("LightGBM could not be unpacked: " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw new LearningException(
          "LightGBM cannot be loaded; it needs libgomp (Debian: apt install libgomp1): "
              + e.getMessage(),
          e);
    }
  }

  /// A loaded library stays loaded without its file, except where files in use cannot be deleted.
  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (var listed = Files.list(folder)) {
      files = listed.toList();
    }
    for (Path file : files) {
      if (!file.toFile().delete()) {
        file.toFile().deleteOnExit();
      }
    }
    if (!folder.toFile().delete()) {
      folder.toFile().deleteOnExit();
    }
  }
}
