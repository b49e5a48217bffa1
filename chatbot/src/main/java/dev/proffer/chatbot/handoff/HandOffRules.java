// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.handoff;

import dev.proffer.chatbot.conversation.Memory;
import dev.proffer.chatbot.dialogue.Understanding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// When a human takes over without being asked for, and how urgent each reason is. Read from YAML.
///
/// @param priorities by reason, higher first
/// @param failures how many turns in a row may be not understood
/// @param unsureTurns how many turns in a row may be answered unsurely
/// @param sureAbove the probability of an intent above which an answer counts as sure
/// @param anger the anger of one turn that is enough
/// @param annoyance the anger of two turns in a row that is enough
/// @param risky words in lower case that no bot should settle
/// @param requests words by which a human is asked for, whatever else a turn says
/// @param skills reasons of skills that always end with a human
public record HandOffRules(
    Map<String, Integer> priorities,
    int failures,
    int unsureTurns,
    double sureAbove,
    double anger,
    double annoyance,
    List<String> risky,
    List<String> requests,
    Map<String, String> skills) {
  public static final String REQUESTED = "requested";
  public static final String RISKY = "risky_topic";
  public static final String ANGER = "anger";
  public static final String FAILURE = "repeated_failure";
  public static final String UNSURE = "low_confidence";

  private static final int DEFAULT_PRIORITY = 45;
  private static final Pattern NEGATED =
      Pattern.compile("(?:\\b(?:not|don'?t|no|without|never)\\b.{0,12}|不用?|不要|不想|别|无需)\\s?$");

  public HandOffRules {
    priorities = Map.copyOf(priorities);
    risky = List.copyOf(risky);
    requests = List.copyOf(requests);
    skills = Map.copyOf(skills);
  }

  /// The rules of the plugin, or those of a file when one is named.
  public static HandOffRules load(Optional<Path> file) {
    try {
      if (file.isPresent()) {
        return parse(file.get().toString(), Files.readString(file.get()));
      }
      try (InputStream in = HandOffRules.class.getResourceAsStream("/hand-off.yaml")) {
        if (in == null) {
          throw new IllegalStateException("hand-off.yaml is not in the jar");
        }
        return parse("hand-off.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("chatbot.hand-off-rules: cannot be read", e);
    }
  }

  static HandOffRules parse(String name, String text) {
    try {
      Map<String, Object> yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
      Map<String, Integer> priorities = new LinkedHashMap<>();
      map(yaml.get("priorities"))
          .forEach((reason, value) -> priorities.put(reason, (int) number(reason, value)));
      Map<String, String> skills = new LinkedHashMap<>();
      map(yaml.get("skills")).forEach((skill, reason) -> skills.put(skill, String.valueOf(reason)));
      return new HandOffRules(
          priorities,
          (int) number("failures", yaml.get("failures")),
          (int) number("unsure_turns", yaml.get("unsure_turns")),
          number("sure_above", yaml.get("sure_above")),
          number("anger", yaml.get("anger")),
          number("annoyance", yaml.get("annoyance")),
          words(yaml.get("risky")),
          words(yaml.get("requests")),
          skills);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  /// A request beside an insult or a question is a request; "no human, please" is none.
  private boolean asksForHuman(Understanding turn) {
    return says(turn, false);
  }

  /// Whether a turn says that no human is wanted.
  public boolean refusesHuman(Understanding turn) {
    return says(turn, true) && !says(turn, false);
  }

  private boolean says(Understanding turn, boolean negated) {
    String lower = turn.text().lower();
    for (String words : requests) {
      int at = lower.indexOf(words);
      if (at >= 0 && NEGATED.matcher(lower.substring(0, at)).find() == negated) {
        return true;
      }
    }
    return false;
  }

  private static List<String> words(@Nullable Object list) {
    return list instanceof List<?> words ? words.stream().map(String::valueOf).toList() : List.of();
  }

  /// Why a human should take over after this turn; empty when none should.
  ///
  /// @param after what the conversation remembers with this turn in it
  public Optional<String> reason(
      Understanding turn, String skill, Memory before, Memory after, String asked) {
    if (!asked.isEmpty()) {
      return Optional.of(isRisky(turn) ? RISKY : asked);
    }
    if (isRisky(turn)) {
      return Optional.of(RISKY);
    }
    if (asksForHuman(turn)) {
      return Optional.of(REQUESTED);
    }
    double angry = turn.sentiment().anger();
    if (angry >= anger || (angry >= annoyance && before.anger() >= annoyance)) {
      return Optional.of(ANGER);
    }
    if (after.fallbacks() >= failures) {
      return Optional.of(FAILURE);
    }
    if (after.unsure() >= unsureTurns) {
      return Optional.of(UNSURE);
    }
    return Optional.ofNullable(skills.get(skill));
  }

  public int priority(String reason) {
    return priorities.getOrDefault(reason, DEFAULT_PRIORITY);
  }

  private boolean isRisky(Understanding turn) {
    String lower = turn.text().lower();
    return risky.stream().anyMatch(lower::contains);
  }

  private static double number(String key, @Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(key + ": '" + value + "' (expected: a number)");
  }

  private static Map<String, Object> map(@Nullable Object value) {
    Map<String, Object> typed = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> untyped) {
      untyped.forEach((key, entry) -> typed.put(String.valueOf(key), entry));
    }
    return typed;
  }
}
