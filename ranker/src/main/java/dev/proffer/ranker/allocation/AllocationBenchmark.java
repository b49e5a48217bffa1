// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Compares allocations with the optimum of the linear program, in hindsight, on people who respond
/// to deeper offers with falling returns.
public final class AllocationBenchmark {
  /// What was measured.
  ///
  /// @param ratio value over the optimum of the linear program, worst instance
  /// @param pacedRatio the same for people who come one by one after a day of past traffic, worst
  ///   instance
  /// @param overspendMinorUnits what was spent above budgets, in all instances and scenarios
  /// @param millis the time of one allocation, slowest instance
  /// @param limitsRatio value over the dual bound (at least the optimum of the linear program) when
  ///   every offer has a budget and a cap of its own, worst instance
  /// @param scenarios for people who come one by one: mean and worst ratio by scenario
  /// @param microsPerDecision time of one decision, people one by one, all solving included
  public record Quality(
      double ratio,
      double pacedRatio,
      long overspendMinorUnits,
      double millis,
      double limitsRatio,
      Map<String, double[]> scenarios,
      double microsPerDecision) {}

  private static final int OFFERS = 5;
  private static final double BUDGET_SHARE = 0.1;
  private static final int PARTS = 24;

  private AllocationBenchmark() {}

  public static Quality measure(int instances, int people) {
    double ratio = 1;
    double limitsRatio = 1;
    long overspend = 0;
    double millis = 0;
    Map<String, double[]> scenarios = new LinkedHashMap<>();
    long decisions = 0;
    double seconds = 0;
    for (int seed = 0; seed < instances; seed++) {
      Choices choices = instance(new Random(seed), people);
      long start = System.nanoTime();
      Allocation allocation = Allocator.allocate(choices);
      millis = Math.max(millis, (System.nanoTime() - start) / 1e6);
      // With one budget the dual bound is the optimum of the linear program.
      ratio = Math.min(ratio, allocation.value() / allocation.bound());
      overspend += Math.max(0, allocation.cost() - choices.budget());
      Choices limited = limited(choices, seed);
      Allocation within = Allocator.allocate(limited);
      limitsRatio = Math.min(limitsRatio, within.value() / within.bound());
      overspend += excess(limited, within);
      for (Scenario scenario : Scenario.values()) {
        start = System.nanoTime();
        double[] outcome = paced(scenario, seed, people);
        seconds += (System.nanoTime() - start) / 1e9;
        decisions += people;
        overspend += (long) outcome[1];
        double[] sums =
            scenarios.computeIfAbsent(
                scenario.name().toLowerCase(java.util.Locale.ROOT), _ -> new double[] {0, 1});
        sums[0] += outcome[0] / instances;
        sums[1] = Math.min(sums[1], outcome[0]);
      }
    }
    double[] usual = scenarios.getOrDefault("past_traffic", new double[2]);
    return new Quality(
        ratio,
        usual[1],
        overspend,
        millis,
        limitsRatio,
        scenarios,
        decisions == 0 ? 0 : 1e6 * seconds / decisions);
  }

  /// How people come one by one.
  private enum Scenario {
    /// Nothing is known beforehand.
    COLD_START,
    /// A day of people like those who come is known.
    PAST_TRAFFIC,
    /// People of the morning differ from those of the evening, as on the day before.
    DAILY_PATTERN,
    /// The same, and people are worth half as much again as the day before.
    CHANGED_DAILY_PATTERN,
    /// The same, and nothing is known beforehand: no choice can know what the evening brings.
    UNKNOWN_DAILY_PATTERN,
    /// People are worth half as much again as those of the day before.
    CHANGED_PEOPLE,
    /// Three in ten fewer come than were forecast.
    FEWER_CAME,
    /// Three in ten more come than were forecast.
    MORE_CAME,
    /// Every offer has a budget and a cap of its own.
    OWN_LIMITS
  }

