// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.offpolicy.DecisionFile;
import dev.proffer.ranker.offpolicy.Estimator;
import dev.proffer.ranker.offpolicy.Interval;
import dev.proffer.ranker.offpolicy.LoggedDecisions;
import dev.proffer.ranker.offpolicy.OffPolicyEvaluation;
import dev.proffer.ranker.offpolicy.OpenBandit;
import dev.proffer.ranker.offpolicy.Overlap;
import dev.proffer.ranker.offpolicy.RegressionRewardModel;
import dev.proffer.ranker.offpolicy.TargetPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What a policy would have earned, from the log of another: on the Open Bandit Dataset, or on our
/// own decision log.
@Command(
    name = "evaluate-policy",
    description = {
      "Estimate from the random log of the Open Bandit Dataset what its production policy earns,",
      "and from the log of the production policy what a random one would; or, with --log, from our",
      "own decision log what another policy would have earned."
    },
    footer = "./proffer evaluate-policy --data open-bandit --json",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class EvaluatePolicyCommand implements Callable<Integer> {
  /// A campaign with the click rates of both policies on the full data set (Saito et al. 2021).
  private record Campaign(String name, double productionTruth, double randomTruth) {}

  private static final List<Campaign> CAMPAIGNS =
      List.of(new Campaign("men", .0067, .0051), new Campaign("women", .0064, .0048));
  private static final int FOLDS = 5;
  private static final double RIDGE = 50;

  private final Console console;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the Open Bandit Dataset, with random/, bts/ and prior_bts.yaml.")
  private @Nullable Path data;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Our own decision log, as './proffer decisions' exports it.")
  private @Nullable Path log;

  @Option(
      names = "--slot",
      description = "Of --log: personal-offer, offer, ranker or layout (default: personal-offer).")
  private String slot = "personal-offer";

  @Option(
      names = "--reward",
      description = "Of --log: clicks, purchases, revenue or margin (default: margin).")
  private String reward = "margin";

  @Option(names = "--rule", description = "Of --log: last, first or linear (default: last).")
  private String rule = "last";

  @Option(
      names = "--target",
      description =
          "Of --log: the policy in question, uniform, greedy or always:OPTION (default: greedy).")
  private String target = "greedy";

  @Option(names = "--samples", description = "Bootstrap samples (default: 1000).")
  private int samples = 1_000;

  @Option(names = "--confidence", description = "Level of the intervals (default: 0.95).")
  private double confidence = .95;

  @Option(names = "--repeats", description = "Bootstraps that measure coverage (default: 100).")
  private int repeats = 100;

  @Option(names = "--seed", description = "Seed of all samples (default: 1).")
  private long seed = 1;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  EvaluatePolicyCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, SQLException {
    if (log != null) {
      return ownLog(log);
    }
    if (data == null) {
      throw new IllegalArgumentException("--data or --log: one of them must be given");
    }
    if (!Files.isDirectory(data)) {
      throw new Failure(data + ": there is no such folder");
    }
    if (repeats < 10) {
      throw new IllegalArgumentException("--repeats: " + repeats + " (expected: 10 or more)");
    }
    long started = System.nanoTime();
    ObjectNode root = new ObjectMapper().createObjectNode();
    ObjectNode ess = root.putObject("ess");
    ObjectNode estimates = root.putObject("estimates");
    ObjectNode redrawn = root.putObject("coverage_of_redrawn_logs");
    for (Campaign campaign : CAMPAIGNS) {
      LoggedDecisions log = OpenBandit.read(data, "random", campaign.name());
      TargetPolicy production =
          OpenBandit.policy(log, OpenBandit.productionPolicy(data, campaign.name()));
      OffPolicyEvaluation evaluation =
          new OffPolicyEvaluation(log, production, RegressionRewardModel.fit(log, FOLDS, RIDGE));
      OffPolicyEvaluation.Result result =
          evaluation.evaluate(Overlap.Limits.DEFAULT, samples, confidence, seed);
      print(
          campaign.name() + ", random log, production policy", result, campaign.productionTruth());
      // The worse of the two estimators that a shop would act on.
      double coverage = 1;
      double harder = 1;
      for (Estimator estimator : List.of(Estimator.SNIPS, Estimator.DR)) {
        double truth = campaign.productionTruth();
        coverage =
            Math.min(
                coverage, evaluation.coverage(estimator, truth, repeats, 200, confidence, seed));
        harder =
            Math.min(
                harder,
                evaluation.coverageOfRedrawnLogs(estimator, truth, repeats, 200, confidence, seed));
      }
      console.print(
          String.format(
              Locale.ROOT,
              "The interval of SNIPS and of DR covers %.4f in %.0f %% of %d bootstraps of this log"
                  + " (asked: 90 %%); when the log itself is redrawn each time, in %.0f %%.",
              campaign.productionTruth(),
              100 * coverage,
              repeats,
              100 * harder));
      console.print("");
      root.put("coverage_" + campaign.name(), coverage);
      redrawn.put(campaign.name(), harder);
      ess.put(campaign.name(), result.overlap().effectiveSampleSize());
      write(estimates.putObject(campaign.name()), result);

      LoggedDecisions live = OpenBandit.read(data, "bts", campaign.name());
      OffPolicyEvaluation.Result reverse =
          new OffPolicyEvaluation(
                  live,
                  (_, _) -> 1.0 / live.actions(),
                  RegressionRewardModel.fit(live, FOLDS, RIDGE))
              .evaluate(Overlap.Limits.DEFAULT, samples, confidence, seed);
      print(campaign.name() + ", production log, random policy", reverse, campaign.randomTruth());
      console.print("");
      ess.put(campaign.name() + "_reverse", reverse.overlap().effectiveSampleSize());
      write(estimates.putObject(campaign.name() + "_reverse"), reverse);
    }
    root.put("seconds", (System.nanoTime() - started) / 1e9);
    if (json) {
      console.print(root.toString());
    }
    return Commands.DONE;
  }

  private Integer ownLog(Path file) throws SQLException {
    if (!Files.isReadable(file)) {
      throw new Failure(file + ": there is no such file");
    }
    DecisionFile decisions = DecisionFile.read(file, slot, reward, rule);
    OffPolicyEvaluation.Result result =
        new OffPolicyEvaluation(
                decisions.log(),
                decisions.target(target),
                RegressionRewardModel.fit(decisions.log(), FOLDS, RIDGE))
            .evaluate(Overlap.Limits.DEFAULT, samples, confidence, seed);
    print(slot + ", " + reward + " by " + rule + " touch, target " + target, result, Double.NaN);
    if (json) {
      ObjectNode root = new ObjectMapper().createObjectNode();
      root.put("ess", result.overlap().effectiveSampleSize());
      root.put("logged", result.loggedValue().value());
      write(root.putObject("estimates"), result);
      console.print(root.toString());
    }
    return Commands.DONE;
  }

  private void print(String title, OffPolicyEvaluation.Result result, double truth) {
    Overlap overlap = result.overlap();
    console.print(title);
    console.print(
        String.format(
            Locale.ROOT,
            "%,d decisions, %,d rewarded, effective %.0f (%.1f %%), largest weight %.1f, mean"
                + " weight %.3f, on-policy value %.5f%s",
            overlap.decisions(),
            overlap.rewarded(),
            overlap.effectiveSampleSize(),
            100 * overlap.effectiveShare(),
            overlap.weightMax(),
            overlap.weightMean(),
            result.loggedValue().value(),
            Double.isNaN(truth) ? "" : String.format(Locale.ROOT, ", known truth %.4f", truth)));
    Table table = new Table("estimator", ">value", ">error", ">low", ">high", "covers");
    for (Map.Entry<Estimator, Interval> entry : result.estimates().entrySet()) {
      Interval interval = entry.getValue();
      boolean open = Double.isNaN(interval.low());
      table.row(
          entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          number(interval.value()),
          open ? "-" : number(interval.standardError()),
          open ? "-" : number(interval.low()),
          open ? "-" : number(interval.high()),
          open || Double.isNaN(truth) ? "-" : interval.covers(truth) ? "yes" : "no");
    }
    table.printTo(console);
    if (result.refused()) {
      console.print("No conclusion: " + String.join("; ", result.refusals()) + ".");
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.5f", value);
  }

  private static void write(ObjectNode node, OffPolicyEvaluation.Result result) {
    result
        .estimates()
        .forEach((estimator, interval) -> {
          ObjectNode one = node.putObject(estimator.name().toLowerCase(Locale.ROOT));
          one.put("value", interval.value());
          if (!Double.isNaN(interval.low())) {
            one.put("standard_error", interval.standardError());
            one.put("low", interval.low());
            one.put("high", interval.high());
          }
        });
    node.put("weight_max", result.overlap().weightMax());
    node.put("effective_share", result.overlap().effectiveShare());
    node.put("unsupported_mass", result.overlap().unsupportedMass());
    node.put("switch_threshold", result.switchThreshold());
    // No number when nothing is shrunk: JSON has no infinity.
    if (Double.isFinite(result.shrinkage())) {
      node.put("shrinkage", result.shrinkage());
    }
    node.put("refused", result.refused());
    result.refusals().forEach(node.withArray("refusals")::add);
  }
}
