// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import dev.proffer.chatbot.conversation.Memory;
import dev.proffer.chatbot.conversation.Slots;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What an agent reads before taking over: why, what was asked, what is looked for, what was shown,
/// and the mood. Personal data is masked.
final class Summaries {
  private static final int MAX_QUOTE = 160;

  private Summaries() {}

  static String of(Understanding turn, String skill, String reason, Memory memory) {
    List<String> lines = new ArrayList<>();
    String said = PersonalData.mask(turn.text().text());
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: \"%s\"",
            reason,
            said.length() > MAX_QUOTE ? said.substring(0, MAX_QUOTE) + "…" : said));
    lines.add(
        String.format(
            Locale.ROOT,
            "understood as %s (%.2f), answered by %s",
            turn.intents().getFirst().intent(),
            turn.intents().getFirst().confidence(),
            skill));
    if (!memory.slots().isEmpty()) {
      lines.add("looking for " + wanted(memory.slots()));
    }
    if (!memory.items().isEmpty()) {
      lines.add(
          "shown items "
              + String.join(
                  ", ", memory.items().stream().limit(5).map(Memory.ShownItem::itemId).toList()));
    }
    if (!memory.offered().isEmpty()) {
      lines.add(
          "named promotions " + String.join(", ", memory.offered().stream().limit(5).toList()));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "mood %+.2f, anger %.2f, urgency %.2f%s",
            turn.sentiment().score(),
            turn.sentiment().anger(),
            turn.sentiment().urgency(),
            memory.fallbacks() > 0 ? ", " + memory.fallbacks() + " turns without an answer" : ""));
    return String.join("; ", lines);
  }

  private static String wanted(Slots slots) {
    List<String> parts = new ArrayList<>(slots.categories());
    parts.addAll(slots.brands());
    parts.addAll(slots.attributes());
    if (!slots.query().isEmpty()) {
      parts.add(slots.query());
    }
    if (slots.minPriceMinorUnits() > 0) {
      parts.add("from " + slots.minPriceMinorUnits() + " minor units");
    }
    if (slots.maxPriceMinorUnits() > 0) {
      parts.add("up to " + slots.maxPriceMinorUnits() + " minor units");
    }
    slots.excludedBrands().forEach(brand -> parts.add("not " + brand));
    slots.excludedCategories().forEach(category -> parts.add("not " + category));
    return String.join(", ", parts);
  }
}
