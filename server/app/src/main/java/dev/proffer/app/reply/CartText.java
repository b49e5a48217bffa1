// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.reply;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.proto.promotion.v1.AppliedPromotion;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.GiftLine;
import dev.proffer.proto.promotion.v1.PricedLine;
import dev.proffer.proto.promotion.v1.PromotionRefusal;

/// Writes the price of a cart: its lines, what applies, and what would apply.
public final class CartText {
  /// Those nearest to applying come first; nobody reads fifty.
  private static final int NOT_APPLIED_MAX = 8;

  private CartText() {}

  public static void print(Console console, EvaluateCartResponse response, String language) {
    String currency = response.getCurrency();
    Table table = new Table("item", ">quantity", ">each", ">before", ">after");
    for (PricedLine line : response.getLinesList()) {
      table.row(
          line.getItemId(),
          line.getQuantity(),
          Money.amount(line.getUnitPriceMinorUnits(), currency),
          Money.amount(line.getBeforeMinorUnits(), currency),
          Money.amount(line.getAfterMinorUnits(), currency));
    }
    for (GiftLine gift : response.getGiftsList()) {
      table.row(gift.getItemId(), gift.getQuantity(), "", "", "gift");
    }
    table.printTo(console);
    console.print("");
    console.print(
        "total "
            + Money.text(response.getTotalMinorUnits(), currency)
            + " instead of "
            + Money.text(response.getSubtotalMinorUnits(), currency)
            + (response.getExact() ? "" : " (the search for the best combination was cut)"));
    for (AppliedPromotion applied : response.getAppliedList()) {
      console.print(
          "  applies: "
              + Texts.in(language, applied.getNamesMap())
              + " ("
              + applied.getPromotionId()
              + "), saves "
              + Money.text(applied.getSavingMinorUnits(), currency));
    }
    for (PromotionRefusal refusal :
        response.getNotAppliedList().stream().limit(NOT_APPLIED_MAX).toList()) {
      console.print(
          "  does not: "
              + Texts.in(language, refusal.getNamesMap())
              + " ("
              + refusal.getPromotionId()
              + "): "
              + Texts.in(language, refusal.getExplanationsMap()));
    }
    int more = response.getNotAppliedCount() - NOT_APPLIED_MAX;
    if (more > 0) {
      console.print("  and " + more + " others do not (--json lists them)");
    }
    response.getRefusedCodesList().forEach(code -> console.print("  does nothing: " + code));
    Texts.printDegraded(console, response.getDegraded());
  }
}
