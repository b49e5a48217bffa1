// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.demo;

import dev.proffer.app.console.Failure;
import dev.proffer.app.importing.ImportFailure;
import dev.proffer.app.progress.Progress;
import dev.proffer.app.shop.SampleShop;
import dev.proffer.app.shop.SampleShopLoader;
import io.grpc.Channel;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Properties;

/// Brings the sample shop into an engine once, and remembers how far that came.
///
/// The past of the shop ends when it was first asked for. A load that was interrupted is repeated
/// with the same seed and time, so what is there already is found again.
public final class DemoShop {
  private static final long SEED = 2026;

  private final Path file;
  private final InstantSource time;

  public DemoShop(Path dataFolder, InstantSource time) {
    this.file = dataFolder.resolve("demo.properties");
    this.time = time;
  }

  /// The shop of the demo as it is when it opens at that time.
  public static SampleShop at(Instant opened) {
    return new SampleShop(SEED, opened);
  }

  /// Loads the shop when it is not there, and otherwise brings its promotions, which follow the
  /// calendar, up to date. Returns whether the shop is new.
  public boolean load(Channel ranker, Channel featureStore, Progress progress) throws IOException {
    Properties state = read();
    SampleShopLoader loader = new SampleShopLoader(ranker, featureStore, progress);
    try {
      if (state.getProperty("loaded", "").equals("true")) {
        loader.loadPromotions(at(time.instant()));
        return false;
      }
      state.putIfAbsent("opened_unix_ms", Long.toString(time.millis()));
      write(state);
      Instant opened = Instant.ofEpochMilli(Long.parseLong(state.getProperty("opened_unix_ms")));
      loader.load(at(opened));
      state.setProperty("loaded", "true");
      write(state);
      return true;
    } catch (ImportFailure e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private Properties read() throws IOException {
    Properties state = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        state.load(reader);
      }
    }
    return state;
  }

  private void write(Properties state) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    try (Writer writer = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
      state.store(writer, "How far the sample shop is");
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
