// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicySpec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PolicyStateTest {
  private static final double[] NONE = {};

  @ParameterizedTest
  @EnumSource(
      value = PolicyKind.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"POLICY_KIND_UNSPECIFIED", "UNRECOGNIZED"})
  void everyKindChoosesWithTheProbabilitiesThatItStatesAndNeverBelowTheFloor(PolicyKind kind) {
    PolicyState policy = new PolicyState(spec(kind, .1));
    List<String> options = List.of("a", "b", "c", "d");
    SplittableRandom random = new SplittableRandom(1);
    double[] context = isLinear(kind) ? new double[] {1, .5} : NONE;
    for (int i = 0; i < 60; i++) {
      String option = options.get(i % 4);
      policy.meet(i, option, "", context);
      policy.reward(i, option, "", context, i % 4 == 1 ? .8 : .3, 0);
    }
    int[] counted = new int[4];
    int draws = 40_000;
    double[] stated = new double[4];
    for (int i = 0; i < draws; i++) {
      PolicyState.Choice choice = policy.choose(options, "", context, random);
      counted[choice.index()]++;
      stated = choice.propensities();
    }
    assertThat(Arrays.stream(stated).sum()).isCloseTo(1, within(1e-12));
    for (int a = 0; a < 4; a++) {
      assertThat(stated[a]).isGreaterThanOrEqualTo(.1 / 4 - 1e-12);
      assertThat(counted[a] / (double) draws).isCloseTo(stated[a], within(.012));
    }
  }

  @Test
  void thompsonPropensitiesAreCloseToExactIntegrationOfBetaPosteriors() {
    double[][] cases = {{1, 1, 1, 1}, {3, 10, 2, 12}, {30, 300, 25, 200}, {500, 9_000, 480, 9_100}};
    for (double[] c : cases) {
      double[][] exact =
          BetaRanks.probabilities(new double[] {c[0], c[2]}, new double[] {c[1], c[3]}, 1);
      double[] mean = {
        ChoiceRule.BernoulliThompson.digamma(c[0]) - ChoiceRule.BernoulliThompson.digamma(c[1]),
        ChoiceRule.BernoulliThompson.digamma(c[2]) - ChoiceRule.BernoulliThompson.digamma(c[3])
      };
      double[] deviation = {
        Math.sqrt(
            ChoiceRule.BernoulliThompson.trigamma(c[0])
                + ChoiceRule.BernoulliThompson.trigamma(c[1])),
        Math.sqrt(
            ChoiceRule.BernoulliThompson.trigamma(c[2])
                + ChoiceRule.BernoulliThompson.trigamma(c[3]))
      };
      double[] p = new double[2];
      new GaussianArgmax().probabilities(mean, deviation, 2, p);
      assertThat(p[0]).isCloseTo(exact[0][0], within(.02));
    }
  }

  @Test
  void theLargestOfTwoNormalsEqualsTheClosedForm() {
    double[] p = new double[2];
    new GaussianArgmax().probabilities(new double[] {1, 0}, new double[] {1, 1}, 2, p);
    // P(X > Y) = Φ(1 / √2).
    assertThat(p[0]).isCloseTo(.760250, within(.003));
  }

  @Test
  void updatesByShermanAndMorrisonEqualTheDirectInverse() {
    for (double discount : new double[] {1, .995, .9}) {
      SplittableRandom random = new SplittableRandom(5);
      LinearModel model = new LinearModel(32, 1);
      for (int i = 0; i < 1_400; i++) {
        // Now and then only the first features are met, which leaves the rest to the prior.
        boolean few = i / 200 % 2 == 1;
        double[] x = random.doubles(32).map(each -> each - .5).toArray();
        if (few) {
          Arrays.fill(x, 4, 32, 0);
        }
        model.meet(x, discount);
        if (i % 101 == 100) {
          double[] direct = Cholesky.of(model.gram(), 32).inverse();
          double[] kept = model.inverse();
          for (int j = 0; j < direct.length; j++) {
            assertThat(kept[j]).as("discount %s", discount).isCloseTo(direct[j], within(1e-8));
          }
        }
      }
      // What is not met any more is as uncertain as the prior leaves it, and not more.
      assertThat(model.inverse()[33 * 31]).isLessThan(1.0 / Math.pow(discount, 32) + 1e-9);
    }
  }

  @Test
  void regretOfBernoulliPoliciesGrowsFarSlowerThanTime() {
    double[] rates = {.3, .4, .5, .6};
    for (PolicyKind kind :
        new PolicyKind[] {
          PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON,
          PolicyKind.POLICY_KIND_GAUSSIAN_THOMPSON,
          PolicyKind.POLICY_KIND_UCB1
        }) {
      double early = 0;
      double late = 0;
      for (int seed = 0; seed < 4; seed++) {
        double[] regret = bernoulliRegret(kind, rates, 20_000, seed);
        early += regret[1_999] / 4;
        late += regret[19_999] / 4;
      }
      // Logarithmic growth: ten times the time adds a constant. Linear growth would be ten times.
      double exponent = Math.log10(late / early);
      System.out.printf(
          "%s regret at 2,000: %.1f, at 20,000: %.1f, exponent %.2f%n",
          kind, early, late, exponent);
      assertThat(exponent).as(kind.name()).isLessThan(.6);
      assertThat(late).as(kind.name()).isLessThan(.15 * 20_000 * .1);
    }
  }

  @Test
  void regretOfLinearPoliciesGrowsNoFasterThanTheSquareRootOfTime() {
    for (PolicyKind kind :
        new PolicyKind[] {
          PolicyKind.POLICY_KIND_LIN_UCB,
          PolicyKind.POLICY_KIND_LINEAR_THOMPSON,
          PolicyKind.POLICY_KIND_SQUARE_CB
        }) {
      double early = 0;
      double late = 0;
      for (int seed = 0; seed < 5; seed++) {
        double[] regret = linearRegret(kind, 5, 4, 10_000, seed);
        early += regret[999] / 5;
        late += regret[9_999] / 5;
      }
      double exponent = Math.log10(late / early);
      System.out.printf(
          "%s regret at 1,000: %.1f, at 10,000: %.1f, exponent %.2f%n",
          kind, early, late, exponent);
      assertThat(exponent).as(kind.name()).isLessThan(.65);
    }
  }

  @Test
  void discountingFollowsAChange() {
    PolicyState forgetful =
        new PolicyState(
            spec(PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON, .02).toBuilder()
                .setDiscount(.99)
                .build());
    PolicyState faithful = new PolicyState(spec(PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON, .02));
    List<String> options = List.of("a", "b");
    double[] shares = new double[2];
    for (int p = 0; p < 2; p++) {
      PolicyState policy = p == 0 ? forgetful : faithful;
      SplittableRandom random = new SplittableRandom(8);
      for (int i = 0; i < 6_000; i++) {
        int chosen = policy.choose(options, "", NONE, random).index();
        double rate = (chosen == 0) == (i < 3_000) ? .6 : .3;
        policy.meet(i, options.get(chosen), "", NONE);
        if (random.nextDouble() < rate) {
          policy.reward(i, options.get(chosen), "", NONE, 1, 0);
        }
        shares[p] += i >= 4_000 && chosen == 1 ? 1 / 2_000.0 : 0;
      }
    }
    assertThat(shares[0]).isGreaterThan(.8).isGreaterThan(shares[1]);
  }

  @Test
  void aNewSegmentStartsFromWhatIsKnownOfEverybody() {
    PolicyState policy = new PolicyState(spec(PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON, .02));
    for (int i = 0; i < 400; i++) {
      String option = i % 2 == 0 ? "good" : "bad";
      policy.meet(i, option, "old", NONE);
      if (i % 2 == 0 && i % 5 != 0) {
        policy.reward(i, option, "old", NONE, 1, 0);
      }
    }
    double known =
        policy.choose(List.of("good", "bad"), "new", NONE, new SplittableRandom(1))
            .propensities()[0];
    assertThat(known).isGreaterThan(.9);
  }

  @Test
  void badSpecsAndContextsAreNamed() {
    assertThatThrownBy(() ->
            new PolicyState(
                PolicySpec.newBuilder()
                    .setName("x")
                    .setKind(PolicyKind.POLICY_KIND_LIN_UCB)
                    .build()))
        .hasMessageContaining("features: 0");
    PolicyState linear = new PolicyState(spec(PolicyKind.POLICY_KIND_LIN_UCB, .1));
    assertThatThrownBy(
            () -> linear.choose(List.of("a"), "", new double[] {1}, new SplittableRandom(1)))
        .hasMessageContaining("context: 1 features (expected: 2)");
    assertThatThrownBy(() ->
            linear.choose(List.of("a"), "", new double[] {1, Double.NaN}, new SplittableRandom(1)))
        .hasMessageContaining("context: NaN");
  }

  @Test
  void choosingAmongFiftyOptionsWithThirtyTwoFeaturesIsQuick() {
    SplittableRandom random = new SplittableRandom(1);
    List<String> options = IntStream.range(0, 50).mapToObj(i -> "option-" + i).toList();
    for (PolicyKind kind :
        new PolicyKind[] {
          PolicyKind.POLICY_KIND_LINEAR_THOMPSON,
          PolicyKind.POLICY_KIND_LIN_UCB,
          PolicyKind.POLICY_KIND_SQUARE_CB
        }) {
      PolicyState policy = new PolicyState(spec(kind, .05).toBuilder().setFeatures(32).build());
      double[] context = random.doubles(32).toArray();
      for (int i = 0; i < 4_000; i++) {
        policy.meet(i, options.get(i % 50), "", context);
        policy.reward(i, options.get(i % 50), "", context, random.nextDouble(), 0);
        policy.choose(options, "", context, random);
      }
      double choose = Double.MAX_VALUE;
      double update = Double.MAX_VALUE;
      for (int round = 0; round < 10; round++) {
        long started = cpuNanos();
        for (int i = 0; i < 500; i++) {
          policy.choose(options, "", context, random);
        }
        choose = Math.min(choose, (cpuNanos() - started) / 500e3);
        started = cpuNanos();
        for (int i = 0; i < 1_000; i++) {
          policy.meet(i, options.get(i % 50), "", context);
          policy.reward(i, options.get(i % 50), "", context, .5, 0);
        }
        update = Math.min(update, (cpuNanos() - started) / 1_000e3);
      }
      System.out.printf("%s: choose %.1f us, update %.1f us (CPU)%n", kind, choose, update);
      // Targets are 50 and 20 microseconds; the slack is for crowded machines.
      assertThat(choose).isLessThan(150);
      assertThat(update).isLessThan(60);
    }
  }

  private static long cpuNanos() {
    return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double[] bernoulliRegret(PolicyKind kind, double[] rates, int steps, long seed) {
    // Regret of the rule itself: the floor would add its share of every step.
    PolicyState policy =
        new PolicyState(
            spec(kind, 1e-9).toBuilder()
                .setExploration(kind == PolicyKind.POLICY_KIND_UCB1 ? .5 : 0)
                .build());
    List<String> options = IntStream.range(0, rates.length).mapToObj(i -> "o" + i).toList();
    SplittableRandom random = new SplittableRandom(seed);
    double best = Arrays.stream(rates).max().orElseThrow();
    double[] regret = new double[steps];
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      int chosen = policy.choose(options, "", NONE, random).index();
      policy.meet(i, options.get(chosen), "", NONE);
      if (random.nextDouble() < rates[chosen]) {
        policy.reward(i, options.get(chosen), "", NONE, 1, 0);
      }
      sum += best - rates[chosen];
      regret[i] = sum;
    }
    return regret;
  }

  private static double[] linearRegret(
      PolicyKind kind, int features, int arms, int steps, long seed) {
    PolicyState policy =
        new PolicyState(spec(kind, 1e-9).toBuilder().setFeatures(features).build());
    List<String> options = IntStream.range(0, arms).mapToObj(i -> "o" + i).toList();
    SplittableRandom random = new SplittableRandom(seed);
    double[][] truth = new double[arms][];
    for (int a = 0; a < arms; a++) {
      truth[a] = random.doubles(features).map(x -> x - .5).toArray();
    }
    double[] regret = new double[steps];
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      double[] context = random.doubles(features).map(x -> 2 * x - 1).toArray();
      double[] values = new double[arms];
      for (int a = 0; a < arms; a++) {
        for (int j = 0; j < features; j++) {
          values[a] += truth[a][j] * context[j];
        }
      }
      int chosen = policy.choose(options, "", context, random).index();
      policy.meet(i, options.get(chosen), "", context);
      policy.reward(
          i, options.get(chosen), "", context, values[chosen] + .3 * random.nextGaussian(), 0);
      sum += Arrays.stream(values).max().orElseThrow() - values[chosen];
      regret[i] = sum;
    }
    return regret;
  }

  private static boolean isLinear(PolicyKind kind) {
    return kind == PolicyKind.POLICY_KIND_LIN_UCB
        || kind == PolicyKind.POLICY_KIND_LINEAR_THOMPSON
        || kind == PolicyKind.POLICY_KIND_SQUARE_CB
        || kind == PolicyKind.POLICY_KIND_LONG_TERM;
  }

  private static PolicySpec spec(PolicyKind kind, double floor) {
    return PolicySpec.newBuilder()
        .setName("offer")
        .setKind(kind)
        .setFloor(floor)
        .setFeatures(isLinear(kind) ? 2 : 0)
        .build();
  }
}
