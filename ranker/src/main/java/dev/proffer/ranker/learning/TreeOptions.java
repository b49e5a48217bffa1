// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.Map;

/// How trees are grown. Start from [#BOOSTING] or [#FOREST] and change what differs.
///
/// @param objective what a prediction is
/// @param mode boosted trees or a random forest
/// @param rounds trees at most; fewer when a validation table stops the training early
/// @param leaves leaves of a tree at most
/// @param learningRate how much of each tree is added; a forest does not use it
/// @param minLeafRows rows in a leaf at least
/// @param featureFraction share of the columns that a tree may use, above 0 and at most 1
/// @param baggingFraction share of the rows that a tree sees, above 0 and at most 1 (a forest:
///   below 1)
/// @param l2 weight of the penalty on leaf values
/// @param patience rounds without a better validation figure before training stops
/// @param monotone by column name, 1 where the prediction must not fall as the column rises, -1
///   where it must not rise
/// @param seed of every random choice
/// @param threads of the training; the model is the same for any number
public record TreeOptions(
    Objective objective,
    Mode mode,
    int rounds,
    int leaves,
    double learningRate,
    int minLeafRows,
    double featureFraction,
    double baggingFraction,
    double l2,
    int patience,
    Map<String, Integer> monotone,
    int seed,
    int threads) {
  /// What a prediction is.
  public enum Objective {
    /// The probability of label 1; labels are 0 or 1.
    PROBABILITY,
    /// The mean of the label.
    MEAN,
    /// The mean of a count or another label that is 0 or more, on a log scale inside.
    COUNT,
    /// A score that puts the rows of each list in the order of their labels, which are small whole
    /// numbers (LambdaMART). It needs [RankedLists].
    ORDER
  }

  /// How trees are put together.
  public enum Mode {
    /// Each tree corrects those before it.
    BOOSTING,
    /// The mean of trees that saw different rows and columns.
    FOREST
  }

  public static final TreeOptions BOOSTING =
      new TreeOptions(
          Objective.PROBABILITY, Mode.BOOSTING, 200, 31, .05, 20, .8, 1, 1, 30, Map.of(), 1, 1);

  public static final TreeOptions FOREST =
      new TreeOptions(
          Objective.PROBABILITY, Mode.FOREST, 200, 63, 1, 20, .6, .6, 0, 0, Map.of(), 1, 1);

  public TreeOptions {
    check(rounds >= 1 && rounds <= 100_000, "rounds", rounds, "1 to 100,000");
    check(leaves >= 2 && leaves <= 4_096, "leaves", leaves, "2 to 4,096");
    check(
        learningRate > 0 && learningRate <= 1, "learningRate", learningRate, "above 0, at most 1");
    check(minLeafRows >= 1, "minLeafRows", minLeafRows, "1 or more");
    check(
        featureFraction > 0 && featureFraction <= 1,
        "featureFraction",
        featureFraction,
        "above 0, at most 1");
    check(
        baggingFraction > 0 && (mode == Mode.FOREST ? baggingFraction < 1 : baggingFraction <= 1),
        "baggingFraction",
        baggingFraction,
        mode == Mode.FOREST ? "above 0, below 1" : "above 0, at most 1");
    check(l2 >= 0, "l2", l2, "0 or more");
    check(patience >= 0, "patience", patience, "0 or more");
    check(threads >= 1, "threads", threads, "1 or more");
    monotone = Map.copyOf(monotone);
    monotone.forEach((name, direction) ->
        check(direction == 1 || direction == -1, "monotone." + name, direction, "1 or -1"));
  }

  private static void check(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }

  public TreeOptions withObjective(Objective newObjective) {
    return new TreeOptions(
        newObjective,
        mode,
        rounds,
        leaves,
        learningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        monotone,
        seed,
        threads);
  }

  public TreeOptions withRounds(int newRounds) {
    return new TreeOptions(
        objective,
        mode,
        newRounds,
        leaves,
        learningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        monotone,
        seed,
        threads);
  }

  public TreeOptions withLeaves(int newLeaves) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        newLeaves,
        learningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        monotone,
        seed,
        threads);
  }

  public TreeOptions withLearningRate(double newLearningRate) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        leaves,
        newLearningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        monotone,
        seed,
        threads);
  }

  public TreeOptions withMinLeafRows(int newMinLeafRows) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        leaves,
        learningRate,
        newMinLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        monotone,
        seed,
        threads);
  }

  public TreeOptions withSampling(double newFeatureFraction, double newBaggingFraction) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        leaves,
        learningRate,
        minLeafRows,
        newFeatureFraction,
        newBaggingFraction,
        l2,
        patience,
        monotone,
        seed,
        threads);
  }

  public TreeOptions withL2(double newL2) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        leaves,
        learningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        newL2,
        patience,
        monotone,
        seed,
        threads);
  }

  public TreeOptions withMonotone(Map<String, Integer> newMonotone) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        leaves,
        learningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        newMonotone,
        seed,
        threads);
  }

  public TreeOptions withSeed(int newSeed) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        leaves,
        learningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        monotone,
        newSeed,
        threads);
  }

  public TreeOptions withThreads(int newThreads) {
    return new TreeOptions(
        objective,
        mode,
        rounds,
        leaves,
        learningRate,
        minLeafRows,
        featureFraction,
        baggingFraction,
        l2,
        patience,
        monotone,
        seed,
        newThreads);
  }
}
