// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that needs an engine.
final class EngineOptions {
  static final Path DEFAULT_FOLDER = Path.of(".proffer", "default");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder that holds the data (default: .proffer/default).")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML file of settings; './proffer config' lists them.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, before those of --config. May be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  /// The data folder, or this one when none was named.
  DataFolder folder(Path otherwise) throws IOException {
    return DataFolder.at(data == null ? otherwise : data);
  }

  DataFolder folder() throws IOException {
    return folder(DEFAULT_FOLDER);
  }

  /// What --config and --set say, over defaults of the command.
  Map<String, String> texts(Map<String, String> defaults) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>(defaults);
    if (config != null) {
      texts.putAll(SettingsFile.read(config));
    }
    texts.putAll(set);
    return texts;
  }

  /// What --data names, if anything.
  Optional<Path> data() {
    return Optional.ofNullable(data);
  }

  Optional<Path> config() {
    return Optional.ofNullable(config);
  }
}
