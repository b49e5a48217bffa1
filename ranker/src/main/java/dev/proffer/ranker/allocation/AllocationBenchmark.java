// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.allocation;

import java.util.Arrays;
import java.util.Random;

/// Compares allocations with the optimum of the linear program on people who respond to deeper
/// offers with falling returns.
public final class AllocationBenchmark {
  /// What was measured.
  ///
  /// @param ratio value over the optimum of the linear program, worst instance
  /// @param pacedRatio the same for people who come one by one, worst instance
  /// @param overspendMinorUnits what was spent above budgets, in all instances
  /// @param millis the time of one allocation, slowest instance
  public record Quality(double ratio, double pacedRatio, long overspendMinorUnits, double millis) {}

  private static final int OFFERS = 5;
  private static final double BUDGET_SHARE = 0.1;

  private AllocationBenchmark() {}

  public static Quality measure(int instances, int people) {
    double ratio = 1;
    double pacedRatio = 1;
    long overspend = 0;
    double millis = 0;
    for (int seed = 0; seed < instances; seed++) {
      Choices choices = instance(new Random(seed), people);
      long start = System.nanoTime();
      Allocation allocation = Allocator.allocate(choices);
      millis = Math.max(millis, (System.nanoTime() - start) / 1e6);
      // With one budget the dual bound is the optimum of the linear program.
      ratio = Math.min(ratio, allocation.value() / allocation.bound());
      overspend += Math.max(0, allocation.cost() - choices.budget());
      PacedAllocator paced = new PacedAllocator(choices.budget(), people, 1);
      for (int person = 0; person < people; person++) {
        int at = person * OFFERS;
        paced.next(
            Arrays.copyOfRange(choices.values(), at, at + OFFERS),
            Arrays.copyOfRange(choices.costs(), at, at + OFFERS));
      }
      pacedRatio = Math.min(pacedRatio, paced.value() / allocation.bound());
      overspend += Math.max(0, paced.spent() - choices.budget());
    }
    return new Quality(ratio, pacedRatio, overspend, millis);
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
    long[] offerBudgets = new long[OFFERS];
    Arrays.fill(offerBudgets, Long.MAX_VALUE);
    return new Choices(
        people, OFFERS, values, costs, Math.round(most * BUDGET_SHARE), offerBudgets);
  }
}
