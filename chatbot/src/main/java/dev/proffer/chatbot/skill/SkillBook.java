// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import com.ibm.icu.text.MessageFormat;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.MentionFinder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// All skills: those that come with the plugin, and those of the shop, which replace a skill of the
/// same name or add one. The skill `common` holds the words that several skills share.
public final class SkillBook {
  static final String COMMON = "common";

  /// The day decides what "tomorrow" is, not that it is a date.
  private static final LocalDate ANY_DAY = LocalDate.of(2026, 1, 1);

  private static final Map<Language, Map<String, List<String>>> FILLERS =
      Map.of(
          Language.ENGLISH,
          Map.of(
              "{brand}", List.of("nike", "acme"),
              "{category}", List.of("headphones", "kitchen knives"),
              "{date}", List.of("tomorrow", "next friday", "on black friday"),
              "{item}", List.of("the blue backpack")),
          Language.CHINESE,
          Map.of(
              "{brand}", List.of("nike", "小米"),
              "{category}", List.of("跑鞋", "厨刀"),
              "{date}", List.of("下周五", "明天", "双十一"),
              "{item}", List.of("蓝色背包")));

  private final Map<String, Skill> skills;

  private SkillBook(Map<String, Skill> skills) {
    this.skills = skills;
  }

  /// Reads the skills of the plugin, and those of a folder when there is one.
  public static SkillBook load(Optional<Path> folder) {
    Map<String, Skill> skills = new TreeMap<>();
    for (String name : lines(resource("index.txt"))) {
      skills.put(name, parse(name, resource(name + ".yaml")));
    }
    if (folder.isPresent()) {
      try (Stream<Path> files = Files.list(folder.get())) {
        for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
          String name = file.getFileName().toString().replaceAll("\\.yaml$", "");
          skills.put(name, parse(name, Files.readString(file)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("chatbot.skills: " + folder.get() + " cannot be read", e);
      }
    }
    return new SkillBook(skills);
  }

  public Optional<Skill> skill(String name) {
    return Optional.ofNullable(skills.get(name));
  }

  public Skill common() {
    return skills.getOrDefault(COMMON, EMPTY);
  }

  public List<String> names() {
    return skills.keySet().stream().filter(name -> !name.equals(COMMON)).toList();
  }

  /// The training phrases of all skills. A phrase with a placeholder is learnt with its mask and,
  /// for the case that the catalogue does not know the name, with a word in its place. The same
  /// skills give the same phrases in the same order: models are kept by them.
  public List<LabelledPhrase> phrases() {
    List<LabelledPhrase> phrases = new ArrayList<>();
    for (Skill skill : skills.values()) {
      int turn = 0;
      for (Map.Entry<Language, List<String>> examples :
          new EnumMap<>(
                  skill.examples().isEmpty()
                      ? Map.of(Language.ENGLISH, List.<String>of())
                      : skill.examples())
              .entrySet()) {
        for (String example : examples.getValue()) {
          phrases.add(labelled(MentionFinder.maskedPhrase(example), skill));
          String read = asRead(example);
          if (!read.equals(example)) {
            phrases.add(labelled(read, skill));
          }
          String filled = example;
          for (Map.Entry<String, List<String>> filler :
              new TreeMap<>(FILLERS.getOrDefault(examples.getKey(), Map.of())).entrySet()) {
            filled =
                filled.replace(
                    filler.getKey(), filler.getValue().get(turn++ % filler.getValue().size()));
          }
          if (!filled.equals(example)) {
            phrases.add(labelled(MentionFinder.maskedPhrase(filled), skill));
          }
        }
      }
    }
    return phrases;
  }

  /// The words of the phrases, answers and quick replies: Latin words, and pairs of Han characters.
  public Set<String> words() {
    Set<String> words = new HashSet<>();
    for (Skill skill : skills.values()) {
      skill.examples().values().forEach(lines -> lines.forEach(line -> addWords(line, words)));
      skill.quickReplies().values().forEach(lines -> lines.forEach(line -> addWords(line, words)));
      skill.answers().values().forEach(texts -> texts.values().forEach(t -> addWords(t, words)));
    }
    return words;
  }

  private static void addWords(String line, Set<String> words) {
    String lower = NormalText.lowerCase(line);
    for (String word : lower.split("[^a-z]+", -1)) {
      if (word.length() > 2) {
        words.add(word);
      }
    }
    for (int i = 0; i + 2 <= lower.length(); i++) {
      if (lower.charAt(i) >= '\u3400'
          && lower.charAt(i) <= '\u9fff'
          && lower.charAt(i + 1) >= '\u3400'
          && lower.charAt(i + 1) <= '\u9fff') {
        words.add(lower.substring(i, i + 2));
      }
    }
  }

  /// A phrase as the classifier reads it in a turn, where "两件包邮吗" has a quantity; one with
  /// placeholders as it is.
  private static String asRead(String phrase) {
    if (phrase.indexOf('{') >= 0) {
      return phrase;
    }
    NormalText text = NormalText.of(phrase);
    return MentionFinder.masked(
        text, MentionFinder.find(text, Gazetteer.EMPTY, new PlainAnalyser(), ANY_DAY));
  }

  private static LabelledPhrase labelled(String phrase, Skill skill) {
    return new LabelledPhrase(NormalText.lowerCase(phrase), skill.name());
  }

  private static final Skill EMPTY =
      new Skill(COMMON, "say", Map.of(), Map.of(), Map.of(), Map.of());

  private static Skill parse(String name, String text) {
    try {
      Map<String, Object> yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
      Map<String, String> settings = new LinkedHashMap<>();
      map(yaml.get("settings")).forEach((key, value) -> settings.put(key, String.valueOf(value)));
      Map<Language, List<String>> examples = new EnumMap<>(Language.class);
      map(yaml.get("examples"))
          .forEach((code, value) -> examples.put(language(code), lines(String.valueOf(value))));
      Map<String, Map<Language, String>> answers = new LinkedHashMap<>();
      map(yaml.get("answers"))
          .forEach((key, byLanguage) -> {
            Map<Language, String> texts = new EnumMap<>(Language.class);
            map(byLanguage)
                .forEach((code, template) -> {
                  Language language = language(code);
                  String pattern = String.valueOf(template).strip();
                  checkPattern(key, pattern, language);
                  texts.put(language, pattern);
                });
            answers.put(key, texts);
          });
      Map<Language, List<String>> quickReplies = new EnumMap<>(Language.class);
      map(yaml.get("quick_replies"))
          .forEach((code, value) ->
              quickReplies.put(
                  language(code),
                  value instanceof List<?> list
                      ? list.stream().map(String::valueOf).toList()
                      : lines(String.valueOf(value))));
      return new Skill(
          name,
          String.valueOf(yaml.getOrDefault("action", "say")),
          settings,
          examples,
          answers,
          quickReplies);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("skill " + name + ": " + e.getMessage(), e);
    }
  }

  /// A template with a mistake is found when it is read, not when it is said.
  private static void checkPattern(String key, String pattern, Language language) {
    try {
      new MessageFormat(pattern, language.locale()).getFormats();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("answer " + key + ": " + e.getMessage(), e);
    }
  }

  private static Language language(String code) {
    return Language.of(code)
        .orElseThrow(
            () -> new IllegalArgumentException("language '" + code + "' (expected: en or zh)"));
  }

  private static Map<String, Object> map(@org.jspecify.annotations.Nullable Object value) {
    if (value == null) {
      return Map.of();
    }
    if (!(value instanceof Map<?, ?> untyped)) {
      throw new IllegalArgumentException("'" + value + "' (expected: keys and values)");
    }
    Map<String, Object> typed = new LinkedHashMap<>();
    untyped.forEach((key, entry) -> typed.put(String.valueOf(key), entry));
    return typed;
  }

  private static List<String> lines(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  private static String resource(String name) {
    try (InputStream in = SkillBook.class.getResourceAsStream("/skills/" + name)) {
      if (in == null) {
        throw new IllegalStateException("skills/" + name + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
