// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

/// One word of a normalised text.
///
/// @param text the word as written, in lower case
/// @param lemma its base form
/// @param tag its part of speech (Penn tags); empty when the analyser knows none
/// @param start the first character
/// @param end the character after the last
public record Token(String text, String lemma, String tag, int start, int end) {
  /// Whether the word can name a thing or a quality of a thing; true when nothing is known.
  public boolean canDescribeThing() {
    return tag.isEmpty()
        || tag.startsWith("NN")
        || tag.equals("NR")
        || tag.startsWith("JJ")
        || tag.equals("FW")
        || tag.equals("VA")
        || tag.equals("VBN")
        || tag.equals("VBG");
  }
}
