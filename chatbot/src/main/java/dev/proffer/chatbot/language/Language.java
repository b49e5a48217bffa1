// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import java.util.Locale;
import java.util.Optional;

/// A language that the bot speaks.
public enum Language {
  ENGLISH("en", Locale.ENGLISH),
  CHINESE("zh", Locale.SIMPLIFIED_CHINESE);

  private final String code;
  private final Locale locale;

  Language(String code, Locale locale) {
    this.code = code;
    this.locale = locale;
  }

  /// The code in requests, replies and maps of names.
  public String code() {
    return code;
  }

  public Locale locale() {
    return locale;
  }

  /// Reads a code such as `zh`, `zh-CN` or `en_GB`; empty for a language that the bot does not
  /// speak.
  public static Optional<Language> of(String code) {
    String primary = code.strip().toLowerCase(Locale.ROOT).split("[-_]", 2)[0];
    for (Language language : values()) {
      if (language.code.equals(primary)) {
        return Optional.of(language);
      }
    }
    return Optional.empty();
  }
}
