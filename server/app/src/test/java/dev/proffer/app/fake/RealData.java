// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.fake;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Finds real data sets: in the folder that `PROFFER_DATA` names (system property or environment),
/// otherwise in `../shared/data` beside the repository.
public final class RealData {
  private RealData() {}

  /// The file, or the end of the test as skipped.
  public static Path file(String name) {
    Path file = folder().resolve(name);
    assumeTrue(Files.exists(file), "skipped: " + file + " not found (set PROFFER_DATA)");
    return file;
  }

  private static Path folder() {
    @Nullable String named = System.getProperty("PROFFER_DATA", System.getenv("PROFFER_DATA"));
    if (named != null) {
      return Path.of(named);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve(".mvn"))) {
      folder = folder.getParent();
    }
    return (folder == null ? Path.of("") : folder).resolve("../shared/data").normalize();
  }
}
