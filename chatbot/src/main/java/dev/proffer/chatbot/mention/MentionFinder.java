// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import dev.proffer.chatbot.language.Analyser;
import dev.proffer.chatbot.language.NormalText;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Finds everything that a turn names, resolves overlaps and marks what is excluded.
public final class MentionFinder {
  private static final Pattern NEGATION_BEFORE =
      Pattern.compile(
          "(?:\\b(?:not|no|without|except|but not|other than|anything but|don'?t want|don'?t like|instead of|rather than)(?: (?:a|an|the|any|for|from|in|by|interested in))?|不要|不想要|不喜欢|不是|别|除了|不买|不看|而不是)\\s?$");

  private static final Pattern IS_RUNNING =
      Pattern.compile(
          "\\b(?:is|are|still|currently|anything|offers?|promotions?|sales?|deals?|campaigns?|events?|actions?) running$");

  private MentionFinder() {}

  public static List<Mention> find(
      NormalText text, Gazetteer names, Analyser analyser, LocalDate today) {
    List<Mention> candidates = new ArrayList<>(PatternMentions.find(text));
    for (Gazetteer.Hit hit : names.find(text.lower())) {
      if (hit.entry().type() == MentionType.CATEGORY
          && text.lower().startsWith("running", hit.start())
          && hit.end() - hit.start() == "running".length()
          && IS_RUNNING.matcher(text.lower().substring(0, hit.end())).find()) {
        // Promotions run too.
        continue;
      }
      candidates.add(
          new Mention(
              hit.entry().type(),
              text.text().substring(hit.start(), hit.end()),
              hit.entry().value(),
              hit.start(),
              hit.end()));
    }
    candidates.addAll(CalendarMentions.find(text, today));
    for (Analyser.DateFound date : analyser.dates(text, today)) {
      if (date.value().matches("\\d{4}-(\\d\\d-\\d\\d.*|W\\d\\d.*)")) {
        candidates.add(
            new Mention(
                MentionType.DATE,
                text.text().substring(date.start(), date.end()),
                date.value(),
                date.start(),
                date.end()));
      }
    }
    return withNegation(text.lower(), withoutOverlaps(candidates));
  }

  /// Of two mentions that overlap, the type of higher precedence stays, then the longer one.
  private static List<Mention> withoutOverlaps(List<Mention> candidates) {
    List<Mention> byPrecedence = new ArrayList<>(candidates);
    byPrecedence.sort(
        Comparator.comparing(Mention::type)
            .thenComparingInt(m -> m.start() - m.end())
            .thenComparingInt(Mention::start));
    List<Mention> kept = new ArrayList<>();
    for (Mention candidate : byPrecedence) {
      if (kept.stream().noneMatch(candidate::overlaps)) {
        kept.add(candidate);
      }
    }
    kept.sort(Comparator.comparingInt(Mention::start));
    return kept;
  }

  private static List<Mention> withNegation(String lower, List<Mention> mentions) {
    return mentions.stream()
        .map(mention ->
            NEGATION_BEFORE
                    .matcher(lower.substring(Math.max(0, mention.start() - 24), mention.start()))
                    .find()
                ? mention.negate()
                : mention)
        .toList();
  }

  /// The text that the classifier reads: mentions are replaced by one character for their type, so
  /// that it learns "deals on ⟨brand⟩" and not the brands.
  public static String masked(NormalText text, List<Mention> mentions) {
    StringBuilder masked = new StringBuilder();
    int from = 0;
    for (Mention mention : mentions) {
      if (!mention.type().isMasked() || isDateInWords(mention)) {
        continue;
      }
      masked.append(text.lower(), from, mention.start());
      masked.append(mention.type().mask());
      from = mention.end();
    }
    return masked.append(text.lower(), from, text.lower().length()).toString();
  }

  /// "Tomorrow" and "next Friday" are words like others; only figures are replaced.
  private static boolean isDateInWords(Mention mention) {
    return mention.type() == MentionType.DATE
        && mention.text().chars().noneMatch(Character::isDigit);
  }

  /// The masks of placeholders in training phrases, such as `{brand}`.
  public static String maskedPhrase(String phrase) {
    String masked = phrase;
    for (Map.Entry<String, MentionType> placeholder : PLACEHOLDERS.entrySet()) {
      masked =
          masked.replace(
              "{" + placeholder.getKey() + "}", String.valueOf(placeholder.getValue().mask()));
    }
    return masked;
  }

  private static final Map<String, MentionType> PLACEHOLDERS =
      Map.ofEntries(
          Map.entry("brand", MentionType.BRAND),
          Map.entry("category", MentionType.CATEGORY),
          Map.entry("item", MentionType.ITEM),
          Map.entry("promotion", MentionType.PROMOTION),
          Map.entry("code", MentionType.CODE),
          Map.entry("date", MentionType.DATE),
          Map.entry("max", MentionType.PRICE_MAX),
          Map.entry("min", MentionType.PRICE_MIN),
          Map.entry("range", MentionType.PRICE_RANGE),
          Map.entry("about", MentionType.PRICE_ABOUT),
          Map.entry("money", MentionType.MONEY),
          Map.entry("threshold", MentionType.THRESHOLD),
          Map.entry("buyget", MentionType.BUY_GET),
          Map.entry("discount", MentionType.DISCOUNT),
          Map.entry("quantity", MentionType.QUANTITY));
}
