// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import java.math.BigDecimal;

/// A piece of a turn that names something.
///
/// @param type what it names
/// @param text the piece, normalised
/// @param value what it means: an id or name of the catalogue, a number, two numbers with a slash
///   between them (`300/40`, `20/50`), an ISO date
/// @param start the first character in the normalised text
/// @param end the character after the last
/// @param negated whether the shopper excludes it ("not Nike", "不要耐克")
public record Mention(
    MentionType type, String text, String value, int start, int end, boolean negated) {

  public Mention(MentionType type, String text, String value, int start, int end) {
    this(type, text, value, start, end, false);
  }

  public Mention negate() {
    return new Mention(type, text, value, start, end, true);
  }

  public boolean overlaps(Mention other) {
    return start < other.end && other.start < end;
  }

  /// The first number of the value.
  public BigDecimal number() {
    return new BigDecimal(value.split("/", 2)[0]);
  }

  /// The second number of a value such as `20/50`.
  public BigDecimal secondNumber() {
    return new BigDecimal(value.split("/", 2)[1]);
  }
}
