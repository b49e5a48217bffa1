// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.dialogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// A conversation with what must be true of its answers, as a YAML file says it:
///
/// ```yaml
/// dialogues:
///   - name: knives under a price
///     cart: {item-1: 2}
///     turns:
///       - any deals on knives? => deals_in_scope, items
///       - under 200 => items, price_max=200
/// ```
///
/// After `=>` stand checks, by commas: an intent, or several by `|`; `items`, `offers` or `no
/// cards`; `hand off` or `hand off REASON`; `quotes` for an answer from the shop's knowledge; `says
/// TEXT` and `not says TEXT`; and `type=value` for something that the text names.
///
/// @param cart units by item
public record DialogueScript(String name, Map<String, Integer> cart, List<ScriptedTurn> turns) {
  public DialogueScript {
    cart = Map.copyOf(cart);
    turns = List.copyOf(turns);
  }

  /// What a shopper says and what must follow.
  public record ScriptedTurn(String text, List<Check> checks) {
    public ScriptedTurn {
      checks = List.copyOf(checks);
    }
  }

  /// One thing that must be true of an answer.
  public sealed interface Check {
    record Intent(List<String> anyOf) implements Check {}

    record Items() implements Check {}

    record Offers() implements Check {}

    record NoCards() implements Check {}

    record HandOff(String reason) implements Check {}

    record Quotes() implements Check {}

    record Says(String text) implements Check {}

    record NotSays(String text) implements Check {}

    record Names(String type, String value) implements Check {}
  }

  /// The dialogues of a file.
  public static List<DialogueScript> read(Path file) throws IOException {
    try {
      return parse(Files.readString(file));
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  static List<DialogueScript> parse(String text) {
    Map<?, ?> root = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    if (root == null || !(root.get("dialogues") instanceof List<?> list)) {
      throw new IllegalArgumentException("dialogues: a list is expected");
    }
    List<DialogueScript> scripts = new ArrayList<>();
    for (Object entry : list) {
      if (!(entry instanceof Map<?, ?> dialogue)
          || !(dialogue.get("turns") instanceof List<?> said)) {
        throw new IllegalArgumentException(
            "dialogue " + (scripts.size() + 1) + ": name and turns are expected");
      }
      String name = String.valueOf(dialogue.get("name"));
      List<ScriptedTurn> turns = new ArrayList<>();
      for (Object turn : said) {
        turns.add(turn(name, String.valueOf(turn)));
      }
      scripts.add(new DialogueScript(name, cart(dialogue.get("cart")), turns));
    }
    return scripts;
  }

  private static Map<String, Integer> cart(@Nullable Object value) {
    Map<String, Integer> cart = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> units) {
      units.forEach(
          (item, n) -> cart.put(String.valueOf(item), Integer.parseInt(String.valueOf(n))));
    }
    return cart;
  }

  private static ScriptedTurn turn(String dialogue, String line) {
    int arrow = line.lastIndexOf("=>");
    if (arrow <= 0) {
      throw new IllegalArgumentException(
          "dialogue " + dialogue + ": '" + line + "' (expected: text => checks)");
    }
    List<Check> checks = new ArrayList<>();
    for (String check : line.substring(arrow + 2).split(",", -1)) {
      if (!check.isBlank()) {
        checks.add(check(check.strip()));
      }
    }
    return new ScriptedTurn(line.substring(0, arrow).strip(), checks);
  }

  private static Check check(String text) {
    if (text.equals("items")) {
      return new Check.Items();
    }
    if (text.equals("offers")) {
      return new Check.Offers();
    }
    if (text.equals("no cards")) {
      return new Check.NoCards();
    }
    if (text.equals("quotes")) {
      return new Check.Quotes();
    }
    if (text.startsWith("hand off")) {
      return new Check.HandOff(text.substring("hand off".length()).strip());
    }
    if (text.startsWith("says ")) {
      return new Check.Says(text.substring(5));
    }
    if (text.startsWith("not says ")) {
      return new Check.NotSays(text.substring(9));
    }
    int equals = text.indexOf('=');
    return equals > 0
        ? new Check.Names(text.substring(0, equals), text.substring(equals + 1))
        : new Check.Intent(List.of(text.split("\\|", -1)));
  }
}
