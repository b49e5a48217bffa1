// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import dev.proffer.chatbot.language.NormalText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The clauses of a turn that could each ask for something.
final class Clauses {
  private static final int MAX = 3;
  private static final Pattern BORDER =
      Pattern.compile(
          "[.!?;。！？；\\n]+(?!\\d)|,? ?\\b(?:and also|also|and then|plus|by the way|btw|and (?=(?:what|when|where|how|can|do|does|is|are|will|which)\\b))|[,，]?(?:另外|还有(?!没有|吗|什么)|顺便|对了|再问一下|以及|同时)",
          Pattern.CASE_INSENSITIVE);

  private Clauses() {}

  /// At most three clauses with enough in them to ask something; fewer than two mean that there is
  /// nothing to divide.
  static List<String> of(NormalText text) {
    List<String> clauses = new ArrayList<>();
    Matcher border = BORDER.matcher(text.text());
    int from = 0;
    while (from <= text.text().length()) {
      int to = border.find() ? border.start() : text.text().length();
      String clause = text.text().substring(Math.min(from, to), to).strip();
      if (weight(clause) >= 3 && clauses.size() < MAX) {
        clauses.add(clause);
      }
      if (to == text.text().length()) {
        break;
      }
      from = border.end();
    }
    return clauses;
  }

  /// Words, a Han character counting as one.
  private static int weight(String clause) {
    int weight = 0;
    boolean inWord = false;
    for (int i = 0; i < clause.length(); i++) {
      char c = clause.charAt(i);
      boolean han = c >= '\u3400' && c <= '\u9fff';
      boolean letter = Character.isLetterOrDigit(c) && !han;
      weight += han || (letter && !inWord) ? 1 : 0;
      inWord = letter || (inWord && c == '\'');
    }
    return weight;
  }
}