  private static double[] paced(Scenario scenario, int seed, int people) {
    Random random = new Random(seed);
    Choices choices = instance(random, people);
    @Nullable Choices past = instance(new Random(seed + 1_000L), people);
    double forecast = people;
    switch (scenario) {
      case COLD_START -> past = null;
      case PAST_TRAFFIC -> {}
      case DAILY_PATTERN -> {
        choices = dayPattern(choices);
        past = dayPattern(past);
      }
      case CHANGED_DAILY_PATTERN -> {
        choices = scaled(dayPattern(choices), 1.5);
        past = dayPattern(past);
      }
      case UNKNOWN_DAILY_PATTERN -> {
        choices = dayPattern(choices);
        past = null;
      }
      case CHANGED_PEOPLE -> choices = scaled(choices, 1.5);
      case FEWER_CAME -> forecast = people / 0.7;
      case MORE_CAME -> forecast = people / 1.3;
      case OWN_LIMITS -> choices = limited(choices, seed);
    }
    Allocation hindsight = Allocator.allocate(choices);
    PacedAllocator paced =
        new PacedAllocator(choices.budget(), choices.offerBudgets(), choices.offerCaps(), past);
    double[] weights = new double[PARTS];
    Arrays.fill(weights, 1);
    ArrivalForecast arrivals = new ArrivalForecast(forecast, weights);
    long[] byOffer = new long[OFFERS];
    long[] given = new long[OFFERS];
    for (int person = 0; person < people; person++) {
      int at = person * OFFERS;
      double rest = arrivals.rest((person + 1.0) / people, person + 1L);
      int offer =
          paced.next(
              Arrays.copyOfRange(choices.values(), at, at + OFFERS),
              Arrays.copyOfRange(choices.costs(), at, at + OFFERS),
              rest);
      if (offer >= 0) {
        byOffer[offer] += choices.cost(person, offer);
        given[offer]++;
      }
    }
    long excess = Math.max(0, paced.spent() - choices.budget());
    for (int offer = 0; offer < OFFERS; offer++) {
      excess += Math.max(0, byOffer[offer] - choices.offerBudgets()[offer]);
      excess += Math.max(0, given[offer] - choices.offerCaps()[offer]);
    }
    return new double[] {paced.value() / hindsight.bound(), excess};
  }

  private static long excess(Choices choices, Allocation allocation) {
    long[] spent = new long[OFFERS];
    long[] given = new long[OFFERS];
    for (int person = 0; person < choices.people(); person++) {
      int offer = allocation.offers()[person];
      if (offer >= 0) {
        spent[offer] += choices.cost(person, offer);
        given[offer]++;
      }
    }
    long excess = Math.max(0, allocation.cost() - choices.budget());
    for (int offer = 0; offer < OFFERS; offer++) {
      excess += Math.max(0, spent[offer] - choices.offerBudgets()[offer]);
      excess += Math.max(0, given[offer] - choices.offerCaps()[offer]);
    }
    return excess;
  }

  static Choices instance(Random random, int people) {
    double[] values = new double[people * OFFERS];
    long[] costs = new long[people * OFFERS];
    long most = 0;
    for (int person = 0; person < people; person++) {
      double worth = Math.exp(random.nextGaussian()) * 500;
      double response = random.nextDouble() * 0.4;
      for (int offer = 0; offer < OFFERS; offer++) {
        double depth = (offer + 1.0) / OFFERS;
        int at = person * OFFERS + offer;
        costs[at] = 1 + Math.round(depth * 300 * (0.2 + response));
        values[at] = worth * response * Math.sqrt(depth) + random.nextGaussian() * 5 - 3;
      }
      most += costs[person * OFFERS + OFFERS - 1];
    }
    return new Choices(
        people, OFFERS, values, costs, Math.round(most * BUDGET_SHARE), Choices.unlimited(OFFERS));
  }

  /// A budget and a cap for each offer, some of which bind.
  static Choices limited(Choices choices, int seed) {
    Random random = new Random(seed + 77L);
    long[] budgets = new long[choices.offers()];
    long[] caps = new long[choices.offers()];
    for (int offer = 0; offer < budgets.length; offer++) {
      budgets[offer] = Math.round(choices.budget() * (0.1 + 0.3 * random.nextDouble()));
      caps[offer] = Math.round(choices.people() * (0.02 + 0.2 * random.nextDouble()));
    }
    return new Choices(
        choices.people(),
        choices.offers(),
        choices.values(),
        choices.costs(),
        choices.budget(),
        budgets,
        caps);
  }

  private static Choices dayPattern(Choices choices) {
    double[] values = choices.values().clone();
    for (int i = 0; i < values.length; i++) {
      int person = i / choices.offers();
      double time = (double) person / choices.people();
      values[i] *= 1 + 0.6 * Math.sin(2 * Math.PI * time);
    }
    return new Choices(
        choices.people(),
        choices.offers(),
        values,
        choices.costs(),
        choices.budget(),
        choices.offerBudgets(),
        choices.offerCaps());
  }

  private static Choices scaled(Choices choices, double factor) {
    return new Choices(
        choices.people(),
        choices.offers(),
        Arrays.stream(choices.values()).map(v -> v * factor).toArray(),
        choices.costs(),
        choices.budget(),
        choices.offerBudgets(),
        choices.offerCaps());
  }
}
