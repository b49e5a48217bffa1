// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.engine.EngineSettings;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.ranker.RankerSettings;
import dev.proffer.ranker.insight.InsightSettings;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of commands that talk to an engine, wherever it runs.
final class SessionOptions {
  @Mixin private final EngineOptions engine = new EngineOptions();

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description =
          "The server to ask (default: the one that runs on the data folder; when none does,"
              + " the services run inside this command).")
  private @Nullable String server;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  boolean json() {
    return json;
  }

  /// What --data names when it is a file and not a folder.
  Optional<Path> dataFile() {
    return engine.data().filter(Files::isRegularFile);
  }

  /// The data folder.
  DataFolder folder() throws IOException {
    return engine.folder();
  }

  /// Where the ranker of the data folder keeps its model bundles.
  Path modelsFolder() throws IOException {
    return engine.folder().path().resolve(rankerSettings().get(RankerSettings.MODELS_FOLDER));
  }

  /// The settings of the ranker of the data folder.
  Settings rankerSettings() throws IOException {
    return EngineSettings.read(
        ServiceModules.find(Installation.pluginFolder()),
        List.of(Peers.RANKER),
        engine.texts(Map.of()));
  }

  /// Opens a way to these services.
  EngineSession open(Console console, String... services) throws Exception {
    return open(console, Map.of(), services);
  }

  /// Opens a way to these services for a command that serves no shopper: services that are hosted
  /// for it do not learn from events as they come, and are not warmed up.
  EngineSession openForBulk(Console console, String... services) throws Exception {
    return open(
        console,
        Map.of(
            RankerSettings.LEARN_ONLINE.key(), "false",
            RankerSettings.WARM_UP.key(), "0s",
            InsightSettings.REFRESH.key(), "0s"),
        services);
  }

  private EngineSession open(Console console, Map<String, String> defaults, String... services)
      throws Exception {
    if (server != null) {
      return EngineSession.at(server);
    }
    return EngineSession.on(
        engine.folder(),
        engine.texts(defaults),
        ServiceModules.find(Installation.pluginFolder()),
        List.of(services),
        console::say);
  }
}
