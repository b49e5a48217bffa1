// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.search;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes one list of several.
public final class Fusion {
  // The constant of Cormack, Clarke and Büttcher (2009).
  private static final int RANK_OFFSET = 60;

  private Fusion() {}

  /// Adds up the scores of each item, times the weight of their list.
  public static Hits weighted(List<Hits> lists, double[] weights) {
    Map<Integer, Double> sums = new HashMap<>();
    for (int l = 0; l < lists.size(); l++) {
      Hits hits = lists.get(l);
      for (int i = 0; i < hits.size(); i++) {
        sums.merge(hits.items()[i], weights[l] * hits.scores()[i], Double::sum);
      }
    }
    return sorted(sums);
  }

  /// Adds up one over the place of each item (reciprocal rank fusion), times the weight of its
  /// list.
  public static Hits byPlace(List<Hits> lists, double[] weights) {
    Map<Integer, Double> sums = new HashMap<>();
    for (int l = 0; l < lists.size(); l++) {
      int[] items = lists.get(l).items();
      for (int i = 0; i < items.length; i++) {
        sums.merge(items[i], weights[l] / (RANK_OFFSET + 1 + i), Double::sum);
      }
    }
    return sorted(sums);
  }

  private static Hits sorted(Map<Integer, Double> sums) {
    TopK best = new TopK(sums.size());
    sums.forEach((item, sum) -> best.offer(item, sum.floatValue()));
    return best.drain();
  }

  /// Scores as shares of the best.
  public static Hits shares(Hits hits) {
    float[] shares = new float[hits.size()];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = hits.scores()[i] / hits.scores()[0];
    }
    return new Hits(hits.items(), shares);
  }

  /// Hits above a score, which counts as 0 from there, 1 as 1.
  public static Hits above(Hits hits, float floor) {
    int count = 0;
    while (count < hits.size() && hits.scores()[count] > floor) {
      count++;
    }
    int[] items = Arrays.copyOf(hits.items(), count);
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = (hits.scores()[i] - floor) / (1 - floor);
    }
    return new Hits(items, scores);
  }
}
