// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where this Proffer is installed: our jar lies in `lib`, plugins lie in `plugins` beside it.
public final class Installation {
  private Installation() {}

  /// The folder of plugins; none when we run from classes that nobody installed.
  public static Optional<Path> pluginFolder() {
    @Nullable CodeSource source = Installation.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      Path jar = Path.of(source.getLocation().toURI());
      @Nullable Path lib = jar.getParent();
      return Files.isRegularFile(jar) && lib != null
          ? Optional.of(lib.resolveSibling("plugins"))
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
