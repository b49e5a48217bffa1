// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import dev.proffer.chatbot.language.NormalText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Words with how they feel, negations that turn them round and degrees that strengthen or weaken
/// them, in both languages. It needs no training, and it can name the words that decided.
public final class SentimentLexicon {
  /// A word with feeling.
  ///
  /// @param weight from -3 to 3 before degrees; negations and degrees are in it already
  /// @param start where it begins in the normal text
  public record Hit(String word, double weight, int start, int end) {}

  private static final int MAX_HAN_WORD = 6;
  private static final int MIN_STEM = 3;

  /// How far back a negation or a degree reaches, in words or Han characters.
  private static final int REACH = 3;

  private static final Set<String> NEGATIONS =
      Set.of(
          "not",
          "no",
          "never",
          "none",
          "nothing",
          "hardly",
          "barely",
          "without",
          "don't",
          "dont",
          "doesn't",
          "doesnt",
          "didn't",
          "didnt",
          "isn't",
          "isnt",
          "wasn't",
          "wasnt",
          "aren't",
          "won't",
          "wont",
          "can't",
          "cant",
          "cannot",
          "couldn't",
          "wouldn't",
          "shouldn't",
          "ain't");
  private static final Map<String, Double> DEGREES =
      Map.ofEntries(
          Map.entry("very", 1.4),
          Map.entry("really", 1.3),
          Map.entry("so", 1.3),
          Map.entry("too", 1.2),
          Map.entry("extremely", 1.7),
          Map.entry("super", 1.5),
          Map.entry("absolutely", 1.6),
          Map.entry("totally", 1.5),
          Map.entry("completely", 1.5),
          Map.entry("quite", 1.1),
          Map.entry("slightly", 0.6),
          Map.entry("somewhat", 0.7),
          Map.entry("bit", 0.7),
          Map.entry("kinda", 0.7));
  private static final List<String> HAN_NEGATIONS =
      List.of("不是", "没有", "不太", "不怎么", "并不", "不够", "不", "没", "非", "未", "别");
  private static final Map<String, Double> HAN_DEGREES =
      Map.ofEntries(
          Map.entry("非常", 1.6),
          Map.entry("特别", 1.5),
          Map.entry("超级", 1.6),
          Map.entry("十分", 1.5),
          Map.entry("极其", 1.7),
          Map.entry("实在", 1.3),
          Map.entry("真的", 1.3),
          Map.entry("太", 1.5),
          Map.entry("很", 1.3),
          Map.entry("超", 1.4),
          Map.entry("真", 1.3),
          Map.entry("有点", 0.6),
          Map.entry("比较", 0.8),
          Map.entry("稍微", 0.5));

  private final Map<String, Double> words = new HashMap<>();
  private final Map<String, Double> stems = new HashMap<>();
  private final Map<String, Double> han = new HashMap<>();

  private SentimentLexicon() {}

  public static SentimentLexicon load() {
    SentimentLexicon lexicon = new SentimentLexicon();
    for (String name : List.of("lexicon-en.txt", "lexicon-zh.txt")) {
      for (Map.Entry<String, List<String>> line : lines(name).entrySet()) {
        double weight = Double.parseDouble(line.getKey());
        line.getValue().forEach(word -> lexicon.add(word, weight));
      }
    }
    return lexicon;
  }

  private void add(String word, double weight) {
    if (isHan(word.charAt(0))) {
      han.putIfAbsent(word, weight);
    } else if (word.endsWith("*")) {
      stems.putIfAbsent(word.substring(0, word.length() - 1), weight);
    } else {
      words.putIfAbsent(word, weight);
    }
  }

  /// The words with feeling, from left to right.
  public List<Hit> find(NormalText text) {
    String lower = text.lower();
    List<Hit> hits = new ArrayList<>();
    List<String> before = new ArrayList<>();
    int i = 0;
    while (i < lower.length()) {
      char c = lower.charAt(i);
      if (isHan(c)) {
        int end = longestHan(lower, i);
        if (end > i) {
          String word = lower.substring(i, end);
          hits.add(new Hit(word, han.getOrDefault(word, 0.0) * hanContext(lower, i, word), i, end));
          i = end;
        } else {
          i++;
        }
        before.clear();
      } else if (Character.isLetter(c)) {
        int end = i + 1;
        while (end < lower.length() && isWordPart(lower.charAt(end))) {
          end++;
        }
        String word = lower.substring(i, end);
        Optional<Double> weight = weight(word);
        if (weight.isPresent()) {
          hits.add(new Hit(word, weight.get() * latinContext(before), i, end));
        }
        before.add(word);
        i = end;
      } else {
        if (c == '.' || c == '!' || c == '?' || c == ';' || c == ',' || c == '\n') {
          before.clear();
        }
        i++;
      }
    }
    return hits;
  }

  private Optional<Double> weight(String word) {
    Double exact = words.get(word);
    if (exact != null) {
      return Optional.of(exact);
    }
    for (int length = word.length(); length >= MIN_STEM; length--) {
      Double stem = stems.get(word.substring(0, length));
      if (stem != null) {
        return Optional.of(stem);
      }
    }
    return Optional.empty();
  }

  /// "Not good" is bad, but less so than "bad".
  private static double latinContext(List<String> before) {
    double factor = 1;
    for (int k = before.size() - 1; k >= Math.max(0, before.size() - REACH); k--) {
      String word = before.get(k);
      factor *= DEGREES.getOrDefault(word, 1.0);
      if (NEGATIONS.contains(word)) {
        factor *= -0.75;
      }
    }
    return factor;
  }

  private static double hanContext(String text, int start, String word) {
    double factor = 1;
    String window = text.substring(Math.max(0, start - 4), start);
    for (int k = window.length() - 1; k >= 0; k--) {
      if (!isHan(window.charAt(k))) {
        window = window.substring(k + 1);
        break;
      }
    }
    for (Map.Entry<String, Double> degree : HAN_DEGREES.entrySet()) {
      if (window.endsWith(degree.getKey())) {
        factor *= degree.getValue();
        break;
      }
    }
    // A word that begins with a negation has it in its weight.
    if (!word.startsWith("不") && !word.startsWith("没")) {
      for (String negation : HAN_NEGATIONS) {
        int at = window.lastIndexOf(negation);
        if (at >= 0 && window.length() - at - negation.length() < REACH) {
          return factor * (window.contains("一点") ? -1.3 : -0.75);
        }
      }
    }
    return factor;
  }

  private int longestHan(String text, int start) {
    for (int length = Math.min(MAX_HAN_WORD, text.length() - start); length > 0; length--) {
      if (han.containsKey(text.substring(start, start + length))) {
        return start + length;
      }
    }
    return start;
  }

  private static boolean isWordPart(char c) {
    return (Character.isLetterOrDigit(c) && !isHan(c)) || c == '\'' || c == '-';
  }

  static boolean isHan(char c) {
    return c >= '\u3400' && c <= '\u9fff';
  }

  /// The lines `key: word word …` of a resource.
  static Map<String, List<String>> lines(String name) {
    try (InputStream in = SentimentLexicon.class.getResourceAsStream("/sentiment/" + name)) {
      if (in == null) {
        throw new IllegalStateException("sentiment/" + name + " is not in the jar");
      }
      Map<String, List<String>> lines = new HashMap<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          int colon = line.indexOf(':');
          lines.put(
              line.substring(0, colon).strip(),
              List.of(line.substring(colon + 1).strip().split(" ")));
        }
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
