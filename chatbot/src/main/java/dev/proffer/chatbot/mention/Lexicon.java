// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// What common words of shops are called otherwise, in both languages: `knives` is 刀具, Nike is 耐克.
/// It comes from `lexicon.yaml` and adds names to a catalogue; nothing in it is ever said by the
/// bot.
public final class Lexicon {
  private final Map<String, List<String>> categories;
  private final Map<String, List<String>> brands;

  private Lexicon(Map<String, List<String>> categories, Map<String, List<String>> brands) {
    this.categories = categories;
    this.brands = brands;
  }

  /// Reads the lexicon that comes with the plugin.
  public static Lexicon load() {
    try (InputStream in = Lexicon.class.getResourceAsStream("/lexicon.yaml")) {
      if (in == null) {
        throw new IllegalStateException("lexicon.yaml is not in the jar");
      }
      Map<String, Map<String, List<String>>> yaml =
          new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      return new Lexicon(
          byName(yaml.getOrDefault("categories", Map.of())),
          byName(yaml.getOrDefault("brands", Map.of())));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  List<String> categoryNames(String name) {
    return categories.getOrDefault(name.toLowerCase(Locale.ROOT).strip(), List.of());
  }

  List<String> brandNames(String brand) {
    return brands.getOrDefault(brand.toLowerCase(Locale.ROOT).strip(), List.of());
  }

  private static Map<String, List<String>> byName(Map<String, List<String>> yaml) {
    Map<String, List<String>> names = new HashMap<>();
    yaml.forEach((name, others) -> names.put(name.toLowerCase(Locale.ROOT), List.copyOf(others)));
    return names;
  }
}
