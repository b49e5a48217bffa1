// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.common.v1.DegradedReason;
import dev.proffer.proto.promotion.v1.CampaignProposal;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc;
import dev.proffer.proto.promotion.v1.ProposeCampaignsRequest;
import dev.proffer.proto.promotion.v1.ProposeCampaignsResponse;
import dev.proffer.runtime.service.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Campaigns from behaviour.
@Command(
    name = "plan",
    description = {
      "Propose campaigns from the event log, with expected cost, lift and its 90 %% interval, and what"
          + " each would have done to the orders of the log.",
      "",
      "The proposals are drafts in YAML: edit them, 'promotions diff' and 'promotions apply' them,"
          + " 'promotions preview --drafts' them, and 'promotions activate' the ones you want."
    },
    footer = "./proffer promotions plan --days 7 --budget 500000 --out campaigns.yaml",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class PromotionsPlanCommand implements Callable<Integer> {
  @ParentCommand private PromotionsCommand parent;
  @Mixin private SessionOptions session;

  @Option(names = "--days", description = "How long campaigns run (default: 7).")
  private int days;

  @Option(
      names = "--budget",
      paramLabel = "MINOR_UNITS",
      description = "What all of them may cost (default: no limit).")
  private long budget;

  @Option(names = "--count", description = "Proposals at most (default: 10).")
  private int count;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description = "Time zone of the shop, such as Asia/Shanghai (default: UTC).")
  private String zone = "";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the drafts (default: the terminal).")
  private @Nullable Path out;

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    try (EngineSession engine = session.openForBulk(console, Peers.RANKER, Peers.FEATURE_STORE)) {
      ProposeCampaignsResponse response =
          PlanningServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER))
              .proposeCampaigns(
                  ProposeCampaignsRequest.newBuilder()
                      .setHorizonDays(days)
                      .setBudgetMinorUnits(budget)
                      .setCount(count)
                      .setTimeZone(zone)
                      .build());
      console.print(
          String.format(
              Locale.ROOT,
              "%,d events; elasticity of demand %.2f ± %.2f",
              response.getEvents(),
              response.getElasticity(),
              response.getElasticityError()));
      for (DegradedReason reason : response.getDegraded().getReasonsList()) {
        console.print("note: " + reason.getDetail() + ": " + reason.getFallback() + " is used");
      }
      Table table =
          new Table("proposal", ">cost", ">lift", ">90 % from", ">to", ">net", ">on the log");
      for (CampaignProposal one : response.getProposalsList()) {
        table.row(
            one.getTitle(),
            amount(one.getExpectedCostMinorUnits()),
            amount(one.getExpectedLiftMinorUnits()),
            amount(one.getLiftLowMinorUnits()),
            amount(one.getLiftHighMinorUnits()),
            amount(one.getExpectedLiftMinorUnits() - one.getExpectedCostMinorUnits()),
            String.format(
                Locale.ROOT,
                "%,d orders, %s off",
                one.getSimulatedOrders(),
                amount(one.getSimulatedCostMinorUnits())));
      }
      table.printTo(console);
      String yaml = declaration(response);
      if (out == null) {
        console.print("");
        console.print(yaml.stripTrailing());
      } else {
        Files.writeString(out, yaml);
        console.say("written to " + out + "; next: ./proffer promotions diff " + out);
      }
      if (session.json()) {
        console.print(Texts.json(response));
      }
      return Commands.DONE;
    }
  }

  /// All proposals as one declaration.
  private static String declaration(ProposeCampaignsResponse response) {
    return "promotions:\n"
        + response.getProposalsList().stream()
            .map(proposal ->
                proposal
                    .getYaml()
                    .lines()
                    .filter(line -> !line.equals("promotions:"))
                    .collect(Collectors.joining("\n")))
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  private static String amount(long minorUnits) {
    return String.format(Locale.ROOT, "%,.2f", minorUnits / 100.0);
  }
}
