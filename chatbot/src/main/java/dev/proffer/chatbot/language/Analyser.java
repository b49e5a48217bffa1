// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import java.time.LocalDate;
import java.util.BitSet;
import java.util.List;

/// Splits a text of one language into words. Implementations are safe for use by many threads.
public interface Analyser {
  /// The words of a text.
  ///
  /// @param text the text
  /// @param boundaries characters before which a word must begin: the borders of names of the
  ///   catalogue, which no general model knows
  List<Token> tokens(NormalText text, BitSet boundaries);

  /// The dates that the text names, as seen from a day; empty when the analyser knows none.
  List<DateFound> dates(NormalText text, LocalDate today);

  /// A date in a text.
  ///
  /// @param value ISO 8601: a day, a time of a day, a week, a weekend or a duration
  record DateFound(String value, int start, int end) {}
}
