// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void welchEqualsAWorkedExample() {
    // {1, 2, 3, 4} against {2, 4, 6, 8, 10}: difference 3.5, variances 5/3 and 10.
    Difference difference =
        Difference.welch(Sample.ofSums(4, 10, 30), Sample.ofSums(5, 30, 220), .95);
    assertThat(difference.value()).isCloseTo(3.5, within(1e-12));
    assertThat(difference.standardError()).isCloseTo(Math.sqrt(5.0 / 12 + 2), within(1e-12));
    // t = 2.2514, df = 5.52 (Welch-Satterthwaite).
    assertThat(difference.pValue()).isCloseTo(.0693, within(5e-4));
    assertThat(difference.low()).isLessThan(0);
  }

  @Test
  void sharesEqualNewcombesPublishedExample() {
    // 56/70 against 48/80, Newcombe 1998 table II, method 10: .0524 to .3339.
    Difference difference = Difference.shares(80, 48, 70, 56, .95);
    assertThat(difference.value()).isCloseTo(.2, within(1e-12));
    assertThat(difference.low()).isCloseTo(.0524, within(5e-5));
    assertThat(difference.high()).isCloseTo(.3339, within(5e-5));
  }

  @Test
  void theDeltaMethodEqualsTheSpreadOfSimulatedRatios() {
    SplittableRandom random = new SplittableRandom(7);
    double[] ratios = new double[2_000];
    double predicted = 0;
    for (int r = 0; r < ratios.length; r++) {
      double[] sums = new double[5];
      int units = 400;
      for (int i = 0; i < units; i++) {
        double x = 1 + random.nextInt(5);
        double y = 3 * x + random.nextGaussian() * x;
        add(sums, y, x);
      }
      Sample sample = Sample.ofRatio(units, sums[0], sums[1], sums[2], sums[3], sums[4]);
      ratios[r] = sample.mean();
      predicted += Math.sqrt(sample.meanVariance()) / ratios.length;
    }
    double[] squares = {0, 0};
    for (double ratio : ratios) {
      squares[0] += ratio;
      squares[1] += ratio * ratio;
    }
    double observed = Math.sqrt(Sample.ofSums(ratios.length, squares[0], squares[1]).variance());
    assertThat(predicted / observed).isBetween(.95, 1.05);
  }

  @Test
  void cupedKeepsTheDifferenceAndShrinksItsError() {
    SplittableRandom random = new SplittableRandom(3);
    PairedSums[] arms = new PairedSums[2];
    for (int arm = 0; arm < 2; arm++) {
      double[] sums = new double[5];
      for (int i = 0; i < 20_000; i++) {
        double x = 10 + 3 * random.nextGaussian();
        add(sums, 2 * x + random.nextGaussian() + .2 * arm, x);
      }
      arms[arm] = new PairedSums(20_000, sums[0], sums[2], sums[1], sums[3], sums[4]);
    }
    double theta = PairedSums.theta(arms);
    double mean = PairedSums.meanCovariate(arms);
    Difference plain = Difference.welch(arms[0].sample(), arms[1].sample(), .95);
    Difference adjusted =
        Difference.welch(arms[0].adjusted(theta, mean), arms[1].adjusted(theta, mean), .95);
    assertThat(theta).isCloseTo(2, within(.02));
    // The covariate explains 36/37 of the variance.
    assertThat(adjusted.standardError() / plain.standardError())
        .isCloseTo(Math.sqrt(1.0 / 37), within(.01));
    assertThat(adjusted.low()).isLessThan(.2);
    assertThat(adjusted.high()).isGreaterThan(.2);
    assertThat(adjusted.pValue()).isLessThan(1e-9);
  }

  @Test
  void sampleRatioMismatchIsFoundAndAFairSplitIsNot() {
    assertThat(SampleRatio.pValue(new long[] {50_000, 50_000}, new double[] {1, 1})).isEqualTo(1);
    // Chi-squared = 2 * 500² / 50,500 = 9.9: p = .00165.
    assertThat(SampleRatio.pValue(new long[] {50_000, 51_000}, new double[] {1, 1}))
        .isCloseTo(.001654, within(1e-5));
    assertThat(SampleRatio.pValue(new long[] {50_000, 51_500}, new double[] {1, 1}))
        .isLessThan(SampleRatio.P_VALUE_MIN);
    assertThat(SampleRatio.pValue(new long[] {9_000, 1_010}, new double[] {9, 1}))
        .isGreaterThan(.5);
  }

  @Test
  void correctionsForManyComparisonsEqualTheirDefinitions() {
    assertThat(MultipleComparisons.holm(.01, .04, .03, .005))
        .containsExactly(new double[] {.03, .06, .06, .02}, within(1e-12));
    assertThat(MultipleComparisons.benjaminiHochberg(.01, .04, .03, .005))
        .containsExactly(new double[] {.02, .04, .04, .02}, within(1e-12));
  }

  @Test
  void plansEqualTextbookSizesAndReachTheirPower() {
    // Two means, d = .5, 80 % power: 63 an arm with the normal approximation.
    Plan plan = Plan.of(new Plan.Goal(1, .5, .05, .8, .5, 1), 10);
    assertThat(plan.unitsVariant()).isEqualTo(63);
    assertThat(plan.days()).isEqualTo(13);
    assertThat(plan.unitsSequential()).isBetween(2 * 63L, 3 * 2 * 63L);
    assertThat(Plan.detectable(new Plan.Goal(1, 1, .05, .8, .5, 1), 126))
        .isCloseTo(.5, within(.003));
    SplittableRandom random = new SplittableRandom(1);
    int found = 0;
    for (int world = 0; world < 1_000; world++) {
      double[][] sums = new double[2][2];
      for (int arm = 0; arm < 2; arm++) {
        for (int i = 0; i < plan.unitsVariant(); i++) {
          double value = random.nextGaussian() + .5 * arm;
          sums[arm][0] += value;
          sums[arm][1] += value * value;
        }
      }
      found +=
          Difference.welch(
                          Sample.ofSums(63, sums[0][0], sums[0][1]),
                          Sample.ofSums(63, sums[1][0], sums[1][1]),
                          .95)
                      .pValue()
                  < .05
              ? 1
              : 0;
    }
    assertThat(found / 1_000.0).isBetween(.76, .84);
  }

  @Test
  void theSequentialTestKeepsItsLevelWherePeekingDoesNot() {
    SplittableRandom random = new SplittableRandom(9);
    double[] values = random.doubles(4_000).map(x -> x < .2 ? 1 : 0).toArray();
    Rerandomisation.Rates rates = Rerandomisation.run(values, 2_000, 20, .05, 2_000, 4);
    assertThat(rates.fixed()).isBetween(.035, .065);
    assertThat(rates.naive()).isGreaterThan(.15);
    assertThat(rates.sequential()).isLessThanOrEqualTo(.05);
  }

  @Test
  void theAlwaysValidPValueCrossesTheLevelWhereTheIntervalLeavesZero() {
    ConfidenceSequence sequence = new ConfidenceSequence(.05, 5_000);
    double width = sequence.halfWidth(3_000, .01);
    assertThat(sequence.pValue(3_000, width, .01)).isCloseTo(.05, within(1e-9));
    assertThat(sequence.pValue(3_000, width * 1.01, .01)).isLessThan(.05);
  }

  @Test
  void segmentsThatReactAlikeAreToldFromThoseThatDoNot() {
    Sample control = new Sample(10_000, 1, 1);
    Map<String, Heterogeneity.Arms> alike =
        Map.of(
            "new", new Heterogeneity.Arms(control, new Sample(10_000, 1.05, 1)),
            "old", new Heterogeneity.Arms(control, new Sample(10_000, 1.04, 1)));
    Map<String, Heterogeneity.Arms> apart =
        Map.of(
            "new", new Heterogeneity.Arms(control, new Sample(10_000, 1.2, 1)),
            "old", new Heterogeneity.Arms(control, new Sample(10_000, .9, 1)),
            "tiny", new Heterogeneity.Arms(control, new Sample(5, 9, 1)));
    assertThat(Heterogeneity.of(alike, 100, .95).pValue()).isGreaterThan(.05);
    assertThat(Heterogeneity.of(apart, 100, .95).pValue()).isLessThan(1e-9);
    assertThat(Heterogeneity.of(apart, 100, .95).segments()).hasSize(2);
  }

  @Test
  void interleavedListsHoldEveryItemOnceAndTheBetterRankerWins() {
    SplittableRandom random = new SplittableRandom(2);
    List<String> good = List.of("a", "b", "c", "d", "e", "f");
    List<String> bad = List.of("f", "e", "d", "c", "b", "a");
    int[] votes = new int[3];
    for (int i = 0; i < 400; i++) {
      List<Interleaving.Place> places = Interleaving.draft(good, bad, 4, random);
      assertThat(places.stream().map(Interleaving.Place::item)).hasSize(4).doesNotHaveDuplicates();
      votes[1 + Interleaving.winner(places, Set.of("a"))]++;
    }
    assertThat(Interleaving.outcome(votes[2], votes[0], votes[1]).pValue()).isLessThan(1e-6);
    // 8 of 10 heads: 2 * 56 / 1024.
    assertThat(Interleaving.outcome(8, 2, 5).pValue()).isCloseTo(.109375, within(1e-12));
    assertThat(Interleaving.draft(List.of(), List.of("x"), 3, random)).hasSize(1);
  }

  @Test
  void thePropensityOfEachPlaceIsItsFrequencyGivenThePlacesAbove() {
    SplittableRandom random = new SplittableRandom(3);
    List<List<String>> rankings =
        List.of(
            List.of("a", "b", "c", "d", "e", "f"),
            // Agrees on the first, the third and the fourth place.
            List.of("a", "c", "b", "d", "f", "e"),
            List.of("f", "e", "d", "c", "b", "a"),
            // Has nothing left after two.
            List.of("a", "e"));
    for (List<String> one : rankings) {
      for (List<String> other : rankings) {
        // How often each list began so, and what was logged for its last place.
        Map<List<String>, Integer> seen = new HashMap<>();
        Map<List<String>, Double> logged = new HashMap<>();
        int draws = 4_000;
        for (int i = 0; i < draws; i++) {
          List<String> items = new ArrayList<>();
          seen.merge(List.copyOf(items), 1, Integer::sum);
          for (Interleaving.Place place : Interleaving.draft(one, other, 5, random)) {
            items.add(place.item());
            seen.merge(List.copyOf(items), 1, Integer::sum);
            Double before = logged.put(List.copyOf(items), place.propensity());
            assertThat(before == null || before == place.propensity()).as("%s", items).isTrue();
          }
        }
        logged.forEach((items, propensity) -> {
          int above = seen.getOrDefault(items.subList(0, items.size() - 1), 0);
          double share = seen.getOrDefault(items, 0) / (double) above;
          assertThat(share)
              .as("%s of %s and %s", items, one, other)
              .isCloseTo(propensity, within(propensity == 1 ? 1e-12 : 5 * .5 / Math.sqrt(above)));
        });
      }
    }
  }

  @Test
  void badNumbersAreNamed() {
    assertThatThrownBy(() -> new Sample(3, Double.NaN, 1)).hasMessageContaining("mean: NaN");
    assertThatThrownBy(() -> Difference.welch(new Sample(0, 0, 0), new Sample(5, 1, 1), .95))
        .hasMessageContaining("units: 0 and 5");
    assertThatThrownBy(() -> Sample.ofRatio(5, 1, 0, 1, 0, 0)).hasMessageContaining("denominator");
    assertThatThrownBy(() -> MultipleComparisons.holm(.5, Double.NaN))
        .hasMessageContaining("p-value: NaN");
  }

  private static void add(double[] sums, double y, double x) {
    sums[0] += y;
    sums[1] += x;
    sums[2] += y * y;
    sums[3] += x * x;
    sums[4] += x * y;
  }
}
