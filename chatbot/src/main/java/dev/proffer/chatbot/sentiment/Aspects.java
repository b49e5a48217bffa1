// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Opinions on price, quality, delivery, size and service: each clause speaks of the aspects that
/// it names, and feels as its words do.
final class Aspects {
  static final List<String> NAMES = List.of("price", "quality", "delivery", "size", "service");

  private static final Pattern CLAUSE_END =
      Pattern.compile(
          "[.!?;,。！？；，、~\\n]+|\\b(?:but|although|though|however|while)\\b|但是?|不过|可是|就是|虽然");

  private final Map<String, Pattern> patterns = new LinkedHashMap<>();

  private Aspects() {}

  static Aspects load() {
    Aspects aspects = new Aspects();
    for (Map.Entry<String, List<String>> line :
        new TreeMap<>(SentimentLexicon.lines("aspects.txt")).entrySet()) {
      StringBuilder latin = new StringBuilder();
      StringBuilder han = new StringBuilder();
      for (String word : line.getValue()) {
        StringBuilder to = SentimentLexicon.isHan(word.charAt(0)) ? han : latin;
        to.append(to.isEmpty() ? "" : "|").append(word.replace("*", "\\w*"));
      }
      aspects.patterns.put(
          line.getKey(), Pattern.compile("\\b(?:" + latin + ")\\b|(?:" + han + ")"));
    }
    return aspects;
  }

  /// The opinions of a text in lower case.
  List<AspectOpinion> read(String lower, List<SentimentLexicon.Hit> hits) {
    Map<String, List<SentimentLexicon.Hit>> byAspect = new TreeMap<>();
    int from = 0;
    var ends = CLAUSE_END.matcher(lower);
    while (from < lower.length()) {
      int to = ends.find(from) ? ends.start() : lower.length();
      int next = to == lower.length() ? to : Math.max(ends.end(), from + 1);
      String clause = lower.substring(from, to);
      List<SentimentLexicon.Hit> inside = new ArrayList<>();
      for (SentimentLexicon.Hit hit : hits) {
        if (hit.start() >= from && hit.end() <= to) {
          inside.add(hit);
        }
      }
      if (!inside.isEmpty()) {
        patterns.forEach((aspect, pattern) -> {
          if (pattern.matcher(clause).find()) {
            byAspect.computeIfAbsent(aspect, _ -> new ArrayList<>()).addAll(inside);
          }
        });
      }
      from = next;
    }
    List<AspectOpinion> opinions = new ArrayList<>();
    byAspect.forEach((aspect, words) -> {
      double sum = words.stream().mapToDouble(SentimentLexicon.Hit::weight).sum();
      double size = words.stream().mapToDouble(hit -> Math.abs(hit.weight())).sum();
      opinions.add(
          new AspectOpinion(
              aspect,
              size == 0 ? 0 : sum / size,
              words.stream().map(SentimentLexicon.Hit::word).distinct().toList()));
    });
    return opinions;
  }
}
