// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import java.util.Locale;

/// What a piece of a turn names. The order is the order of precedence when two pieces overlap.
public enum MentionType {
  PROMOTION('\ue000'),
  THRESHOLD('\ue001'),
  BUY_GET('\ue002'),
  NTH_OFF('\ue003'),
  DISCOUNT('\ue004'),
  ITEM('\ue005'),
  CODE('\ue006'),
  PRICE_RANGE('\ue007'),
  PRICE_ABOUT('\ue008'),
  PRICE_MAX('\ue009'),
  PRICE_MIN('\ue00a'),
  MONEY('\ue00b'),
  DATE('\ue00c'),
  IMPOSSIBLE_DATE('\ue00d'),
  CATEGORY('\ue00e'),
  BRAND('\ue00f'),
  ORDINAL('\ue010'),
  QUANTITY('\ue011'),
  MEMBER_LEVEL('\ue012'),
  RECIPIENT('\ue013'),
  COLOUR('\ue014');

  private final char mask;

  MentionType(char mask) {
    this.mask = mask;
  }

  /// The name in replies, such as `price_max`.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The one character that stands for a mention of this type in what the classifier reads.
  public char mask() {
    return mask;
  }

  /// Whether the mention is replaced by its mask before classification. Words such as "gold member"
  /// or "for my dad" say themselves what is wanted.
  public boolean isMasked() {
    return this != RECIPIENT && this != MEMBER_LEVEL && this != ORDINAL;
  }
}
