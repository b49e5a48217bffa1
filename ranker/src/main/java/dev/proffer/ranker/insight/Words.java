// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/// Cuts titles, searches and reviews into terms of interest: English words of three letters or more
/// that say something, and all runs of two to four Chinese characters within a phrase.
final class Words {
  private static final int TEXT_MAX = 512;

  private static final Set<String> STOP =
      Set.of(
          "the",
          "and",
          "for",
          "with",
          "from",
          "that",
          "this",
          "set",
          "pack",
          "are",
          "was",
          "but",
          "not",
          "you",
          "your",
          "our",
          "has",
          "have",
          "its",
          "very",
          "all",
          "one",
          "two",
          "new",
          "size",
          "small",
          "large",
          "medium",
          "assorted",
          "per",
          "use",
          "out",
          "get",
          "can",
          "than");

  /// Characters at which a Chinese phrase breaks, because they carry grammar and no content.
  private static final String CHINESE_BREAKS = "的了和与是在有我你他她它这那个款为及或很都也就不吗呢吧";

  private Words() {}

  static void each(String text, Consumer<String> term) {
    int end = Math.min(text.length(), TEXT_MAX);
    int at = 0;
    while (at < end) {
      char c = text.charAt(at);
      int start = at;
      if (isChinese(c)) {
        while (at < end && isChinese(text.charAt(at))) {
          at++;
        }
        runs(text, start, at, term);
      } else if (Character.isLetter(c)) {
        while (at < end && isWordPart(text.charAt(at))) {
          at++;
        }
        String word = text.substring(start, at).toLowerCase(Locale.ROOT);
        if (word.length() >= 3 && word.length() <= 30 && !STOP.contains(word)) {
          term.accept(word);
        }
      } else {
        at++;
      }
    }
  }

  private static void runs(String text, int start, int end, Consumer<String> term) {
    for (int length = 2; length <= 4; length++) {
      for (int from = start; from + length <= end; from++) {
        term.accept(text.substring(from, from + length));
      }
    }
  }

  static boolean isChinese(String term) {
    return !term.isEmpty() && isChinese(term.charAt(0));
  }

  private static boolean isChinese(char c) {
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN
        && CHINESE_BREAKS.indexOf(c) < 0;
  }

  private static boolean isWordPart(char c) {
    return (Character.isLetter(c)
            && !isChinese(c)
            && Character.UnicodeScript.of(c) != Character.UnicodeScript.HAN)
        || c == '-'
        || c == '\'';
  }
}
