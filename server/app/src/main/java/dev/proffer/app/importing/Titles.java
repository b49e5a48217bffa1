// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Makes titles of the descriptions of an order file, which are typed in capitals by hand.
final class Titles {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern MARKS = Pattern.compile("^[*?.,\\s]+|[*?.,\\s]+$");
  private static final Pattern SPACE_BEFORE_COMMA = Pattern.compile("\\s*,\\s*");
  private static final int TITLE_CHARS_MAX = 512;

  private static final Set<String> KEPT_IN_CAPITALS =
      Set.of(
          "BBQ", "CD", "DIY", "DVD", "FBA", "I", "II", "LED", "MDF", "NY", "TV", "UK", "USB", "XL");

  private static final Set<String> SMALL =
      Set.of(
          "a", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with");

  private Titles() {}

  /// The description without stray marks and doubled spaces; empty when nothing is left of it.
  static String cleaned(String description) {
    String text = SPACE.matcher(description).replaceAll(" ");
    text = MARKS.matcher(text).replaceAll("");
    text = SPACE_BEFORE_COMMA.matcher(text).replaceAll(", ");
    return text.length() <= TITLE_CHARS_MAX ? text : text.substring(0, TITLE_CHARS_MAX);
  }

  /// A cleaned description in title case, unless somebody has chosen its case already.
  static String title(String cleaned) {
    if (cleaned.chars().anyMatch(Character::isLowerCase)) {
      return cleaned;
    }
    StringBuilder title = new StringBuilder(cleaned.length());
    int wordStart = 0;
    for (int i = 0; i <= cleaned.length(); i++) {
      if (i == cleaned.length() || !isWordPart(cleaned.charAt(i))) {
        appendWord(title, cleaned.substring(wordStart, i));
        if (i < cleaned.length()) {
          title.append(cleaned.charAt(i));
        }
        wordStart = i + 1;
      }
    }
    return title.toString();
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '\'';
  }

  private static void appendWord(StringBuilder title, String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    if (word.isEmpty()) {
      return;
    }
    if (KEPT_IN_CAPITALS.contains(word) || Character.isDigit(word.charAt(0))) {
      title.append(word);
    } else if (SMALL.contains(lower) && !title.isEmpty()) {
      title.append(lower);
    } else {
      title.append(word.charAt(0)).append(lower, 1, lower.length());
    }
  }
}
