// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.util.Arrays;

/// Proposes what a person bought before and is about to need again.
///
/// For each item it knows how often a buyer came back to it and after how long (the mean and the
/// spread of the logarithm of the gap). The score is the probability of a repeat, with all items as
/// the prior of rare ones, times how well the time since the last purchase fits the gap; before the
/// usual gap it falls quickly, to nothing, after it slowly. One thread learns; any number may ask
/// meanwhile.
public final class RepeatPurchase implements CandidateSource {
  public static final String NAME = "repeat-purchase";

  private static final double PRIOR_BUYERS = 10;
  private static final double SPREAD_MIN = 0.35;
  // Who bought a thing yesterday is not asked to buy it again.
  private static final double FIT_MIN = 0.1;
  private static final double HOUR_MILLIS = 3_600_000;

  private int[] buyers = new int[64];
  private int[] repeats = new int[64];
  private double[] logSum = new double[64];
  private double[] squareSum = new double[64];
  private long allBuyers;
  private long allRepeats;
  private double allLogSum;
  private volatile int known;

  /// Counts a purchase.
  ///
  /// @param previousMillis when the same person bought the item before; 0 for the first time
  public void learn(int item, long atMillis, long previousMillis) {
    if (item >= buyers.length) {
      int capacity = Math.max(item + 1, buyers.length * 2);
      repeats = Arrays.copyOf(repeats, capacity);
      logSum = Arrays.copyOf(logSum, capacity);
      squareSum = Arrays.copyOf(squareSum, capacity);
      buyers = Arrays.copyOf(buyers, capacity);
    }
    if (previousMillis <= 0) {
      buyers[item]++;
      allBuyers++;
    } else {
      double log = Math.log(Math.max(HOUR_MILLIS, (double) (atMillis - previousMillis)));
      repeats[item]++;
      logSum[item] += log;
      squareSum[item] += log * log;
      allRepeats++;
      allLogSum += log;
    }
    // Written last: who reads it sees arrays that hold the item.
    known = Math.max(known, item + 1);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    TopK best = new TopK(Math.min(max, query.purchases().size()));
    for (Query.Purchase purchase : query.purchases()) {
      float score = score(purchase, query.atMillis());
      if (score > 0) {
        best.offer(purchase.item(), score, query.eligible());
      }
    }
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length; i++) {
      for (Query.Purchase purchase : query.purchases()) {
        if (purchase.item() == items[i]) {
          scores[i] = Math.max(scores[i], score(purchase, query.atMillis()));
        }
      }
    }
    return scores;
  }

  private float score(Query.Purchase purchase, long atMillis) {
    int item = purchase.item();
    if (item < 0 || item >= known || allRepeats == 0) {
      return 0;
    }
    double prior = (double) allRepeats / Math.max(1, allBuyers + allRepeats);
    int times = repeats[item];
    double probability = (times + PRIOR_BUYERS * prior) / (buyers[item] + times + PRIOR_BUYERS);
    double mean = (logSum[item] + allLogSum / allRepeats) / (times + 1);
    double variance =
        times < 2 ? 0.5 : Math.max(0, squareSum[item] / times - Math.pow(logSum[item] / times, 2));
    double spread = Math.max(SPREAD_MIN, Math.sqrt(variance));
    double gap = Math.log(Math.max(HOUR_MILLIS, (double) (atMillis - purchase.atMillis())));
    double away = (gap - mean) / spread;
    double fit = Math.exp(-0.5 * away * away * (away > 0 ? 0.25 : 1));
    return fit < FIT_MIN ? 0 : (float) (probability * fit);
  }
}
