// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.insight.v1.AssociationBasis;
import dev.proffer.proto.insight.v1.AssociationRule;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.insight.v1.ListAssociationRulesRequest;
import dev.proffer.proto.insight.v1.ListAssociationRulesResponse;
import dev.proffer.proto.insight.v1.ListSegmentsRequest;
import dev.proffer.proto.insight.v1.RefreshInsightRequest;
import dev.proffer.proto.insight.v1.RefreshInsightResponse;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.GetItemRequest;
import dev.proffer.ranker.basket.Apriori;
import dev.proffer.ranker.basket.Baskets;
import dev.proffer.ranker.basket.FpGrowth;
import dev.proffer.ranker.basket.Hierarchy;
import dev.proffer.ranker.basket.ItemsetMiner;
import dev.proffer.ranker.basket.RuleMiner;
import dev.proffer.ranker.basket.RuleMiner.Query;
import dev.proffer.ranker.basket.RuleMiner.Result;
import dev.proffer.ranker.basket.RuleMiner.Rule;
import dev.proffer.runtime.file.PlainOrGzip;
import dev.proffer.runtime.service.Peers;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// What behaviour says about people and baskets.
@Command(
    name = "insight",
    description = "Say who shops here, what they want, and what is bought together.",
    footer = "./proffer insight report --out insight.html",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      InsightSegmentsCommand.class,
      InsightCommand.Rules.class,
      InsightPortraitCommand.class,
      InsightReportCommand.class,
      InsightRedemptionsCommand.class
    })
final class InsightCommand implements Callable<Integer> {
  private final Console console;

  InsightCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  /// The title of an item, or its id when the catalogue does not have it.
  static String title(
      CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue, String item, String language) {
    try {
      Map<String, String> titles =
          catalogue
              .getItem(GetItemRequest.newBuilder().setItemId(item).build())
              .getItem()
              .getTitlesMap();
      return titles.getOrDefault(language, titles.getOrDefault("en", item));
    } catch (StatusRuntimeException e) {
      return item;
    }
  }

  @Override
  public Integer call() {
    console.say("insight: name what to show, such as 'insight rules'");
    return Commands.WRONG_USE;
  }

