// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.RewardMetric;
import dev.proffer.ranker.offpolicy.Estimator;
import dev.proffer.ranker.offpolicy.Interval;
import dev.proffer.ranker.offpolicy.LoggedDecisions;
import dev.proffer.ranker.offpolicy.OffPolicyEvaluation;
import dev.proffer.ranker.offpolicy.Overlap;
import dev.proffer.ranker.offpolicy.RegressionRewardModel;
import dev.proffer.ranker.offpolicy.SequentialEvaluation;
import dev.proffer.ranker.offpolicy.TargetPolicy;
import dev.proffer.ranker.policy.PolicyEvent;
import dev.proffer.ranker.policy.PolicyState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Estimates from logs of worlds beside the truth that only a simulation has.
public final class EstimatorStudy {
  /// How an estimator did.
  ///
  /// @param coverage share of worlds in which its 95 % interval covers the truth; not a number when
  ///   it has no interval
  /// @param relativeError mean absolute error over the mean truth
  /// @param worlds number of worlds
  public record Row(double coverage, double relativeError, int worlds) {}

  /// What the log says about policies over several visits.
  ///
  /// @param longTermLow the lower end of the interval of the long-term policy
  /// @param clicksHigh the upper end of that of the click-greedy one
  public record LongRun(
      double longTerm,
      double longTermLow,
      double longTermHigh,
      double clicks,
      double clicksLow,
      double clicksHigh,
      double effective,
      int horizon) {
    public boolean isDecided() {
      return longTermLow > clicksHigh;
    }
  }

  private static final double SCALE = Contender.REWARD_SCALE;
  private static final double RIDGE = 20;
  private static final double MIXED = .1;
  private static final long BUDGET_UNLIMITED = Long.MAX_VALUE / 4;

  private EstimatorStudy() {}

  /// Estimates the worth of a policy that looks at the price sign alone, from logs of the uniform
  /// policy, in so many worlds without budgets.
  public static Map<Estimator, Row> coverage(World.Options options, int worlds, int samples) {
    Map<Estimator, int[]> covered = new EnumMap<>(Estimator.class);
    Map<Estimator, double[]> error = new EnumMap<>(Estimator.class);
    double truths = 0;
    for (int w = 0; w < worlds; w++) {
      List<LocalMarket.Logged> logged = log(Study.at(options, 1_000 + w));
      LoggedDecisions log = decisions(logged);
      TargetPolicy target = (decision, action) -> target(log.context()[decision], action, log);
      double truth = 0;
      for (int i = 0; i < log.size(); i++) {
        for (int a = 0; a < log.actions(); a++) {
          truth += target.probability(i, a) * logged.get(i).truth()[a] / SCALE / log.size();
        }
      }
      truths += truth / worlds;
      OffPolicyEvaluation.Result result =
          new OffPolicyEvaluation(log, target, RegressionRewardModel.fit(log, 3, RIDGE))
              .evaluate(Overlap.Limits.DEFAULT, samples, .95, w);
      for (Map.Entry<Estimator, Interval> entry : result.estimates().entrySet()) {
        Interval interval = entry.getValue();
        covered.computeIfAbsent(entry.getKey(), _ -> new int[1])[0] +=
            interval.covers(truth) ? 1 : 0;
        error.computeIfAbsent(entry.getKey(), _ -> new double[1])[0] +=
            Math.abs(interval.value() - truth) / worlds;
      }
    }
    Map<Estimator, Row> rows = new EnumMap<>(Estimator.class);
    for (Estimator estimator : Estimator.values()) {
      rows.put(
          estimator,
          new Row(
              estimator == Estimator.DM
                  ? Double.NaN
                  : covered.getOrDefault(estimator, new int[1])[0] / (double) worlds,
              error.getOrDefault(estimator, new double[1])[0] / truths,
              worlds));
    }
    return rows;
  }

