// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// Reads the settings of a YAML file as texts by key.
///
/// Maps may nest or keys may hold dots: `redis: {uri: …}` and `redis.uri: …` are the same key.
public final class SettingsFile {
  private static final int BYTES_MAX = 1 << 20;

  private SettingsFile() {}

  public static Map<String, String> read(Path file) throws IOException {
    if (Files.size(file) > BYTES_MAX) {
      throw new IllegalArgumentException(file + ": is larger than " + BYTES_MAX + " bytes");
    }
    LoaderOptions limits = new LoaderOptions();
    limits.setAllowDuplicateKeys(false);
    limits.setMaxAliasesForCollections(0);
    limits.setNestingDepthLimit(16);
    Object root;
    try {
      root = new Yaml(new SafeConstructor(limits)).load(Files.readString(file));
    } catch (YAMLException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    if (root instanceof Map<?, ?> map) {
      flatten(file, "", map, texts);
    } else if (root != null) {
      throw new IllegalArgumentException(file + ": must be a map of settings");
    }
    return texts;
  }

  private static void flatten(Path file, String prefix, Map<?, ?> map, Map<String, String> texts) {
    map.forEach((name, value) -> {
      String key = prefix + name;
      switch (value) {
        case null -> put(file, texts, key, "");
        case Map<?, ?> inner -> flatten(file, key + ".", inner, texts);
        case List<?> list ->
            put(
                file,
                texts,
                key,
                list.stream().map(String::valueOf).collect(Collectors.joining(",")));
        default -> put(file, texts, key, String.valueOf(value));
      }
    });
  }

  private static void put(Path file, Map<String, String> texts, String key, String value) {
    if (texts.put(key, value) != null) {
      throw new IllegalArgumentException(file + ": " + key + " stands there twice");
    }
  }
}
