// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.insight.v1.GetPortraitRequest;
import dev.proffer.proto.insight.v1.GetPortraitResponse;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.insight.v1.Interest;
import dev.proffer.proto.insight.v1.PredictIntentRequest;
import dev.proffer.proto.insight.v1.PredictIntentResponse;
import dev.proffer.ranker.insight.Amounts;
import dev.proffer.runtime.service.Peers;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// Shows what behaviour says about one person.
@Command(
    name = "portrait",
    description = "Show what behaviour says about one person.",
    footer = "./proffer insight portrait 17850",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class InsightPortraitCommand implements Callable<Integer> {
  private static final int INTERESTS_MAX = 5;

  @ParentCommand private InsightCommand parent;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Parameters(paramLabel = "USER", description = "The person.")
  private String user;

  @Option(names = "--fresh", description = "Study the event log first.")
  private boolean fresh;

  @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
  private String language = "en";

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    GetPortraitResponse portrait;
    PredictIntentResponse intent;
    try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      InsightServiceGrpc.InsightServiceBlockingStub insight =
          InsightCommand.studied(engine, fresh, console);
      portrait =
          insight.getPortrait(
              GetPortraitRequest.newBuilder().setUserId(user).setLanguage(language).build());
      intent = insight.predictIntent(PredictIntentRequest.newBuilder().setUserId(user).build());
    }
    if (session.json()) {
      console.print(Texts.json(portrait));
      return Commands.DONE;
    }
    Amounts amounts = new Amounts(portrait.getCurrency());
    Table table = new Table("fact", "value");
    table.row("orders", portrait.getFrequency());
    table.row(
        "days since the last purchase",
        portrait.getRecencyDays() < 0
            ? "never bought"
            : String.format(Locale.ROOT, "%.1f", portrait.getRecencyDays()));
    table.row("spend", amounts.text(portrait.getMonetaryMinorUnits()));
    if (portrait.getRecencyDays() >= 0) {
      table.row("mean order", amounts.text(portrait.getAverageBasketMinorUnits()));
      table.row("bought below list price", percent(portrait.getDiscountAffinity()));
      table.row("probability not to come back", percent(portrait.getChurnProbability()));
      table.row(
          "expected spend of the next year", amounts.text(portrait.getExpectedValueMinorUnits()));
    }
    table.row("buys in this session", percent(intent.getBuysInSession()));
    table.row("buys within 7 days", percent(intent.getBuysIn7Days()));
    table.row("segments", String.join(", ", portrait.getSegmentIdsList()));
    table.row("categories", interests(portrait.getCategoryInterestsList()));
    table.row("brands", interests(portrait.getBrandInterestsList()));
    table.row("tags", String.join(", ", portrait.getTagsList()));
    table.printTo(console);
    return Commands.DONE;
  }

  private static String interests(List<Interest> interests) {
    return interests.stream()
        .limit(INTERESTS_MAX)
        .map(interest -> interest.getSubject() + " " + percent(interest.getShare()))
        .collect(Collectors.joining(", "));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
