// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.ranker.decision.DecisionExport;
import dev.proffer.ranker.offpolicy.DecisionFile;
import dev.proffer.ranker.offpolicy.Estimator;
import dev.proffer.ranker.offpolicy.Interval;
import dev.proffer.ranker.offpolicy.OffPolicyEvaluation;
import dev.proffer.ranker.offpolicy.Overlap;
import dev.proffer.ranker.offpolicy.RegressionRewardModel;
import dev.proffer.ranker.offpolicy.TargetPolicy;
import dev.proffer.ranker.simulation.Contender;
import dev.proffer.ranker.simulation.LocalMarket;
import dev.proffer.ranker.simulation.Market;
import dev.proffer.ranker.simulation.RemoteMarket;
import dev.proffer.ranker.simulation.Shop;
import dev.proffer.ranker.simulation.World;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The simulation over the real services: the same shop, the same people.
class SimulationOverServicesTest {
  @TempDir Path folder;

  private static World.Options options(long budget) {
    return new World.Options(25, 30, 12, 6, budget, 1, 5);
  }

  private static PolicySpec spec(World world, String name) {
    return Contender.named(name, world.shop().offers().stream().map(Shop.Offer::id).toList())
        .spec();
  }

  private RunningRanker start(PolicySpec spec) throws Exception {
    return new RunningRanker(
        folder,
        new MemoryFeatureStore(),
        Map.of(
            "ranker.personal-offer-policy", spec.getName(),
            "ranker.reward-poll", "20ms",
            "ranker.budget", "5s",
            "ranker.source-timeout", "2s",
            "ranker.feature-store-timeout", "2s",
            "ranker.warm-up", "0s"));
  }

  @Test
  void aFixedPolicyEarnsToThePennyWhatItEarnsInProcess() throws Exception {
    World world = new World(options(10_000_000));
    PolicySpec spec = spec(world, "always ten-percent");
    try (RunningRanker ranker = start(spec)) {
      World.Outcome remote =
          world.run(
              new RemoteMarket(
                  world.shop(), spec, ranker.featureStoreChannel, ranker.channel, () -> {}));
      World twin = new World(options(10_000_000));
      World.Outcome local = twin.run(LocalMarket.of(twin.shop(), spec, 1));

      assertThat(remote.purchases()).isPositive().isEqualTo(local.purchases());
      assertThat(remote.profitMinorUnits()).isEqualTo(local.profitMinorUnits());
      assertThat(remote.discountMinorUnits()).isPositive().isEqualTo(local.discountMinorUnits());
      assertThat(remote.overspentMinorUnits()).isZero();
    }
  }

  @Test
  void theLedgerKeepsTheBudget() throws Exception {
    World world = new World(options(5_000));
    PolicySpec spec = spec(world, "always thirty-percent");
    try (RunningRanker ranker = start(spec)) {
      World.Outcome outcome =
          world.run(
              new RemoteMarket(
                  world.shop(), spec, ranker.featureStoreChannel, ranker.channel, () -> {}));
      assertThat(outcome.overspentMinorUnits()).isZero();
      assertThat(outcome.discountMinorUnits()).isPositive();
      assertThat(outcome.refused()).isPositive();
    }
  }

