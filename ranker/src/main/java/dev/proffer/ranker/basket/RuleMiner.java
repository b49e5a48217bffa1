// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;

/// Makes association rules with one item on the right side from frequent itemsets.
///
/// Measures, with `n` baskets: support = n(X∪y)/n, confidence = n(X∪y)/n(X), lift =
/// confidence/(n(y)/n), conviction = (1 − n(y)/n)/(1 − confidence). The p-value is Fisher's exact
/// test against independence, one-sided, corrected for the number of rules by Holm's method.
public final class RuleMiner {
  /// What to look for.
  ///
  /// @param supportMin least share of baskets
  /// @param confidenceMin least confidence
  /// @param sizeMin least number of items of both sides together
  /// @param sizeMax largest number of items of both sides together
  /// @param prune leaves out rules that a shorter one with at least their confidence makes
  ///   redundant
  public record Query(
      double supportMin, double confidenceMin, int sizeMin, int sizeMax, boolean prune) {
    public Query {
      check("min-support", supportMin, supportMin > 0 && supportMin <= 1, "above 0 and at most 1");
      check(
          "min-confidence", confidenceMin, confidenceMin >= 0 && confidenceMin <= 1, "from 0 to 1");
      check("min-length", sizeMin, sizeMin >= 1, "at least 1");
      check("max-length", sizeMax, sizeMax >= sizeMin && sizeMax <= 64, "from min-length to 64");
    }

    private static void check(String name, Number value, boolean right, String expected) {
      if (!right) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
      }
    }
  }

  /// Who buys `when` also buys `then`.
  public record Rule(
      List<String> when,
      String then,
      int baskets,
      double support,
      double confidence,
      double lift,
      double conviction,
      double pValue) {}

  /// The number of frequent itemsets, and the rules by falling lift.
  public record Result(long itemsets, List<Rule> rules, long pruned) {}

  private final ItemsetMiner miner;
  private final BiPredicate<String, String> related;

  public RuleMiner(ItemsetMiner miner) {
    this(miner, (_, _) -> false);
  }

  /// @param related whether two items say the same, as a category and one above it do: sets with
  ///   both are no news and are left out
  public RuleMiner(ItemsetMiner miner, BiPredicate<String, String> related) {
    this.miner = miner;
    this.related = related;
  }

  public Result mine(Baskets baskets, Query query) {
    return mine(
        baskets.size(),
        baskets.supports(),
        baskets::label,
        query,
        (supportMin, sizeMax, visitor) ->
            miner.mine(
                baskets,
                supportMin,
                sizeMax,
                ItemsetMiner.unrelated(baskets::label, related, visitor)));
  }

  /// Makes rules of baskets that are kept by day.
  public static Result mine(DailyBaskets baskets, Query query) {
    return mine(baskets.size(), baskets.supports(), baskets::label, query, baskets::mine);
  }

  /// Visits the frequent itemsets of some baskets.
  private interface Frequent {
    void mine(int supportMin, int sizeMax, ItemsetMiner.Visitor visitor);
  }

  private static Result mine(
      int n, int[] single, IntFunction<String> label, Query query, Frequent frequent) {
    if (n == 0) {
      return new Result(0, List.of(), 0);
    }
    Map<ItemKey, Integer> supports = new HashMap<>();
    frequent.mine(
        ItemsetMiner.supportMin(query.supportMin(), n),
        query.sizeMax(),
        (items, size, support) -> {
          int[] set = Arrays.copyOf(items, size);
          Arrays.sort(set);
          supports.put(new ItemKey(set), support);
        });
    List<Draft> drafts = new ArrayList<>();
    supports.forEach((set, support) -> {
      if (set.items.length < query.sizeMin()) {
        return;
      }
      for (int i = 0; i < set.items.length; i++) {
        ItemKey left = set.without(i);
        // The empty left side holds for every basket.
        int leftSupport = left.items.length == 0 ? n : supports.getOrDefault(left, 0);
        double confidence = (double) support / leftSupport;
        if (leftSupport > 0 && confidence >= query.confidenceMin()) {
          drafts.add(new Draft(left, set.items[i], support, leftSupport, confidence));
        }
      }
    });
    List<Draft> kept = query.prune() ? withoutRedundant(drafts) : drafts;
    return new Result(
        supports.size(), describe(label, single, n, kept), drafts.size() - kept.size());
  }

  private record Draft(ItemKey left, int right, int support, int leftSupport, double confidence) {}

  private static List<Draft> withoutRedundant(List<Draft> drafts) {
    // Best confidence of all shorter rules with the same right side, from small left sides up.
    List<Draft> bySize = new ArrayList<>(drafts);
    bySize.sort(Comparator.comparingInt(draft -> draft.left().items.length));
    Map<ItemKey, Map<Integer, Double>> best = new HashMap<>();
    List<Draft> kept = new ArrayList<>();
    for (Draft draft : bySize) {
      double shorter = bestOfSubsets(draft, best);
      if (draft.confidence() > shorter) {
        kept.add(draft);
      }
      best.computeIfAbsent(draft.left(), key -> new HashMap<>())
          .put(draft.right(), Math.max(shorter, draft.confidence()));
    }
    return kept;
  }

  private static double bestOfSubsets(Draft draft, Map<ItemKey, Map<Integer, Double>> best) {
    double found = Double.NEGATIVE_INFINITY;
    int[] items = draft.left().items;
    // All proper subsets: a rule in between may have been below the least confidence.
    for (int mask = 0; mask < (1 << Math.min(items.length, 20)) - 1; mask++) {
      int[] subset = new int[Integer.bitCount(mask)];
      int length = 0;
      for (int i = 0; i < items.length; i++) {
        if ((mask >> i & 1) != 0) {
          subset[length++] = items[i];
        }
      }
      Map<Integer, Double> rules = best.get(new ItemKey(subset));
      Double confidence = rules == null ? null : rules.get(draft.right());
      if (confidence != null) {
        found = Math.max(found, confidence);
      }
    }
    return found;
  }

  private static List<Rule> describe(
      IntFunction<String> label, int[] single, int n, List<Draft> drafts) {
    double[] pValues = new double[drafts.size()];
    HypergeometricTail tail = new HypergeometricTail(n);
    for (int i = 0; i < pValues.length; i++) {
      Draft draft = drafts.get(i);
      pValues[i] = tail.atLeast(draft.support(), draft.leftSupport(), single[draft.right()]);
    }
    double[] corrected = holm(pValues);
    List<Rule> rules = new ArrayList<>(drafts.size());
    for (int i = 0; i < drafts.size(); i++) {
      Draft draft = drafts.get(i);
      double rightShare = (double) single[draft.right()] / n;
      rules.add(
          new Rule(
              Arrays.stream(draft.left().items).mapToObj(label).toList(),
              label.apply(draft.right()),
              draft.support(),
              (double) draft.support() / n,
              draft.confidence(),
              draft.confidence() / rightShare,
              draft.confidence() == 1
                  ? Double.POSITIVE_INFINITY
                  : (1 - rightShare) / (1 - draft.confidence()),
              corrected[i]));
    }
    rules.sort(
        Comparator.comparingDouble(Rule::lift)
            .reversed()
            .thenComparing(Comparator.comparingDouble(Rule::confidence).reversed())
            .thenComparing(rule -> String.join(",", rule.when()))
            .thenComparing(Rule::then));
    return rules;
  }

  /// Holm's step-down correction: valid whatever the dependence between the tests.
  static double[] holm(double[] pValues) {
    Integer[] order = new Integer[pValues.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> pValues[i]));
    double[] corrected = new double[pValues.length];
    double running = 0;
    for (int rank = 0; rank < order.length; rank++) {
      running = Math.max(running, Math.min(1, pValues[order[rank]] * (order.length - rank)));
      corrected[order[rank]] = running;
    }
    return corrected;
  }

  /// A sorted set of items as a map key.
  private static final class ItemKey {
    private final int[] items;
    private final int hash;

    ItemKey(int[] items) {
      this.items = items;
      this.hash = Arrays.hashCode(items);
    }

    ItemKey without(int place) {
      int[] rest = new int[items.length - 1];
      System.arraycopy(items, 0, rest, 0, place);
      System.arraycopy(items, place + 1, rest, place, rest.length - place);
      return new ItemKey(rest);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ItemKey key && Arrays.equals(items, key.items);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
