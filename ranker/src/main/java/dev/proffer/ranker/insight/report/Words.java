// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import com.google.common.html.HtmlEscapers;
import java.util.Locale;

/// A text in both languages of the page, as plain text.
record Words(String english, String chinese) {
  static Words of(String english, String chinese) {
    return new Words(english, chinese);
  }

  /// The same in both languages, such as a number or an id.
  static Words same(String text) {
    return new Words(text, text);
  }

  static Words count(long number) {
    return same(String.format(Locale.ROOT, "%,d", number));
  }

  /// Cut to about so many Latin letters; a Chinese character takes the room of two.
  Words cut(int letters) {
    return new Words(cut(english, letters), cut(chinese, letters));
  }

  private static String cut(String text, int letters) {
    double room = letters;
    for (int i = 0; i < text.length(); i++) {
      room -= text.charAt(i) >= 0x2e80 ? 1.8 : 1;
      if (room < 0) {
        int end = Math.max(1, i - 1);
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
          end--;
        }
        return text.substring(0, end).strip() + "…";
      }
    }
    return text;
  }

  boolean isSame() {
    return english.equals(chinese);
  }

  static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }

  /// As HTML: one of the two is hidden by the style of the page.
  String html() {
    return isSame()
        ? escape(english)
        : "<span lang=\"en\">"
            + escape(english)
            + "</span><span lang=\"zh\">"
            + escape(chinese)
            + "</span>";
  }
}
