// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a conversation remembers between turns, beside its transcript.
///
/// @param language the code of the language of the last turn
/// @param listingSkill the skill that last listed items or offers; empty when none did
/// @param slots what it was asked for
/// @param items the items of the last list, in order, so that "the second one" means something
/// @param promotions the promotions that were last named, in order
/// @param seenItemIds items that were shown on this topic, so that "more" shows others
/// @param pending what the bot asked and waits for; null when nothing
/// @param fallbacks how many turns in a row were not understood, or got the same answer again
/// @param unsure how many turns in a row were answered without being sure
/// @param anger how angry the last turn was, from 0 to 1
/// @param offered promotions that were named in this conversation, so that others come first
/// @param lastAnswer a fingerprint of the last answer
public record Memory(
    String language,
    String listingSkill,
    Slots slots,
    List<ShownItem> items,
    List<ShownPromotion> promotions,
    List<String> seenItemIds,
    @Nullable Pending pending,
    int fallbacks,
    int unsure,
    double anger,
    List<String> offered,
    int lastAnswer) {
  public static final Memory EMPTY =
      new Memory("", "", Slots.NONE, List.of(), List.of(), List.of(), null, 0, 0, 0, List.of(), 0);

  public Memory {
    items = List.copyOf(items);
    promotions = List.copyOf(promotions);
    seenItemIds = List.copyOf(seenItemIds);
    offered = List.copyOf(offered);
  }

  public Memory withTurn(int newFallbacks, int newUnsure, double newAnger, int newLastAnswer) {
    return new Memory(
        language,
        listingSkill,
        slots,
        items,
        promotions,
        seenItemIds,
        pending,
        newFallbacks,
        newUnsure,
        newAnger,
        offered,
        newLastAnswer);
  }

  /// Once a human was called, what led to it does not count again.
  public Memory afterHandOff() {
    return new Memory(
        language, listingSkill, slots, items, promotions, seenItemIds, null, 0, 0, 0, offered, 0);
  }

  /// An item that was shown.
  public record ShownItem(String itemId, long priceMinorUnits, String promotionId) {}

  /// A promotion that was shown.
  public record ShownPromotion(String promotionId, String name) {}

  /// A question that the bot asked: the skill goes on when the slot is given, or on a yes.
  ///
  /// @param slot `code`, `confirm`, `item` or `recipient`
  public record Pending(String skill, String slot) {}
}
