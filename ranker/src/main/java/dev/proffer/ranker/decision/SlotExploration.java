// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import java.util.random.RandomGenerator;

/// Gives the last place of a list to chance, some of the time.
///
/// With probability epsilon the place goes to one of the pool, each with the same chance; otherwise
/// to the first of the pool, which is the best that is left. The first can come up either way, so
/// its propensity is `1 - epsilon + epsilon / n`, and that of every other `epsilon / n`. All other
/// places are certain.
public record SlotExploration(double epsilon) {
  /// Lists shorter than this leave nothing to chance.
  public static final int LIST_MIN = 3;

  /// Which one of the pool got the place, and how probable that was.
  public record Choice(int index, double propensity) {}

  public SlotExploration {
    if (!(epsilon >= 0 && epsilon <= 1)) {
      throw new IllegalArgumentException("epsilon: " + epsilon + " (expected: from 0 to 1)");
    }
  }

  /// Chooses one of a pool.
  ///
  /// @param poolSize how many could get the place, best first; at least 1
  public Choice choose(int poolSize, RandomGenerator random) {
    if (poolSize < 1) {
      throw new IllegalArgumentException("poolSize: " + poolSize + " (expected: at least 1)");
    }
    int index = random.nextDouble() < epsilon ? random.nextInt(poolSize) : 0;
    return new Choice(index, propensity(index, poolSize));
  }

  double propensity(int index, int poolSize) {
    return (index == 0 ? 1 - epsilon : 0) + epsilon / poolSize;
  }

  /// The name in replies and in the decision log.
  public String policy() {
    return epsilon == 0 ? "greedy" : "last-slot-epsilon-" + epsilon;
  }
}
