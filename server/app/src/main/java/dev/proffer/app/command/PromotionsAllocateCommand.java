// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.common.v1.DegradedReason;
import dev.proffer.proto.promotion.v1.AllocateOffersRequest;
import dev.proffer.proto.promotion.v1.AllocateOffersResponse;
import dev.proffer.proto.promotion.v1.Allocation;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc;
import dev.proffer.runtime.service.Peers;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// Who gets which offer.
@Command(
    name = "allocate",
    description = {
      "Choose one of several promotions, or none, for each person so that the expected margin less"
          + " discounts is greatest within every budget and limit.",
      "",
      "People are those of a file, one id a line, or those who did something in the last 90 days."
    },
    footer = "./proffer promotions allocate --budget 200000 --out offers.csv welcome-10 kitchen-15",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class PromotionsAllocateCommand implements Callable<Integer> {
  @ParentCommand private PromotionsCommand parent;
  @Mixin private SessionOptions session;

  @Parameters(arity = "1..*", paramLabel = "ID", description = "The promotions to choose from.")
  private List<String> promotions = new ArrayList<>();

  @Option(
      names = "--budget",
      paramLabel = "MINOR_UNITS",
      description = "What all of them may be expected to cost (default: their own budgets alone).")
  private long budget;

  @Option(names = "--people", paramLabel = "FILE", description = "Ids of people, one a line.")
  private @Nullable Path people;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "CSV to write: user_id, promotion_id, uplift, probability, cost, value.")
  private @Nullable Path out;

  @Override
  public Integer call() throws Exception {
    AllocateOffersRequest.Builder request =
        AllocateOffersRequest.newBuilder()
            .addAllPromotionIds(promotions)
            .setBudgetMinorUnits(budget);
    if (people != null) {
      Files.readAllLines(people).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .forEach(request::addUserIds);
    }
    Console console = parent.console();
    try (EngineSession engine = session.openForBulk(console, Peers.RANKER, Peers.FEATURE_STORE)) {
      AllocateOffersResponse response =
          PlanningServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER))
              .allocateOffers(request.build());
      for (DegradedReason reason : response.getDegraded().getReasonsList()) {
        console.print("note: " + reason.getDetail() + ": " + reason.getFallback() + " is used");
      }
      Map<String, long[]> sums = new TreeMap<>();
      for (Allocation one : response.getAllocationsList()) {
        String id = one.getPromotionId().isEmpty() ? "(none)" : one.getPromotionId();
        long[] sum = sums.computeIfAbsent(id, _ -> new long[3]);
        sum[0]++;
        sum[1] += one.getExpectedCostMinorUnits();
        sum[2] += one.getExpectedValueMinorUnits();
      }
      Table table = new Table("promotion", ">people", ">expected cost", ">expected value");
      sums.forEach((id, sum) -> table.row(id, sum[0], amount(sum[1]), amount(sum[2])));
      table.printTo(console);
      console.print(
          String.format(
              Locale.ROOT,
              "expected value %s of at most %s (%.2f %%), cost %s%s, one more unit of budget brings"
                  + " %.3f",
              amount(response.getExpectedValueMinorUnits()),
              amount(response.getValueBoundMinorUnits()),
              response.getValueBoundMinorUnits() <= 0
                  ? 100.0
                  : 100.0
                      * response.getExpectedValueMinorUnits()
                      / response.getValueBoundMinorUnits(),
              amount(response.getExpectedCostMinorUnits()),
              budget == 0 ? "" : " of " + amount(budget),
              response.getDualPrice()));
      if (sums.keySet().equals(Set.of("(none)"))) {
        console.print(
            "nobody is expected to buy enough more with these promotions to be worth their"
                + " discount");
      }
      if (out != null) {
        try (BufferedWriter rows = Files.newBufferedWriter(out)) {
          rows.write(
              "user_id,promotion_id,uplift,probability,cost_minor_units,value_minor_units\n");
          for (Allocation one : response.getAllocationsList()) {
            rows.write(
                String.format(
                    Locale.ROOT,
                    "%s,%s,%.6f,%.6f,%d,%d%n",
                    quoted(one.getUserId()),
                    one.getPromotionId(),
                    one.getUplift(),
                    one.getProbability(),
                    one.getExpectedCostMinorUnits(),
                    one.getExpectedValueMinorUnits()));
          }
        }
        console.say("written to " + out);
      }
      if (session.json()) {
        console.print(Texts.json(response));
      }
      return Commands.DONE;
    }
  }

  private static String quoted(String id) {
    return id.matches("[A-Za-z0-9_.:@-]*") ? id : '"' + id.replace("\"", "\"\"") + '"';
  }

  private static String amount(long minorUnits) {
    return String.format(Locale.ROOT, "%,.2f", minorUnits / 100.0);
  }
}
