// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.embedding;

/// Turns a text into a vector of length one, near to those of texts that mean the same. Safe for
/// use by many threads.
@FunctionalInterface
public interface SentenceEncoder {
  float[] encode(String text);

  /// Whether a Latin word is one that the encoder learnt whole, so that it is no typing error.
  default boolean knows(String word) {
    return false;
  }
}
