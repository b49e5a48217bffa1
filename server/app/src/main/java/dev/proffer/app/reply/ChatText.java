// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.reply;

import dev.proffer.app.console.Console;
import dev.proffer.proto.chatbot.v1.Card;
import dev.proffer.proto.chatbot.v1.ChatResponse;

/// Writes an answer of the chatbot with its cards and quick replies.
public final class ChatText {
  private ChatText() {}

  public static void print(Console console, ChatResponse response) {
    console.print(response.getText());
    for (Card card : response.getCardsList()) {
      switch (card.getKindCase()) {
        case ITEM -> {
          var item = card.getItem();
          String before =
              item.getListPriceMinorUnits() == item.getPriceMinorUnits()
                  ? ""
                  : " instead of " + Money.text(item.getListPriceMinorUnits(), item.getCurrency());
          console.print(
              "  • "
                  + item.getTitle()
                  + " ("
                  + item.getItemId()
                  + "): "
                  + Money.text(item.getPriceMinorUnits(), item.getCurrency())
                  + before);
        }
        case PROMOTION ->
            console.print(
                "  % " + Texts.in(response.getLanguage(), card.getPromotion().getNamesMap()));
        case CART -> CartText.print(console, card.getCart(), response.getLanguage());
        case KIND_NOT_SET -> {}
      }
    }
    if (response.getQuickRepliesCount() > 0) {
      console.print("  [" + String.join("] [", response.getQuickRepliesList()) + "]");
    }
    Texts.printDegraded(console, response.getDegraded());
  }
}
