// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OffPolicyEvaluationTest {
  private static final TargetPolicy TARGET = (_, action) -> action == 0 ? .25 : .75;
  private static final RewardModel MODEL = (_, action) -> action == 0 ? 1 : .5;

  private static LoggedDecisions worked() {
    return new LoggedDecisions(
        2,
        1,
        new int[] {0, 1, 0, 1},
        new int[4],
        new double[] {1, 1, 3, 1},
        new double[] {.5, .25, .5, .75},
        new double[4][0]);
  }

  @Test
  void estimatorsEqualTheWorkedExample() {
    // Weights .5, 3, .5, 1; modelled value .625; residuals 0, .5, 2, .5.
    OffPolicyEvaluation evaluation = new OffPolicyEvaluation(worked(), TARGET, MODEL, 1, 3);
    Map<Estimator, Double> expected =
        Map.of(
            Estimator.DM, .625,
            Estimator.IPS, 6.0 / 4,
            Estimator.SNIPS, 6.0 / 5,
            Estimator.DR, .625 + 3.0 / 4,
            Estimator.SNDR, .625 + 3.0 / 5,
            Estimator.SWITCH_DR, .625 + 1.5 / 4,
            Estimator.DR_OS, .625 + (.75 + 12.0 / 13) / 4);
    expected.forEach((estimator, value) ->
        assertThat(evaluation.estimate(estimator))
            .as(estimator.name())
            .isCloseTo(value, within(1e-9)));
    assertThat(evaluation.overlap().effectiveSampleSize()).isCloseTo(25 / 10.5, within(1e-9));
    assertThat(evaluation.overlap().weightMax()).isEqualTo(3);
    assertThat(evaluation.overlap().weightMaxShare()).isCloseTo(.6, within(1e-9));
  }

  @Test
  void slateEstimatorsEqualTheWorkedExample() {
    SlateEvaluation slates =
        new SlateEvaluation(
            new double[][] {{1, 0}, {1, 2}},
            new double[][] {{.5, .5}, {.25, .5}},
            new double[][] {{.25, .5}, {.5, .25}});
    assertThat(slates.standard(false)).isCloseTo(1.75, within(1e-9));
    assertThat(slates.standard(true)).isCloseTo(3.5 / 1.5, within(1e-9));
    assertThat(slates.independent(false)).isCloseTo(1.75, within(1e-9));
    assertThat(slates.independent(true)).isCloseTo(2.5 / 2.5 + 1 / 1.5, within(1e-9));
    assertThat(slates.cascade(false)).isCloseTo(2.25, within(1e-9));
    assertThat(slates.pseudoInverse()).isCloseTo(2.5, within(1e-9));
    assertThat(
            slates.cascadeDoublyRobust(
                new double[][] {{1, .5}, {1, 1}}, new double[][] {{.8, .4}, {1.2, .9}}))
        .isCloseTo(2.375, within(1e-9));
    assertThat(slates.effectiveSampleSize()).isCloseTo(1.5 * 1.5 / 1.25, within(1e-9));
  }

  @Test
  void intervalsCoverTheTruthOfAKnownWorld() {
    double[] rates = {.05, .1, .2, .3};
    double[] target = {.1, .2, .3, .4};
    double truth = .005 + .02 + .06 + .12;
    SplittableRandom random = new SplittableRandom(11);
    Map<Estimator, Integer> covered = new EnumMap<>(Estimator.class);
    int worlds = 100;
    for (int world = 0; world < worlds; world++) {
      LoggedDecisions log = uniformLog(rates, 2_000, random);
      OffPolicyEvaluation.Result result =
          new OffPolicyEvaluation(
                  log, (_, action) -> target[action], RegressionRewardModel.fit(log, 2, 5))
              .evaluate(Overlap.Limits.DEFAULT, 200, .95, world);
      assertThat(result.refusals()).isEmpty();
      result
          .estimates()
          .forEach((estimator, interval) ->
              covered.merge(estimator, interval.covers(truth) ? 1 : 0, Integer::sum));
    }
    for (Estimator estimator :
        new Estimator[] {Estimator.IPS, Estimator.SNIPS, Estimator.DR, Estimator.SNDR}) {
      assertThat(covered.get(estimator) / (double) worlds).as(estimator.name()).isBetween(.89, 1.0);
    }
  }

  @Test
  void aWrongModelDoesNotBiasTheDoublyRobustEstimate() {
    double[] rates = {.1, .5};
    LoggedDecisions log = uniformLog(rates, 200_000, new SplittableRandom(5));
    OffPolicyEvaluation evaluation =
        new OffPolicyEvaluation(log, (_, action) -> action == 0 ? .2 : .8, (_, _) -> .9);
    assertThat(evaluation.estimate(Estimator.DM)).isCloseTo(.9, within(1e-9));
    assertThat(evaluation.estimate(Estimator.DR)).isCloseTo(.42, within(.006));
  }

  @Test
  void aLogThatNeverTriedWhatThePolicyDoesIsRefused() {
    double[] rates = {.1, .2, 0};
    LoggedDecisions two = uniformLog(new double[] {.1, .2}, 5_000, new SplittableRandom(3));
    LoggedDecisions log =
        new LoggedDecisions(
            rates.length,
            1,
            two.action(),
            two.position(),
            two.reward(),
            two.propensity(),
            two.context());
    OffPolicyEvaluation.Result result =
        new OffPolicyEvaluation(log, (_, action) -> action == 2 ? .9 : .05, (_, _) -> .1)
            .evaluate(Overlap.Limits.DEFAULT, 100, .95, 1);
    assertThat(result.refused()).isTrue();
    assertThat(String.join("\n", result.refusals())).contains("never tried in the log");
  }

  @Test
  void wrongPropensitiesAreNoticed() {
    LoggedDecisions log = uniformLog(new double[] {.1, .2}, 5_000, new SplittableRandom(3));
    double[] wrong = log.propensity().clone();
    Arrays.fill(wrong, .4);
    LoggedDecisions broken =
        new LoggedDecisions(2, 1, log.action(), log.position(), log.reward(), wrong, log.context());
    OffPolicyEvaluation.Result result =
        new OffPolicyEvaluation(broken, (_, action) -> action == 0 ? .3 : .7, (_, _) -> .1)
            .evaluate(Overlap.Limits.DEFAULT, 100, .95, 1);
    assertThat(String.join("\n", result.refusals())).contains("the propensities of the log");
  }

  @Test
  void missingZeroAndInfinitePropensitiesAreNamed() {
    for (double bad : new double[] {0, Double.NaN, -.1, 1.5, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() ->
              new LoggedDecisions(
                  2,
                  1,
                  new int[] {0, 1},
                  new int[2],
                  new double[2],
                  new double[] {.5, bad},
                  new double[2][0]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("decision 1, propensity");
    }
    assertThatThrownBy(() ->
            new LoggedDecisions(
                2,
                1,
                new int[] {0},
                new int[1],
                new double[1],
                new double[] {.5},
                new double[][] {{Double.NaN}}))
        .hasMessageContaining("decision 0, context: NaN");
    assertThatThrownBy(() -> new OffPolicyEvaluation(worked(), (_, _) -> .7, MODEL))
        .hasMessageContaining("add up to 1.4");
  }

  private static LoggedDecisions uniformLog(double[] rates, int size, SplittableRandom random) {
    int[] action = new int[size];
    double[] reward = new double[size];
    double[] propensity = new double[size];
    for (int i = 0; i < size; i++) {
      action[i] = random.nextInt(rates.length);
      reward[i] = random.nextDouble() < rates[action[i]] ? 1 : 0;
      propensity[i] = 1.0 / rates.length;
    }
    return new LoggedDecisions(
        rates.length, 1, action, new int[size], reward, propensity, new double[size][0]);
  }
}
