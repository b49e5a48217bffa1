// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// An analyser without models: Latin words at their borders with plural endings cut, one word for
/// each Han character. It stands in while the models of a language load or when they are absent.
public final class PlainAnalyser implements Analyser {
  @Override
  public List<Token> tokens(NormalText text, BitSet boundaries) {
    String lower = text.lower();
    List<Token> tokens = new ArrayList<>();
    int i = 0;
    while (i < lower.length()) {
      char c = lower.charAt(i);
      if (!Character.isLetterOrDigit(c)) {
        i++;
        continue;
      }
      int end = i + 1;
      if (!isHan(c)) {
        while (end < lower.length() && isWordPart(lower, end) && !boundaries.get(end)) {
          end++;
        }
      } else if (boundaries.get(i)) {
        // A name of the catalogue is one word.
        int next = boundaries.nextSetBit(i + 1);
        if (next > 0 && next - i <= 12 && allHan(lower, i, next)) {
          end = next;
        }
      }
      String word = lower.substring(i, end);
      tokens.add(new Token(word, lemma(word), "", i, end));
      i = end;
    }
    return tokens;
  }

  @Override
  public List<DateFound> dates(NormalText text, LocalDate today) {
    return List.of();
  }

  /// The singular of a regular English plural, and the word itself for everything else.
  public static String lemma(String word) {
    int n = word.length();
    if (n <= 3 || word.charAt(n - 1) != 's' || word.endsWith("ss") || word.endsWith("us")) {
      return word;
    }
    if (word.endsWith("ies") && n > 4) {
      return word.substring(0, n - 3) + "y";
    }
    if (word.endsWith("ves") && n > 4) {
      String stem = word.substring(0, n - 3);
      return switch (stem) {
        case "kni", "li", "wi" -> stem + "fe";
        case "shel", "scar", "hal", "lea" -> stem + "f";
        default -> stem + "ve";
      };
    }
    if (word.endsWith("ches")
        || word.endsWith("shes")
        || word.endsWith("sses")
        || word.endsWith("xes")) {
      return word.substring(0, n - 2);
    }
    return word.substring(0, n - 1);
  }

  static boolean isHan(char c) {
    return c >= '\u3400' && c <= '\u9fff';
  }

  private static boolean allHan(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (!isHan(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWordPart(String text, int i) {
    char c = text.charAt(i);
    if (Character.isLetterOrDigit(c)) {
      return !isHan(c);
    }
    return (c == '\'' || c == '-' || c == '_')
        && i + 1 < text.length()
        && Character.isLetterOrDigit(text.charAt(i + 1))
        && !isHan(text.charAt(i + 1));
  }
}
