// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import com.ibm.icu.text.Transliterator;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/// A text in the one form that everything after it reads: compatibility forms composed (full-width
/// digits become digits), traditional characters simplified, control, bidi and invisible characters
/// gone, runs of white space one space, cut to a length.
///
/// Every character remembers the code point of the original that it came from, so that what is
/// found here can be pointed at there.
public final class NormalText {
  /// Longer turns are cut here: nobody asks a shop a longer question, and work grows with length.
  public static final int MAX_CHARS = 500;

  private static final String COUPON_BEFORE = "惠元块金扣领减用";
  private static final String ROLL_AFTER = "纸发尺心烟帘边装筒";
  private static final char[] SIMPLIFIED = simplifiedTable();

  private final String text;
  private final String lower;
  private final int[] origin;
  private final boolean cut;

  private NormalText(String text, int[] origin, boolean cut) {
    this.text = text;
    this.lower = lowerCase(text);
    this.origin = origin;
    this.cut = cut;
  }

  public static NormalText of(String original) {
    StringBuilder normal = new StringBuilder(Math.min(original.length(), MAX_CHARS));
    int[] origin = new int[MAX_CHARS + 1];
    int codePointIndex = 0;
    boolean pendingSpace = false;
    boolean cut = false;
    for (int i = 0; i < original.length(); codePointIndex++) {
      int codePoint = original.codePointAt(i);
      i += Character.charCount(codePoint);
      if (isDropped(codePoint)) {
        continue;
      }
      if (Character.isWhitespace(codePoint)
          || Character.isSpaceChar(codePoint)
          || Character.isISOControl(codePoint)) {
        pendingSpace = !normal.isEmpty();
        continue;
      }
      String form =
          codePoint < 0x80
              ? Character.toString(codePoint)
              : simplify(Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFKC));
      int room = MAX_CHARS - normal.length() - (pendingSpace ? 1 : 0);
      if (form.length() > room) {
        cut = true;
        break;
      }
      if (pendingSpace) {
        origin[normal.length()] = codePointIndex - 1;
        normal.append(' ');
        pendingSpace = false;
      }
      for (int c = 0; c < form.length(); c++) {
        origin[normal.length()] = codePointIndex;
        char character = form.charAt(c);
        normal.append(Character.isWhitespace(character) ? ' ' : character);
      }
    }
    origin[normal.length()] = normal.isEmpty() ? codePointIndex : origin[normal.length() - 1] + 1;
    spellCoupons(normal);
    return new NormalText(normal.toString(), Arrays.copyOf(origin, normal.length() + 1), cut);
  }

  /// The normal form, with its case.
  public String text() {
    return text;
  }

  /// The normal form in lower case, character by character as long as [#text].
  public String lower() {
    return lower;
  }

  /// The code point of the original that a character came from; the length of the text gives the
  /// end.
  public int origin(int index) {
    return origin[index];
  }

  /// The code point of the original after the one that the character before `end` came from.
  public int originEnd(int end) {
    return end == 0 ? 0 : origin[end - 1] + 1;
  }

  /// Whether the original was longer than what is read.
  public boolean cut() {
    return cut;
  }

  /// Whether there is a letter, digit or ideograph at all: false for an empty text or mere emoji.
  public boolean hasWords() {
    return text.codePoints().anyMatch(Character::isLetterOrDigit);
  }

  @Override
  public String toString() {
    return text;
  }

  /// Lower case that never changes the length, as `String.toLowerCase` does for a few letters.
  public static String lowerCase(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.length() == text.length()) {
      return lower;
    }
    char[] characters = text.toCharArray();
    for (int i = 0; i < characters.length; i++) {
      characters[i] = Character.toLowerCase(characters[i]);
    }
    return new String(characters);
  }

  /// Coupons are mistyped more often than any other word: 劵 and, after what makes it a coupon, 卷,
  /// which otherwise is a roll or a curl.
  private static void spellCoupons(StringBuilder text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '劵'
          || (c == '卷'
              && i > 0
              && COUPON_BEFORE.indexOf(text.charAt(i - 1)) >= 0
              && (i + 1 == text.length() || ROLL_AFTER.indexOf(text.charAt(i + 1)) < 0))) {
        text.setCharAt(i, '券');
      }
    }
  }

  private static boolean isDropped(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
          true;
      case Character.CONTROL -> !Character.isWhitespace(codePoint);
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> codePoint > 0x7f;
      default -> false;
    };
  }

  private static String simplify(String form) {
    if (form.length() == 1) {
      char character = form.charAt(0);
      if (character >= FIRST_HAN && character <= LAST_HAN) {
        return String.valueOf(SIMPLIFIED[character - FIRST_HAN]);
      }
      return switch (character) {
        case '\u2018', '\u2019', '\u02bc' -> "'";
        case '\u201c', '\u201d' -> "\"";
        case '\u3002' -> "\u3002";
        default -> form;
      };
    }
    return form;
  }

  private static final char FIRST_HAN = '\u4e00';
  private static final char LAST_HAN = '\u9fa5';

  /// Character by character, so that offsets stay; the few phrases in which a character has two
  /// simple forms do not matter to a shop.
  private static char[] simplifiedTable() {
    Transliterator toSimplified = Transliterator.getInstance("Traditional-Simplified");
    char[] table = new char[LAST_HAN - FIRST_HAN + 1];
    for (int i = 0; i < table.length; i++) {
      char character = (char) (FIRST_HAN + i);
      String simplified = toSimplified.transliterate(String.valueOf(character));
      table[i] = simplified.length() == 1 ? simplified.charAt(0) : character;
    }
    return table;
  }
}
