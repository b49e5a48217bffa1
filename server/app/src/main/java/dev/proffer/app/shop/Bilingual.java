// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

/// The same text in English and Chinese.
record Bilingual(String en, String zh) {
  Bilingual {
    if (en.isBlank() || zh.isBlank()) {
      throw new IllegalArgumentException(
          "\"%s | %s\" (expected: a text in both languages)".formatted(en, zh));
    }
  }
}