  /// Asks for a study where nothing was studied yet, or where the caller wants it fresh.
  static InsightServiceGrpc.InsightServiceBlockingStub studied(
      EngineSession engine, boolean fresh, Console console) {
    InsightServiceGrpc.InsightServiceBlockingStub insight =
        InsightServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER));
    boolean found =
        insight.listSegments(ListSegmentsRequest.getDefaultInstance()).getSegmentsList().stream()
            .anyMatch(segment -> segment.getRule().isEmpty());
    if (fresh || !found) {
      console.say("studying the event log");
      RefreshInsightResponse studied = study(insight, console);
      console.say(
          String.format(
              Locale.ROOT,
              "%,d events, %,d people, %,d segments, %,d rules in %.1f s",
              studied.getEvents(),
              studied.getPeople(),
              studied.getSegments(),
              studied.getRules(),
              studied.getTookMs() / 1e3));
    }
    return insight;
  }

  /// A large log takes longer than a call may, and a study goes on when its caller has gone: then
  /// the next call waits for it and reads only what came in since.
  private static RefreshInsightResponse study(
      InsightServiceGrpc.InsightServiceBlockingStub insight, Console console) {
    long end = System.nanoTime() + STUDY_MAX.toNanos();
    while (true) {
      try {
        return insight
            .withDeadlineAfter(CALL_MAX.toMillis(), TimeUnit.MILLISECONDS)
            .refreshInsight(RefreshInsightRequest.getDefaultInstance());
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        if (System.nanoTime() > end
            || (code != Status.Code.DEADLINE_EXCEEDED && code != Status.Code.RESOURCE_EXHAUSTED)) {
          throw e;
        }
        console.say("a study is under way; waiting for it");
        try {
          Thread.sleep(PAUSE);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }

  private static final Duration CALL_MAX = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Duration STUDY_MAX = Duration.ofMinutes(15);

  /// Association rules of a file of baskets, or those that the ranker serves.
  @Command(
      name = "rules",
      description = {
        "List association rules: those of the event log, or those of a file with one basket a line,"
            + " items by commas (--data FILE).",
        "Of the event log, a basket is an order, the items looked at in a visit (--basis views), or"
            + " the categories of an order and all above them (--basis categories). Of a file, a"
            + " hierarchy with one item and its category path a line adds categories to items"
            + " (--hierarchy FILE).",
      },
      footer = "./proffer insight rules --data baskets.csv --min-support 0.01 --min-confidence 0.5",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Rules implements Callable<Integer> {
    /// Ways to find frequent itemsets; both find the same ones.
    enum Algorithm {
      FP_GROWTH,
      APRIORI
    }

    /// What makes a basket of the event log.
    enum Basis {
      BASKETS(AssociationBasis.ASSOCIATION_BASIS_ORDERS),
      VIEWS(AssociationBasis.ASSOCIATION_BASIS_VIEWS),
      CATEGORIES(AssociationBasis.ASSOCIATION_BASIS_CATEGORIES);

      private final AssociationBasis asked;

      Basis(AssociationBasis asked) {
        this.asked = asked;
      }
    }

    @ParentCommand private InsightCommand parent;

    @Mixin private final SessionOptions session = new SessionOptions();

    @Option(names = "--fresh", description = "Study the event log first.")
    private boolean fresh;

    @Option(
        names = "--basis",
        description = "baskets, views or categories of the event log (default: baskets).")
    private Basis basis = Basis.BASKETS;

    @Option(
        names = "--hierarchy",
        paramLabel = "FILE",
        description = "Categories of the items of --data FILE: item,category/subcategory a line.")
    private @Nullable Path hierarchy;

    @Option(names = "--items", split = ",", paramLabel = "ITEM", description = "Rules for these.")
    private List<String> items = List.of();

    @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
    private String language = "en";

    @Option(names = "--min-support", description = "Least share of baskets (default: 0.01).")
    private double minSupport = 0.01;

    @Option(names = "--min-confidence", description = "Least confidence (default: 0.5).")
    private double minConfidence = 0.5;

    @Option(names = "--min-length", description = "Least items of both sides (default: 1).")
    private int minLength = 1;

    @Option(names = "--max-length", description = "Most items of both sides (default: 10).")
    private int maxLength = 10;

    @Option(names = "--prune", description = "Leave out rules that a shorter one makes redundant.")
    private boolean prune;

    @Option(names = "--algorithm", description = "fp_growth or apriori (default: fp_growth).")
    private Algorithm algorithm = Algorithm.FP_GROWTH;

    @Option(names = "--top", description = "How many rules to print (default: 20).")
    private int top = 20;

    @Override
    public Integer call() throws Exception {
      Console console = parent.console();
      Optional<Path> file = session.dataFile();
      if (file.isPresent() && basis != Basis.BASKETS) {
        console.say("--basis: only of the event log (a file, --data FILE, has baskets)");
        return Commands.WRONG_USE;
      }
      if (file.isEmpty() && hierarchy != null) {
        console.say(
            "--hierarchy: only with a file of baskets (--data FILE); of the event log it is the"
                + " catalogue's (--basis categories)");
        return Commands.WRONG_USE;
      }
      return file.isPresent() ? ofFile(console, file.get()) : served(console);
    }

    private int served(Console console) throws Exception {
      ListAssociationRulesResponse response;
      Map<String, String> titles = new HashMap<>();
      try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
        response =
            studied(engine, fresh, console)
                .listAssociationRules(
                    ListAssociationRulesRequest.newBuilder()
                        .addAllItemIds(items)
                        .setBasis(basis.asked)
                        .setPageSize(Math.clamp(top, 1, 1000))
                        .build());
        CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue =
            CatalogueServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER));
        for (AssociationRule rule :
            basis == Basis.CATEGORIES ? List.<AssociationRule>of() : response.getRulesList()) {
          for (String item : rule.getIfItemIdsList()) {
            titles.computeIfAbsent(item, id -> InsightCommand.title(catalogue, id, language));
          }
          titles.computeIfAbsent(
              rule.getThenItemIds(0), id -> InsightCommand.title(catalogue, id, language));
        }
      }
      if (session.json()) {
        console.print(Texts.json(response));
        return Commands.DONE;
      }
      Table table = new Table("when", "then", ">support", ">confidence", ">lift", ">conviction");
      for (AssociationRule rule : response.getRulesList()) {
        table.row(
            rule.getIfItemIdsList().stream()
                .map(id -> titles.getOrDefault(id, id))
                .collect(Collectors.joining(" + ")),
            titles.getOrDefault(rule.getThenItemIds(0), rule.getThenItemIds(0)),
            String.format(Locale.ROOT, "%.4f", rule.getSupport()),
            String.format(Locale.ROOT, "%.3f", rule.getConfidence()),
            String.format(Locale.ROOT, "%.2f", rule.getLift()),
            rule.getConviction() >= 1e9
                ? "∞"
                : String.format(Locale.ROOT, "%.2f", rule.getConviction()));
      }
      table.printTo(console);
      return Commands.DONE;
    }

    private int ofFile(Console console, Path data) throws IOException {
      Query query = new Query(minSupport, minConfidence, minLength, maxLength, prune);
      long started = System.nanoTime();
      Hierarchy categories = Hierarchy.none();
      if (hierarchy != null) {
        try (BufferedReader lines = PlainOrGzip.lines(hierarchy)) {
          categories = Hierarchy.read(lines);
        }
      }
      Baskets baskets;
      try (BufferedReader lines = PlainOrGzip.lines(data)) {
        baskets = Baskets.read(lines, categories);
      }
      Result result = new RuleMiner(miner(), categories::isRelated).mine(baskets, query);
      double seconds = (System.nanoTime() - started) / 1e9;
      console.say(
          String.format(
              Locale.ROOT,
              "%,d baskets, %,d items, %,d occurrences (%,d empty lines, %,d repeated items left out)",
              baskets.size(),
              baskets.itemCount(),
              baskets.occurrences(),
              baskets.emptyBaskets(),
              baskets.repeatedItems()));
      print(console, result);
      if (session.json()) {
        console.print(
            String.format(
                Locale.ROOT,
                "{\"baskets\":%d,\"items\":%d,\"occurrences\":%d,\"itemsets\":%d,\"rules\":%d,"
                    + "\"pruned\":%d,\"seconds\":%.3f}",
                baskets.size(),
                baskets.itemCount(),
                baskets.occurrences(),
                result.itemsets(),
                result.rules().size(),
                result.pruned(),
                seconds));
      }
      return Commands.DONE;
    }

    private void print(Console console, Result result) {
      Table table =
          new Table(
              "when", "then", ">baskets", ">support", ">confidence", ">lift", ">conviction", ">p");
      for (Rule rule : result.rules().stream().limit(Math.max(0, top)).toList()) {
        table.row(
            rule.when().isEmpty() ? "(always)" : String.join(", ", rule.when()),
            rule.then(),
            rule.baskets(),
            String.format(Locale.ROOT, "%.4f", rule.support()),
            String.format(Locale.ROOT, "%.3f", rule.confidence()),
            String.format(Locale.ROOT, "%.2f", rule.lift()),
            Double.isInfinite(rule.conviction())
                ? "∞"
                : String.format(Locale.ROOT, "%.2f", rule.conviction()),
            String.format(Locale.ROOT, "%.1e", rule.pValue()));
      }
      table.printTo(console);
      console.print("");
      console.print(
          String.format(
              Locale.ROOT,
              "%,d frequent itemsets, %,d rules%s",
              result.itemsets(),
              result.rules().size(),
              prune
                  ? String.format(Locale.ROOT, " (%,d redundant ones left out)", result.pruned())
                  : ""));
    }

    private ItemsetMiner miner() {
      return switch (algorithm) {
        case FP_GROWTH -> new FpGrowth();
        case APRIORI -> new Apriori();
      };
    }
  }
}
