// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import java.util.Optional;

/// Finds the language of a turn by its script.
public final class LanguageDetector {
  private LanguageDetector() {}

  /// What a text is written in.
  ///
  /// @param language the language to answer in, empty when the text has no letter of either
  /// @param foreign whether most letters belong to a script of neither language
  /// @param mixed whether both languages are in it
  public record Detected(Optional<Language> language, boolean foreign, boolean mixed) {}

  /// A Chinese sentence with foreign names ("有没有 Nike 的 discount") stays Chinese: a Han character
  /// weighs as much as a Latin word, because that is about what each of them says.
  public static Detected detect(NormalText text) {
    int han = 0;
    int latinWords = 0;
    int others = 0;
    boolean inWord = false;
    for (int codePoint : text.text().codePoints().toArray()) {
      boolean latin = false;
      if (Character.isLetter(codePoint)) {
        switch (Character.UnicodeScript.of(codePoint)) {
          case HAN -> han++;
          case LATIN -> latin = true;
          case HIRAGANA, KATAKANA, HANGUL -> others += 2;
          default -> others++;
        }
      }
      if (latin && !inWord) {
        latinWords++;
      }
      inWord = latin || (inWord && codePoint == '\'');
    }
    if (han == 0 && latinWords == 0) {
      return new Detected(Optional.empty(), others > 0, false);
    }
    Language language = han >= latinWords ? Language.CHINESE : Language.ENGLISH;
    return new Detected(
        Optional.of(language), others > 2 * (han + latinWords), han > 0 && latinWords > 0);
  }
}
