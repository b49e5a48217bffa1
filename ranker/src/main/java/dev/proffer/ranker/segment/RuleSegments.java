// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// Segments that a marketer writes down, in YAML:
///
/// ```yaml
/// segments:
///   - id: shoe-lovers
///     names: {en: Shoe lovers, zh: 爱鞋人士}
///     descriptions: {en: Bought lately and looks at shoes}
///     rule: recency_days < 30 and category("shoes") > 0.4
/// ```
public record RuleSegments(List<RuleSegment> segments) {
  private static final int SEGMENTS_MAX = 200;
  private static final Set<String> KEYS = Set.of("id", "names", "descriptions", "rule");

  public RuleSegments {
    segments = List.copyOf(segments);
  }

  /// One rule segment.
  ///
  /// @param text the rule as it was written
  public record RuleSegment(
      String id,
      Map<String, String> names,
      Map<String, String> descriptions,
      String text,
      RuleExpression.Truth rule) {}

  public static RuleSegments none() {
    return new RuleSegments(List.of());
  }

  public static RuleSegments read(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return read(reader);
    }
  }

  /// Reads YAML, or fails with a sentence that names the segment and what would be right.
  public static RuleSegments read(Reader reader) {
    Object document;
    try {
      document = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
    } catch (org.yaml.snakeyaml.error.YAMLException e) {
      throw new IllegalArgumentException("the file is not YAML: " + e.getMessage(), e);
    }
    if (!(document instanceof Map<?, ?> top) || !(top.get("segments") instanceof List<?> list)) {
      throw new IllegalArgumentException("segments: missing (expected: a list of segments)");
    }
    if (list.size() > SEGMENTS_MAX) {
      throw new IllegalArgumentException(
          "segments: " + list.size() + " (expected: at most " + SEGMENTS_MAX + ")");
    }
    List<RuleSegment> segments = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      String place = "segments[" + i + "]";
      if (!(list.get(i) instanceof Map<?, ?> entry)) {
        throw new IllegalArgumentException(place + ": (expected: id, names and rule)");
      }
      for (Object key : entry.keySet()) {
        if (!KEYS.contains(String.valueOf(key))) {
          throw new IllegalArgumentException(
              place + "." + key + ": unknown (expected: id, names, descriptions or rule)");
        }
      }
      String id = entry.get("id") instanceof String text ? text : "";
      if (!id.matches("[a-z0-9][a-z0-9-]{0,63}")) {
        throw new IllegalArgumentException(
            place + ".id: '" + id + "' (expected: small letters, digits and dashes)");
      }
      if (!ids.add(id)) {
        throw new IllegalArgumentException(place + ".id: '" + id + "' is there twice");
      }
      if (!(entry.get("rule") instanceof String rule)) {
        throw new IllegalArgumentException(id + ".rule: missing (expected: a condition)");
      }
      Map<String, String> names = texts(entry.get("names"), id + ".names");
      try {
        segments.add(
            new RuleSegment(
                id,
                names.isEmpty() ? Map.of("en", id) : names,
                texts(entry.get("descriptions"), id + ".descriptions"),
                rule.strip(),
                RuleExpression.parse(rule)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(id + "." + e.getMessage(), e);
      }
    }
    return new RuleSegments(segments);
  }

  private static Map<String, String> texts(
      @org.jspecify.annotations.Nullable Object value, String place) {
    if (value == null) {
      return Map.of();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(place + ": (expected: a text for each language)");
    }
    Map<String, String> texts = new java.util.LinkedHashMap<>();
    map.forEach((language, text) -> texts.put(String.valueOf(language), String.valueOf(text)));
    return Map.copyOf(texts);
  }
}