  /// Trains the long-term and the click-greedy policy on one half of the people of a log of the
  /// uniform policy, and estimates from the other half what they would earn over several visits.
  public static LongRun longRun(World.Options options, int horizon, double patience, int samples) {
    List<LocalMarket.Logged> logged = log(options);
    List<String> offers = new World(options).shop().offerIds();
    PolicyState longTerm =
        new PolicyState(
            Contender.named("long-term", offers).spec().toBuilder()
                .setExploration(1e-3)
                .setPatience(patience)
                .setFloor(.2)
                .build());
    PolicyState clicks =
        new PolicyState(
            Contender.named("click-greedy", offers).spec().toBuilder()
                .setExploration(1e-3)
                .setFloor(.2)
                .build());
    long sequence = 0;
    Map<Integer, List<LocalMarket.Logged>> held = new TreeMap<>();
    for (LocalMarket.Logged each : logged) {
      if (each.person() % 2 == 1) {
        held.computeIfAbsent(each.person(), _ -> new ArrayList<>()).add(each);
        continue;
      }
      sequence++;
      PolicyEvent event =
          new PolicyEvent(
              sequence,
              "d" + sequence,
              each.person(),
              "",
              offers.get(each.action()),
              offers,
              each.context(),
              each.atMillis());
      longTerm.meet(event);
      longTerm.reward(event, each.reward()[0] / SCALE, 0);
      clicks.meet(event);
      clicks.reward(event, each.reward()[1], 0);
    }
    SequentialEvaluation.Result ofLongTerm =
        evaluate(longTerm, offers, held, horizon, patience, samples);
    SequentialEvaluation.Result ofClicks =
        evaluate(clicks, offers, held, horizon, patience, samples);
    return new LongRun(
        ofLongTerm.value().value() * SCALE,
        ofLongTerm.value().low() * SCALE,
        ofLongTerm.value().high() * SCALE,
        ofClicks.value().value() * SCALE,
        ofClicks.value().low() * SCALE,
        ofClicks.value().high() * SCALE,
        Math.min(ofLongTerm.effective(), ofClicks.effective()),
        horizon);
  }

  private static SequentialEvaluation.Result evaluate(
      PolicyState policy,
      List<String> offers,
      Map<Integer, List<LocalMarket.Logged>> people,
      int horizon,
      double patience,
      int samples) {
    SplittableRandom random = new SplittableRandom(1);
    List<SequentialEvaluation.Visits> visits = new ArrayList<>();
    for (List<LocalMarket.Logged> person : people.values()) {
      double[] ratio = new double[person.size()];
      double[] reward = new double[person.size()];
      for (int i = 0; i < ratio.length; i++) {
        LocalMarket.Logged each = person.get(i);
        ratio[i] =
            policy.choose(offers, "", each.context(), random).propensities()[each.action()]
                / each.propensities()[each.action()];
        reward[i] = each.reward()[0] / SCALE;
      }
      visits.add(new SequentialEvaluation.Visits(ratio, reward));
    }
    return SequentialEvaluation.evaluate(visits, horizon, patience, samples, 1);
  }

  private static List<LocalMarket.Logged> log(World.Options options) {
    // What an offer is worth is not known to the truth once its budget is spent.
    World world =
        new World(
            new World.Options(
                options.people(),
                options.days(),
                options.items(),
                options.categories(),
                BUDGET_UNLIMITED,
                options.memory(),
                options.seed()));
    List<LocalMarket.Logged> logged = new ArrayList<>();
    PolicySpec uniform =
        PolicySpec.newBuilder()
            .setName("uniform")
            .setKind(PolicyKind.POLICY_KIND_FIXED)
            .setAttributionWindowSeconds(14 * 86_400)
            .setRewardMetric(RewardMetric.REWARD_METRIC_MARGIN)
            .setRewardScale(SCALE)
            .build();
    world.run(
        new LocalMarket(
            world.shop(),
            new PolicyState(uniform),
            new SplittableRandom(options.seed() + 77),
            world,
            logged::add));
    return logged;
  }

  private static LoggedDecisions decisions(List<LocalMarket.Logged> logged) {
    int n = logged.size();
    int actions = logged.getFirst().propensities().length;
    int[] action = logged.stream().mapToInt(LocalMarket.Logged::action).toArray();
    double[] propensity = new double[n];
    Arrays.setAll(propensity, i -> logged.get(i).propensities()[action[i]]);
    return new LoggedDecisions(
        actions,
        1,
        action,
        new int[n],
        logged.stream().mapToDouble(each -> each.reward()[0] / SCALE).toArray(),
        propensity,
        logged.stream().map(LocalMarket.Logged::context).toArray(double[][]::new));
  }

  /// Nothing to people who do not look at prices, a fifth off to those who do, a tenth to others.
  private static double target(double[] context, int action, LoggedDecisions log) {
    int wanted = context[1] < .4 ? 0 : context[1] > 1.2 ? 2 : 1;
    return (action == wanted ? 1 - MIXED : 0) + MIXED / log.actions();
  }
}
