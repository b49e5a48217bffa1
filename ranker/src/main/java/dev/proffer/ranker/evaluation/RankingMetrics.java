// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import java.util.Arrays;
import java.util.BitSet;

/// Adds up how well ranked lists found their targets.
///
/// HR@k is the share of lists with at least one target among the first k, recall@k the mean share
/// of the targets there (of at most k), NDCG@k has binary gains and an ideal list of min(k,
/// targets), MRR@k is the mean of 1 / rank of the first target. Coverage is the share of all items
/// that were in the first k of some list; Gini is 0 when all items are shown equally often and 1
/// when one item takes all. Not safe for use by several threads: [#add(RankingMetrics)] joins the
/// parts.
public final class RankingMetrics {
  private static final double[] DISCOUNT = discounts(1_000);

  private final int k;
  private final int items;
  private final BitSet shown;
  private int[] timesShown;
  private long lists;
  private double hits;
  private double recall;
  private double fullRecall;
  private double ndcg;
  private double reciprocal;
  private double found;

  /// @param k how much of each list counts
  /// @param items how many items there are to show
  public RankingMetrics(int k, int items) {
    this.k = k;
    this.items = items;
    this.shown = new BitSet();
    this.timesShown = new int[16];
  }

  /// Adds one list.
  ///
  /// @param list items, best first
  /// @param targets the items that should be there, without repeats; at least one
  public void add(int[] list, int[] targets) {
    if (targets.length == 0) {
      throw new IllegalArgumentException("targets: must not be empty");
    }
    int n = Math.min(k, list.length);
    int foundHere = 0;
    double gain = 0;
    int first = -1;
    for (int i = 0; i < n; i++) {
      int item = list[i];
      shown.set(item);
      if (item >= timesShown.length) {
        timesShown = Arrays.copyOf(timesShown, Math.max(item + 1, timesShown.length * 2));
      }
      timesShown[item]++;
      if (contains(targets, item)) {
        foundHere++;
        gain += DISCOUNT[i];
        first = first < 0 ? i : first;
      }
    }
    double ideal = 0;
    for (int i = 0; i < Math.min(k, targets.length); i++) {
      ideal += DISCOUNT[i];
    }
    lists++;
    hits += foundHere > 0 ? 1 : 0;
    recall += (double) foundHere / Math.min(k, targets.length);
    fullRecall += (double) foundHere / targets.length;
    found += foundHere;
    ndcg += gain / ideal;
    reciprocal += first < 0 ? 0 : 1.0 / (first + 1);
  }

  public void add(RankingMetrics other) {
    if (other.k != k || other.items != items) {
      throw new IllegalArgumentException("k and items must agree");
    }
    shown.or(other.shown);
    if (other.timesShown.length > timesShown.length) {
      timesShown = Arrays.copyOf(timesShown, other.timesShown.length);
    }
    for (int i = 0; i < other.timesShown.length; i++) {
      timesShown[i] += other.timesShown[i];
    }
    lists += other.lists;
    hits += other.hits;
    recall += other.recall;
    fullRecall += other.fullRecall;
    found += other.found;
    ndcg += other.ndcg;
    reciprocal += other.reciprocal;
  }

  public long lists() {
    return lists;
  }

  public double hitRate() {
    return mean(hits);
  }

  /// The share of the targets found, of all of them.
  public double recall() {
    return mean(fullRecall);
  }

  /// The share of the targets found, of as many as the list has room for.
  public double cappedRecall() {
    return mean(recall);
  }

  public double precision() {
    return mean(found) / k;
  }

  public double ndcg() {
    return mean(ndcg);
  }

  public double mrr() {
    return mean(reciprocal);
  }

  public double coverage() {
    return items == 0 ? 0 : (double) shown.cardinality() / items;
  }

  public double gini() {
    int[] counts = Arrays.copyOf(timesShown, Math.max(items, timesShown.length));
    Arrays.sort(counts);
    int from = counts.length - items;
    double weighted = 0;
    double total = 0;
    for (int i = 0; i < items; i++) {
      weighted += (2.0 * (i + 1) - items - 1) * counts[from + i];
      total += counts[from + i];
    }
    return total == 0 ? 0 : weighted / (items * total);
  }

  private double mean(double sum) {
    return lists == 0 ? 0 : sum / lists;
  }

  private static boolean contains(int[] targets, int item) {
    for (int target : targets) {
      if (target == item) {
        return true;
      }
    }
    return false;
  }

  private static double[] discounts(int n) {
    double[] discounts = new double[n];
    for (int i = 0; i < n; i++) {
      discounts[i] = Math.log(2) / Math.log(i + 2);
    }
    return discounts;
  }
}
