// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.runtime.service.Peers;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Asks for recommendations and prints them with prices and reasons.
@Command(
    name = "recommend",
    description = "Recommend items to a person, with prices after promotion and reasons.",
    footer = "./proffer recommend --user 17850 --k 10 --explain",
    mixinStandardHelpOptions = true)
final class RecommendCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Option(names = "--user", paramLabel = "ID", description = "The person; none for a stranger.")
  private String user = "";

  @Option(names = "--recent", split = ",", paramLabel = "ITEM", description = "Items just seen.")
  private List<String> recent = List.of();

  @Option(names = "--k", description = "How many items (default: 10).")
  private int k = 10;

  @Option(names = "--explain", description = "Say why, and which sources proposed each item.")
  private boolean explain;

  @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
  private String language = "en";

  @Option(names = "--category", paramLabel = "PATH", description = "Only items of this category.")
  private List<String> categories = List.of();

  @Option(names = "--on-promotion", description = "Only items with an offer for this person.")
  private boolean onPromotion;

  RecommendCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setUserId(user)
            .addAllRecentItemIds(recent)
            .setK(k)
            .setExplain(explain)
            .setContext(RequestContext.newBuilder().setLanguage(language).setChannel("cli"))
            .setFilter(
                ItemFilter.newBuilder().addAllCategories(categories).setOnPromotion(onPromotion))
            .build();
    try (EngineSession engine = session.open(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      RecommendResponse response =
          RecommenderServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER)).recommend(request);
      if (session.json()) {
        console.print(Texts.json(response));
      } else {
        print(console, response, language, explain);
      }
    }
    return Commands.DONE;
  }

  static void print(Console console, RecommendResponse response, String language, boolean explain) {
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
    if (item.hasOffer()) {
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
