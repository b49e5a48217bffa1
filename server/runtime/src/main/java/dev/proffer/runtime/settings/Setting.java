// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/// One key of the configuration: its name, default, meaning, and how its text is read.
///
/// Modules declare their settings as constants, so that `./proffer config` can print all of them
/// and an unknown key can be refused by name.
public final class Setting<T> {
  private final String key;
  private final String defaultText;
  private final String type;
  private final String meaning;
  private final Function<String, T> reader;

  private Setting(
      String key, String defaultText, String type, String meaning, Function<String, T> reader) {
    if (!key.matches("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*")) {
      throw new IllegalArgumentException("key: " + key + " (expected: like ranker.candidates-max)");
    }
    this.key = key;
    this.defaultText = defaultText;
    this.type = type;
    this.meaning = meaning;
    this.reader = reader;
    read(defaultText);
  }

  public static Setting<String> text(String key, String byDefault, String meaning) {
    return new Setting<>(key, byDefault, "text", meaning, text -> text);
  }

  public static Setting<Integer> integer(
      String key, int byDefault, int min, int max, String meaning) {
    return new Setting<>(
        key,
        Integer.toString(byDefault),
        "integer from " + min + " to " + max,
        meaning,
        text -> checked(Integer.parseInt(text), n -> n >= min && n <= max));
  }

  public static Setting<Double> number(
      String key, double byDefault, double min, double max, String meaning) {
    return new Setting<>(
        key,
        Double.toString(byDefault),
        "number from " + min + " to " + max,
        meaning,
        text -> checked(Double.parseDouble(text), n -> n >= min && n <= max));
  }

  public static Setting<Boolean> flag(String key, boolean byDefault, String meaning) {
    return new Setting<>(
        key,
        Boolean.toString(byDefault),
        "true or false",
        meaning,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true", "yes", "on" -> true;
              case "false", "no", "off" -> false;
              default -> throw new IllegalArgumentException(text);
            });
  }

  /// A time such as `250ms`, `30s`, `5m` or `2h`.
  public static Setting<Duration> duration(String key, String byDefault, String meaning) {
    return new Setting<>(
        key, byDefault, "time such as 250ms, 30s, 5m, 2h or 7d", meaning, Setting::parseDuration);
  }

  /// A file or folder; a relative one is below the data folder. Empty means none.
  public static Setting<Path> path(String key, String byDefault, String meaning) {
    return new Setting<>(key, byDefault, "path", meaning, Path::of);
  }

  /// Texts separated by commas. Empty means none.
  public static Setting<List<String>> list(String key, String byDefault, String meaning) {
    return new Setting<>(
        key,
        byDefault,
        "texts separated by commas",
        meaning,
        text ->
            Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList());
  }

  public static <E extends Enum<E>> Setting<E> oneOf(
      String key, E byDefault, Class<E> type, String meaning) {
    String names =
        String.join(", ", Arrays.stream(type.getEnumConstants()).map(Setting::nameOf).toList());
    return new Setting<>(
        key,
        nameOf(byDefault),
        "one of " + names,
        meaning,
        text ->
            Arrays.stream(type.getEnumConstants())
                .filter(e -> nameOf(e).equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text)));
  }

  public String key() {
    return key;
  }

  public String defaultText() {
    return defaultText;
  }

  /// What texts are allowed, in words.
  public String type() {
    return type;
  }

  public String meaning() {
    return meaning;
  }

  /// Reads a text, or fails naming the key and what would be right.
  public T read(String text) {
    try {
      return reader.apply(text.strip());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(key + ": '" + text + "' (expected: " + type + ")", e);
    }
  }

  private static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <N extends Number> N checked(N number, Predicate<N> allowed) {
    if (!allowed.test(number)) {
      throw new IllegalArgumentException("out of range");
    }
    return number;
  }

  private static Duration parseDuration(String text) {
    String digits = text.replaceAll("[a-z]+$", "");
    long amount = Long.parseLong(digits);
    return switch (text.substring(digits.length())) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> throw new IllegalArgumentException(text);
    };
  }
}
