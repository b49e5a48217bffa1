// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.reply;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import java.util.stream.Collectors;

/// Writes recommendations as a table: item, price before and after, and why.
public final class RecommendationText {
  private RecommendationText() {}

  public static void print(
      Console console, RecommendResponse response, String language, boolean explain) {
    Table table = new Table(">#", "item", "title", ">before", ">after", "why");
    for (RecommendedItem item : response.getItemsList()) {
      table.row(
          item.getPosition(),
          item.getItemId(),
          Texts.in(language, item.getTitlesMap()),
          item.getListPriceMinorUnits() == item.getPriceMinorUnits()
              ? ""
              : Money.amount(item.getListPriceMinorUnits(), item.getCurrency()),
          Money.text(item.getPriceMinorUnits(), item.getCurrency()),
          why(item, language, explain));
    }
    table.printTo(console);
    if (response.getItemsCount() == 0) {
      console.print("(no item is eligible)");
    }
    console.print("");
    console.print(
        "request "
            + response.getRequestId()
            + ", model "
            + (response.getModelVersion().isEmpty() ? "none" : response.getModelVersion())
            + ", catalogue version "
            + response.getCatalogueVersion());
    Texts.printDegraded(console, response.getDegraded());
  }

  private static String why(RecommendedItem item, String language, boolean explain) {
    StringBuilder lines = new StringBuilder();
    boolean promotionIsAReason =
        item.getReasonsList().stream().anyMatch(reason -> !reason.getPromotionId().isEmpty());
    if (item.hasOffer() && !promotionIsAReason) {
      lines.append(Texts.in(language, item.getOffer().getNamesMap())).append('\n');
    }
    item.getReasonsList()
        .forEach(reason -> lines.append(Texts.in(language, reason.getTextsMap())).append('\n'));
    if (explain && item.getSourcesCount() > 0) {
      lines.append(
          item.getSourcesList().stream()
              .map(source -> source.getSource() + " #" + source.getRank())
              .collect(Collectors.joining(", ", "[", "]")));
    }
    return lines.toString();
  }
}