  /// The way of `decisions` and `evaluate-policy --log`: the services decide, the log is exported,
  /// and what it says about policies that never ran is held against what only the world knows.
  @Test
  void estimatesFromTheExportedLogAreWhatTheWorldWouldHavePaid() throws Exception {
    World world = new World(new World.Options(60, 75, 12, 6, 10_000_000, 1, 11));
    PolicySpec spec = spec(world, "uniform");
    try (RunningRanker ranker = start(spec)) {
      RemoteMarket services =
          new RemoteMarket(
              world.shop(), spec, ranker.featureStoreChannel, ranker.channel, () -> {});
      WithTruth market = new WithTruth(services, world);
      World.Outcome outcome = world.run(market);
      Path file = folder.resolve("decisions.parquet");
      DecisionFile decisions = null;
      double before = -1;
      double earned = 0;
      // Until no more rewards come in.
      long end = System.nanoTime() + 60_000_000_000L;
      while (decisions == null || earned > before || earned < .9 * outcome.profitMinorUnits()) {
        assertThat(System.nanoTime()).as("time until rewards are joined").isLessThan(end);
        Thread.sleep(300);
        DecisionExport.write(ranker.channel, file);
        decisions = DecisionFile.read(file, "personal-offer", "margin", "last");
        before = earned;
        earned = Arrays.stream(decisions.log().reward()).sum();
      }
      List<String> offers = world.shop().offers().stream().map(Shop.Offer::id).toList();
      assertThat(decisions.log().size()).isEqualTo(market.truth.size());
      for (String name : List.of("uniform", "always:ten-percent", "greedy")) {
        TargetPolicy target = decisions.target(name);
        double truth = 0;
        for (int i = 0; i < market.truth.size(); i++) {
          for (int a = 0; a < offers.size(); a++) {
            truth +=
                target.probability(i, decisions.options().indexOf(offers.get(a)))
                    * market.truth.get(i)[a]
                    / market.truth.size();
          }
        }
        OffPolicyEvaluation.Result result =
            new OffPolicyEvaluation(
                    decisions.log(), target, RegressionRewardModel.fit(decisions.log(), 5, 50))
                .evaluate(new Overlap.Limits(100, .1, .05, .05, 4, 10), 200, .95, 1);
        assertThat(result.refusals()).as(name).isEmpty();
        for (Estimator estimator : List.of(Estimator.IPS, Estimator.SNIPS, Estimator.DR)) {
          Interval estimate = result.estimates().get(estimator);
          assertThat(estimate).isNotNull();
          // The services draw anew each time: wider than an interval of 95 %, which chance would
          // break in one run of twenty, and wider still, because the few decisions that carry most
          // of the weight make a standard error look smaller than it is.
          assertThat(Math.abs(estimate.value() - truth) / estimate.standardError())
              .as("%s of %s: %s, truth %s", estimator, name, estimate, truth)
              .isLessThan(6);
          assertThat(estimate.standardError()).as(name).isLessThan(.25 * truth);
        }
      }
    }
  }

  /// Remembers what each offer would have been worth.
  private static final class WithTruth implements Market {
    private final Market market;
    private final World world;
    final List<double[]> truth = new ArrayList<>();

    WithTruth(Market market, World world) {
      this.market = market;
      this.world = world;
    }

    @Override
    public Offered offer(Visit visit) {
      truth.add(world.expectedProfits(visit));
      return market.offer(visit);
    }

    @Override
    public void click(Visit visit) {
      market.click(visit);
    }

    @Override
    public boolean sell(Visit visit, Shop.Offer offer, long paidMinorUnits, long atMillis) {
      return market.sell(visit, offer, paidMinorUnits, atMillis);
    }

    @Override
    public void endDay() {
      market.endDay();
    }

    @Override
    public long spentMinorUnits(Shop.Offer offer) {
      return market.spentMinorUnits(offer);
    }
  }

  @Test
  void theLogSaysWhatWasEarned() throws Exception {
    World world = new World(options(10_000_000));
    PolicySpec spec = spec(world, "uniform");
    try (RunningRanker ranker = start(spec)) {
      World.Outcome outcome =
          world.run(
              new RemoteMarket(
                  world.shop(), spec, ranker.featureStoreChannel, ranker.channel, () -> {}));
      Path file = folder.resolve("decisions.parquet");
      double earned = 0;
      DecisionFile decisions = null;
      long end = System.nanoTime() + 30_000_000_000L;
      while (decisions == null
          || (earned < .97 * outcome.profitMinorUnits() && System.nanoTime() < end)) {
        Thread.sleep(100);
        DecisionExport.write(ranker.channel, file);
        decisions = DecisionFile.read(file, "personal-offer", "margin", "last");
        earned = Arrays.stream(decisions.log().reward()).sum();
      }
      assertThat((long) decisions.log().size()).isEqualTo(outcome.visits());
      // A purchase that was put off for more than a week is nobody's reward.
      assertThat(earned)
          .isBetween(.97 * outcome.profitMinorUnits(), 1.0 * outcome.profitMinorUnits());
      assertThat(decisions.options()).contains(Shop.NOTHING, "ten-percent");
      for (String rule : List.of("first", "linear")) {
        assertThat(
                Arrays.stream(
                        DecisionFile.read(file, "personal-offer", "margin", rule).log().reward())
                    .sum())
            .isCloseTo(earned, within(1e-6));
      }
      // The policy that made the log is the target: what is estimated is what was earned.
      assertThat(
              new OffPolicyEvaluation(decisions.log(), decisions.target("uniform"), (_, _) -> 0)
                  .estimate(Estimator.IPS))
          .isCloseTo(earned / outcome.visits(), within(1e-6 * Math.abs(earned)));
      DecisionFile read = decisions;
      assertThatThrownBy(() -> read.target("always:gold")).hasMessageContaining("always:gold");
      assertThatThrownBy(() -> DecisionFile.read(file, "offer", "margin", "last"))
          .hasMessageContaining("no decision of the slot 'offer'");
      assertThatThrownBy(() -> DecisionFile.read(file, "offer", "joy", "last"))
          .hasMessageContaining("reward: 'joy'");
    }
  }
}
