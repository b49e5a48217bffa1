// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import dev.proffer.ranker.basket.RuleMiner.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// How long association rules of many generated basket lines take.
public final class BasketBenchmark {
  private static final int PAIRS = 200;

  private BasketBenchmark() {}

  /// What came out.
  ///
  /// @param planted pairs that were planted
  /// @param found planted pairs that came back as rules
  public record Result(
      long lines,
      int baskets,
      int items,
      long itemsets,
      int rules,
      int planted,
      int found,
      double buildSeconds,
      double mineSeconds) {}

  /// Generates baskets of about five lines of items with popularity as in shops (Zipf's law), in
  /// which planted pairs come together, and mines them.
  public static Result run(long lines, int items, double supportMin, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] sums = new double[items];
    double sum = 0;
    for (int i = 0; i < items; i++) {
      sum += 1 / Math.pow(i + 10, 0.9);
      sums[i] = sum;
    }
    String[] labels = new String[items];
    for (int i = 0; i < items; i++) {
      labels[i] = "item" + i;
    }
    long start = System.nanoTime();
    Baskets.Builder builder = new Baskets.Builder();
    List<String> basket = new ArrayList<>();
    long written = 0;
    while (written < lines) {
      basket.clear();
      int size = 1 + random.nextInt(8);
      for (int i = 0; i < size; i++) {
        int at = java.util.Arrays.binarySearch(sums, random.nextDouble() * sum);
        basket.add(labels[Math.min(items - 1, at < 0 ? -at - 1 : at)]);
      }
      if (random.nextInt(4) == 0) {
        int pair = random.nextInt(PAIRS);
        basket.add(labels[items / 2 + 2 * pair]);
        basket.add(labels[items / 2 + 2 * pair + 1]);
      }
      builder.add(basket);
      written += basket.size();
    }
    Baskets baskets = builder.build();
    long built = System.nanoTime();
    RuleMiner.Result mined =
        new RuleMiner(new FpGrowth()).mine(baskets, new Query(supportMin, 0.2, 2, 4, true));
    double mineSeconds = (System.nanoTime() - built) / 1e9;
    int found = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      String left = labels[items / 2 + 2 * pair];
      String right = labels[items / 2 + 2 * pair + 1];
      found +=
          mined.rules().stream()
                  .anyMatch(rule -> rule.when().equals(List.of(left)) && rule.then().equals(right))
              ? 1
              : 0;
    }
    return new Result(
        baskets.occurrences() + baskets.repeatedItems(),
        baskets.size(),
        baskets.itemCount(),
        mined.itemsets(),
        mined.rules().size(),
        PAIRS,
        found,
        (built - start) / 1e9,
        mineSeconds);
  }
}
