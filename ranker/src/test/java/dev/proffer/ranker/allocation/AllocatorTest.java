// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AllocatorTest {
  @Test
  void aSmallInstanceIsWithinOneOfferOfTheBestOfAllAllocations() {
    for (int seed = 0; seed < 300; seed++) {
      Choices choices = random(new Random(seed), 6, 3, 0.3, false);
      Allocation allocation = Allocator.allocate(choices);
      double best = exhaustive(choices, 0, choices.budget());

      assertThat(allocation.cost()).isLessThanOrEqualTo(choices.budget());
      assertThat(allocation.value()).isLessThanOrEqualTo(best + 1e-6);
      assertThat(allocation.bound()).isGreaterThanOrEqualTo(best - 1e-6);
    }
  }

  @Test
  void aLargeInstanceReachesTheOptimumOfTheLinearProgramWithoutOverspending() {
    for (int seed = 0; seed < 10; seed++) {
      Choices choices = random(new Random(seed), 5_000, 5, 0.1, false);
      Allocation allocation = Allocator.allocate(choices);
      double optimum = linearProgram(choices);

      assertThat(allocation.cost()).isLessThanOrEqualTo(choices.budget());
      assertThat(allocation.bound() / optimum).isBetween(0.999999, 1.000001);
      assertThat(allocation.value() / optimum).isBetween(0.999, 1.000001);
    }
  }

  @Test
  void budgetsOfOffersAreKeptAsWell() {
    for (int seed = 0; seed < 10; seed++) {
      Choices choices = random(new Random(seed), 3_000, 5, 0.15, true);
      Allocation allocation = Allocator.allocate(choices);

      long[] spent = new long[choices.offers()];
      for (int person = 0; person < choices.people(); person++) {
        int offer = allocation.offers()[person];
        if (offer >= 0) {
          spent[offer] += choices.cost(person, offer);
        }
      }
      assertThat(allocation.cost()).isLessThanOrEqualTo(choices.budget());
      for (int offer = 0; offer < choices.offers(); offer++) {
        assertThat(spent[offer]).isLessThanOrEqualTo(choices.offerBudgets()[offer]);
      }
      assertThat(allocation.value() / allocation.bound()).isGreaterThan(0.99);
    }
  }

  @Test
  void capsOnPeopleAreKeptAsWell() {
    for (int seed = 0; seed < 5; seed++) {
      Choices choices =
          AllocationBenchmark.limited(AllocationBenchmark.instance(new Random(seed), 2_000), seed);
      Allocation allocation = Allocator.allocate(choices);
      for (int offer = 0; offer < choices.offers(); offer++) {
        int wanted = offer;
        assertThat(Arrays.stream(allocation.offers()).filter(o -> o == wanted).count())
            .isLessThanOrEqualTo(choices.offerCaps()[offer]);
      }
      assertThat(allocation.cost()).isLessThanOrEqualTo(choices.budget());
      assertThat(allocation.value() / allocation.bound()).isGreaterThan(0.99);
    }
  }

  @Test
  void whatAPersonMayNotHaveIsNeverGiven() {
    double no = Double.NEGATIVE_INFINITY;
    Choices choices =
        new Choices(
            2,
            2,
            new double[] {no, 5, no, no},
            new long[] {1, 1, 0, 0},
            10,
            new long[] {10, 10},
            new long[] {1, 1});
    assertThat(Allocator.allocate(choices).offers()).containsExactly(1, -1);
  }

  @Test
  void onePersonAtATimeReachesTheOptimumOfHindsightAndNeverOverspends() {
    AllocationBenchmark.Quality quality = AllocationBenchmark.measure(2, 5_000);
    assertThat(quality.overspendMinorUnits()).isZero();
    assertThat(quality.pacedRatio()).isGreaterThan(0.99);
    quality
        .scenarios()
        // What the evening brings cannot be known where there is no day before.
        .forEach((name, ratios) ->
            assertThat(ratios[1])
                .as(name)
                .isGreaterThan(name.equals("unknown_daily_pattern") ? 0.85 : 0.99));
  }

  @Test
  void theForecastOfArrivalsFollowsThoseWhoCome() {
    ArrivalForecast forecast = new ArrivalForecast(10_000, new double[] {1, 1, 2, 4});
    assertThat(forecast.rest(0, 0)).isEqualTo(10_000);
    assertThat(forecast.rest(0.5, 2_500))
        .isCloseTo(7_500, org.assertj.core.api.Assertions.within(1e-6));
    // Twice as many came as were expected.
    assertThat(forecast.rest(0.5, 5_000)).isBetween(13_000.0, 15_000.0);
    assertThat(forecast.rest(1, 9_000)).isZero();
  }

  /// The exact optimum of the linear program with one budget: people's offers on their upper hull,
  /// increments bought by falling efficiency, the last one in part.
  private static double linearProgram(Choices choices) {
    record Step(double value, long cost) {}
    java.util.List<Step> steps = new java.util.ArrayList<>();
    for (int person = 0; person < choices.people(); person++) {
      double value = 0;
      long cost = 0;
      while (true) {
        int best = -1;
        double bestSlope = 0;
        for (int offer = 0; offer < choices.offers(); offer++) {
          double more = choices.value(person, offer) - value;
          long extra = choices.cost(person, offer) - cost;
          if (more > 0 && extra > 0 && more / extra > bestSlope) {
            bestSlope = more / extra;
            best = offer;
          }
        }
        if (best < 0) {
          break;
        }
        steps.add(new Step(choices.value(person, best) - value, choices.cost(person, best) - cost));
        value = choices.value(person, best);
        cost = choices.cost(person, best);
      }
    }
    steps.sort((a, b) -> Double.compare(b.value() / b.cost(), a.value() / a.cost()));
    double total = 0;
    long left = choices.budget();
    for (Step step : steps) {
      if (step.cost() >= left) {
        return total + step.value() * left / step.cost();
      }
      total += step.value();
      left -= step.cost();
    }
    return total;
  }

  private static double exhaustive(Choices choices, int person, long left) {
    if (person == choices.people()) {
      return 0;
    }
    double best = exhaustive(choices, person + 1, left);
    for (int offer = 0; offer < choices.offers(); offer++) {
      if (choices.cost(person, offer) <= left) {
        best =
            Math.max(
                best,
                choices.value(person, offer)
                    + exhaustive(choices, person + 1, left - choices.cost(person, offer)));
      }
    }
    return best;
  }

  /// People who respond with falling returns to deeper offers.
  private static Choices random(
      Random random, int people, int offers, double share, boolean ownBudgets) {
    double[] values = new double[people * offers];
    long[] costs = new long[people * offers];
    long all = 0;
    for (int person = 0; person < people; person++) {
      double worth = Math.exp(random.nextGaussian()) * 500;
      double response = random.nextDouble() * 0.4;
      for (int offer = 0; offer < offers; offer++) {
        double depth = (offer + 1.0) / offers;
        int at = person * offers + offer;
        costs[at] = 1 + Math.round(depth * 300 * (0.2 + response));
        values[at] = worth * response * Math.pow(depth, 0.5) + random.nextGaussian() * 5 - 3;
        all = Math.max(all, costs[at]);
      }
    }
    long most = 0;
    for (int person = 0; person < people; person++) {
      most += costs[person * offers + offers - 1];
    }
    long[] offerBudgets = new long[offers];
    Arrays.fill(offerBudgets, ownBudgets ? Math.round(most * share / 3) : Long.MAX_VALUE);
    return new Choices(people, offers, values, costs, Math.round(most * share), offerBudgets);
  }
}
