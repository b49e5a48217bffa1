// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.index.Hits;
import java.util.Arrays;
import java.util.List;

/// What all sources proposed for one case, as a matrix of one row an item: each source's score
/// divided by its highest, as the blend does it. Trying other weights is one pass over it.
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Mixture(int sources, int[] items, float[] values, int[] targetRows, int targets) {
  private static final double LOG_2 = Math.log(2);

  static Mixture of(int[] targets, List<Hits> proposals) {
    int[] items =
        proposals.stream()
            .flatMapToInt(hits -> Arrays.stream(hits.items()))
            .sorted()
            .distinct()
            .toArray();
    int sources = proposals.size();
    float[] values = new float[items.length * sources];
    for (int s = 0; s < sources; s++) {
      Hits hits = proposals.get(s);
      for (int i = 0; i < hits.size(); i++) {
        int row = Arrays.binarySearch(items, hits.items()[i]);
        values[row * sources + s] = hits.scores()[i] / hits.scores()[0];
      }
    }
    int[] rows =
        Arrays.stream(targets)
            .map(target -> Arrays.binarySearch(items, target))
            .filter(row -> row >= 0)
            .toArray();
    return new Mixture(sources, items, values, rows, targets.length);
  }

  /// NDCG of the first k places by a weighted sum.
  double ndcg(float[] weights, int k) {
    float[] scores = new float[items.length];
    for (int row = 0; row < scores.length; row++) {
      float sum = 0;
      for (int s = 0; s < sources; s++) {
        sum += weights[s] * values[row * sources + s];
      }
      scores[row] = sum;
    }
    double gain = 0;
    for (int target : targetRows) {
      float own = scores[target];
      int place = 0;
      for (int row = 0; row < scores.length; row++) {
        // Equal scores go by the lower number, as in every list.
        place += scores[row] > own || (scores[row] == own && row < target) ? 1 : 0;
      }
      gain += own > 0 && place < k ? LOG_2 / Math.log(place + 2.0) : 0;
    }
    double ideal = 0;
    for (int i = 0; i < Math.min(k, targets); i++) {
      ideal += LOG_2 / Math.log(i + 2.0);
    }
    return ideal == 0 ? 0 : gain / ideal;
  }
}
