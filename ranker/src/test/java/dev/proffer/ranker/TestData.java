// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// Where public data sets are: the system property or variable `PROFFER_DATA`, or the folder beside
/// the repository. A test that needs one is skipped visibly where there is none.
public final class TestData {
  private TestData() {}

  public static Path require(String name) {
    String folder = System.getProperty("PROFFER_DATA", System.getenv("PROFFER_DATA"));
    Path path = (folder == null ? Path.of("../../shared/data") : Path.of(folder)).resolve(name);
    Assumptions.assumeTrue(Files.exists(path), "skipped: " + path + " not found");
    return path;
  }
}
