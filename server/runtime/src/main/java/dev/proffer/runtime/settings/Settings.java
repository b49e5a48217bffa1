// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The values of all known settings. Immutable; every value was read and checked when it was made.
public final class Settings {
  private final Map<String, Object> values;

  private Settings(Map<String, Object> values) {
    this.values = values;
  }

  /// Reads texts by key. Unknown keys and bad values are refused by name, all at once.
  public static Settings of(Collection<Setting<?>> known, Map<String, String> texts) {
    Map<String, Setting<?>> byKey = new LinkedHashMap<>();
    for (Setting<?> setting : known) {
      if (byKey.put(setting.key(), setting) != null) {
        throw new IllegalStateException("two settings have the key " + setting.key());
      }
    }
    List<String> problems = new ArrayList<>();
    for (String key : texts.keySet()) {
      if (!byKey.containsKey(key)) {
        problems.add(key + ": no such setting" + nearest(key, byKey.keySet()));
      }
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (Setting<?> setting : byKey.values()) {
      try {
        values.put(
            setting.key(), setting.read(texts.getOrDefault(setting.key(), setting.defaultText())));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    return new Settings(values);
  }

  /// The value of a setting that was declared when these settings were made.
  @SuppressWarnings("unchecked") // A value was read by the reader of its own setting.
  public <T> T get(Setting<T> setting) {
    Object value = values.get(setting.key());
    if (value == null) {
      throw new IllegalStateException("the setting " + setting.key() + " was not declared");
    }
    return (T) value;
  }

  private static String nearest(String key, Collection<String> known) {
    String best = "";
    int bestDistance = 4;
    for (String candidate : known) {
      int distance = editDistance(key, candidate, bestDistance);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? "" : " (did you mean " + best + "?)";
  }

  private static int editDistance(String a, String b, int bound) {
    if (Math.abs(a.length() - b.length()) >= bound) {
      return bound;
    }
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
