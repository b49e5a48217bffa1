// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.ranker.offpolicy.Estimator;
import dev.proffer.ranker.simulation.Contender;
import dev.proffer.ranker.simulation.EstimatorStudy;
import dev.proffer.ranker.simulation.LocalMarket;
import dev.proffer.ranker.simulation.RemoteMarket;
import dev.proffer.ranker.simulation.Study;
import dev.proffer.ranker.simulation.StudyPage;
import dev.proffer.ranker.simulation.World;
import dev.proffer.runtime.file.FolderTree;
import dev.proffer.runtime.service.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A shop whose truth is known.
@Command(
    name = "simulate",
    description = {
      "Let people with tastes, budgets, memories and friends visit a shop under each policy, and say",
      "what personal offers are worth against the same offer for all; with --services the real",
      "services decide, keep the budgets and learn, over gRPC."
    },
    footer = "./proffer simulate --seeds 20 --html study.html",
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--seeds", description = "Worlds for each policy (default: 20).")
  private int seeds = 20;

  @Option(names = "--people", description = "People of a world (default: 500).")
  private int people = 500;

  @Option(names = "--days", description = "Days of a world (default: 120).")
  private int days = 120;

  @Option(
      names = "--memory",
      description = "How much people remember of offers, 0 to 10 (default: 1).")
  private double memory = 1;

  @Option(
      names = "--budget",
      paramLabel = "MINOR_UNITS",
      description = "Budget of each offer in minor units (default: 100000000, hardly a limit).")
  private long budget = 100_000_000;

  @Option(names = "--seed", description = "The first seed (default: 1).")
  private long seed = 1;

  @Option(
      names = "--coverage",
      paramLabel = "WORLDS",
      description = "Worlds in which estimators meet the truth (default: 20; 0: none).")
  private int coverage = 20;

  @Option(
      names = "--services",
      paramLabel = "POLICY",
      description = "Run one world over the real services with this policy, such as uniform.")
  private @Nullable String services;

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page with plots.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  SimulateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    World.Options options = new World.Options(people, days, 60, 6, budget, memory, seed);
    ObjectNode root = new ObjectMapper().createObjectNode();
    if (services != null) {
      overServices(options, services, root);
    } else {
      study(options, root);
    }
    if (json) {
      console.print(root.toString());
    }
    return Commands.DONE;
  }

  private void study(World.Options options, ObjectNode root) throws IOException {
    long started = System.nanoTime();
    Study study = Study.run(options, seeds);
    Table table =
        new Table("policy", ">profit", ">discounts", ">visits", ">purchases", ">regret", ">growth");
    ObjectNode policies = root.putObject("policies");
    for (int c = 0; c < study.contenders().size(); c++) {
      Map<String, Double> f = study.figures(c);
      ObjectNode node = policies.putObject(study.contenders().get(c).name());
      f.forEach(node::put);
      table.row(
          study.contenders().get(c).name(),
          money(f, "profit"),
          money(f, "discounts"),
          String.format(Locale.ROOT, "%,.0f", f.getOrDefault("visits", 0.0)),
          String.format(Locale.ROOT, "%,.0f", f.getOrDefault("purchases", 0.0)),
          money(f, "regret"),
          String.format(Locale.ROOT, "%.2f", f.getOrDefault("regret_exponent", 0.0)));
    }
    table.printTo(console);
    console.print("");
    ArrayNode margins = root.putArray("margins");
    for (Study.Margin margin : study.margins()) {
      console.print(StudyPage.sentence(margin, study.worlds()));
      margins.add(new ObjectMapper().valueToTree(margin));
    }
    root.put("overspend_minor_units", study.overspentMinorUnits());
    console.print(
        String.format(
            Locale.ROOT,
            "Most spent above a budget: %.2f; largest share of a budget that was spent: %.2f %%.%n",
            study.overspentMinorUnits() / 100.0,
            IntStream.range(0, study.contenders().size())
                .mapToDouble(study::budgetShareMax)
                .map(share -> 100 * share)
                .max()
                .orElse(0)));
    Map<Estimator, EstimatorStudy.Row> rows = Map.of();
    if (coverage > 0) {
      rows = EstimatorStudy.coverage(options, coverage, 200);
      Table estimates = new Table("estimator", ">95 % interval covers", ">relative error");
      ObjectNode covered = root.putObject("coverage");
      rows.forEach((estimator, row) -> {
        String name = estimator.name().toLowerCase(Locale.ROOT).replace('_', '-');
        estimates.row(
            name,
            Double.isNaN(row.coverage())
                ? "-"
                : String.format(Locale.ROOT, "%.0f %%", 100 * row.coverage()),
            String.format(Locale.ROOT, "%.1f %%", 100 * row.relativeError()));
        if (!Double.isNaN(row.coverage())) {
          covered.put(name, row.coverage());
        }
      });
      estimates.printTo(console);
      EstimatorStudy.LongRun longRun = EstimatorStudy.longRun(options, 3, .9, 400);
      console.print(
          String.format(
              Locale.ROOT,
              "%nFrom a log of the uniform policy, %d visits on: long-term %.2f (%.2f to %.2f),"
                  + " click-greedy %.2f (%.2f to %.2f); %.0f effective stretches.",
              longRun.horizon(),
              longRun.longTerm() / 100,
              longRun.longTermLow() / 100,
              longRun.longTermHigh() / 100,
              longRun.clicks() / 100,
              longRun.clicksLow() / 100,
              longRun.clicksHigh() / 100,
              longRun.effective()));
      root.set("long_run", new ObjectMapper().valueToTree(longRun));
    }
    if (html != null) {
      Files.writeString(html, StudyPage.html(study, rows));
    }
    root.put("seconds", (System.nanoTime() - started) / 1e9);
  }

  private void overServices(World.Options options, String policy, ObjectNode root)
      throws Exception {
    World world = new World(options);
    List<String> offers = world.shop().offers().stream().map(offer -> offer.id()).toList();
    Contender contender = Contender.named(policy, offers);
    Path folder = Files.createTempDirectory("proffer-simulation");
    World.Outcome remote;
    double seconds;
    try (EngineSession engine =
        EngineSession.on(
            DataFolder.at(folder),
            Map.of(
                "ranker.personal-offer-policy",
                contender.spec().getName(),
                "ranker.reward-poll",
                "100ms",
                "grpc.access-log",
                "off"),
            ServiceModules.find(Installation.pluginFolder()),
            List.of(Peers.FEATURE_STORE, Peers.RANKER),
            console::say)) {
      RemoteMarket market =
          new RemoteMarket(
              world.shop(),
              contender.spec(),
              engine.channel(Peers.FEATURE_STORE),
              engine.channel(Peers.RANKER),
              () -> {});
      long started = System.nanoTime();
      remote = world.run(market);
      seconds = (System.nanoTime() - started) / 1e9;
    } finally {
      FolderTree.delete(folder);
    }
    World twin = new World(options);
    World.Outcome local = twin.run(LocalMarket.of(twin.shop(), contender.spec(), options.seed()));
    Table table = new Table("", ">over gRPC", ">in process");
    table.row("visits", remote.visits(), local.visits());
    table.row("purchases", remote.purchases(), local.purchases());
    table.row("profit", remote.profitMinorUnits() / 100, local.profitMinorUnits() / 100);
    table.row("discounts", remote.discountMinorUnits() / 100, local.discountMinorUnits() / 100);
    table.row("refused by the ledger", remote.refused(), local.refused());
    table.row(
        "spent above budgets",
        remote.overspentMinorUnits() / 100.0,
        local.overspentMinorUnits() / 100.0);
    table.printTo(console);
    double z = Study.difference(remote, local);
    console.print(
        String.format(
            Locale.ROOT,
            "%.0f visits a second over gRPC; profit by day differs by %.2f standard errors.",
            remote.visits() / seconds,
            z));
    root.put("visits_per_second", remote.visits() / seconds);
    root.put("remote_profit", remote.profitMinorUnits());
    root.put("local_profit", local.profitMinorUnits());
    root.put("difference_standard_errors", z);
    root.put("overspend_minor_units", remote.overspentMinorUnits());
  }

  private static String money(Map<String, Double> figures, String name) {
    return String.format(Locale.ROOT, "%,.0f", figures.getOrDefault(name, 0.0) / 100);
  }
}
