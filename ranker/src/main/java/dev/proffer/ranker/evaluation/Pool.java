// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import dev.proffer.ranker.evaluation.Dataset.Question;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.retrieval.Retrieval;
import java.util.Arrays;
import java.util.List;

/// What all sources proposed for one question, as a matrix of one row a candidate: each source's
/// score divided by its highest, as the blend of the product does it. Trying other weights is then
/// one pass over the matrix.
final class Pool {
  private static final double LOG_2 = Math.log(2);

  private final int sources;
  private final int[] items;
  private final float[] values;
  private final short[] ranks;
  private final float[] tops;
  private final int[] targetRows;
  private final int targets;

  private Pool(
      int sources,
      int[] items,
      float[] values,
      short[] ranks,
      float[] tops,
      int[] targetRows,
      int targets) {
    this.sources = sources;
    this.items = items;
    this.values = values;
    this.ranks = ranks;
    this.tops = tops;
    this.targetRows = targetRows;
    this.targets = targets;
  }

  static Pool of(Question question, List<Retrieval.Proposal> proposals) {
    int sources = proposals.size();
    int total = 0;
    for (Retrieval.Proposal proposal : proposals) {
      total += proposal.hits().size();
    }
    int[] all = new int[total];
    int at = 0;
    for (Retrieval.Proposal proposal : proposals) {
      System.arraycopy(proposal.hits().items(), 0, all, at, proposal.hits().size());
      at += proposal.hits().size();
    }
    Arrays.sort(all);
    int count = 0;
    for (int i = 0; i < total; i++) {
      if (i == 0 || all[i] != all[i - 1]) {
        all[count++] = all[i];
      }
    }
    int[] items = Arrays.copyOf(all, count);
    float[] values = new float[count * sources];
    short[] ranks = new short[count * sources];
    Arrays.fill(ranks, (short) -1);
    float[] tops = new float[sources];
    for (int s = 0; s < sources; s++) {
      Hits hits = proposals.get(s).hits();
      tops[s] = hits.size() == 0 ? 0 : hits.scores()[0];
      for (int i = 0; i < hits.size(); i++) {
        int row = Arrays.binarySearch(items, hits.items()[i]);
        values[row * sources + s] = hits.scores()[i] / hits.scores()[0];
        ranks[row * sources + s] = (short) Math.min(i, Short.MAX_VALUE);
      }
    }
    int[] targetRows = new int[question.targets().length];
    int found = 0;
    for (int target : question.targets()) {
      int row = Arrays.binarySearch(items, target);
      if (row >= 0) {
        targetRows[found++] = row;
      }
    }
    return new Pool(
        sources,
        items,
        values,
        ranks,
        tops,
        Arrays.copyOf(targetRows, found),
        question.targets().length);
  }

  int size() {
    return items.length;
  }

  int item(int row) {
    return items[row];
  }

  float value(int row, int source) {
    return values[row * sources + source];
  }

  /// The highest score of a source for this question, which says how sure it is; 0 when it proposed
  /// nothing.
  float top(int source) {
    return tops[source];
  }

  /// The place in the list of a source, from 0; -1 when it did not propose the item.
  int rank(int row, int source) {
    return ranks[row * sources + source];
  }

  /// The rows of the right answers that were proposed.
  int[] targetRows() {
    return targetRows;
  }

  /// How many right answers there are, proposed or not.
  int targets() {
    return targets;
  }

  float[] blended(float[] weights) {
    float[] scores = new float[items.length];
    for (int row = 0; row < scores.length; row++) {
      float sum = 0;
      for (int s = 0; s < sources; s++) {
        sum += weights[s] * values[row * sources + s];
      }
      scores[row] = sum;
    }
    return scores;
  }

  /// What these scores are worth by the figures of a protocol.
  double worth(Protocol protocol, float[] scores) {
    int[] places = new int[targetRows.length];
    for (int t = 0; t < targetRows.length; t++) {
      int target = targetRows[t];
      float own = scores[target];
      int place = 0;
      for (int row = 0; row < scores.length; row++) {
        // Equal scores go by the lower number, as in every list.
        if (scores[row] > own || (scores[row] == own && row < target)) {
          place++;
        }
      }
      // Nothing that no source with a weight proposed is shown.
      places[t] = own == 0 ? Integer.MAX_VALUE : place;
    }
    return worth(protocol, places, targets);
  }

  /// The first items by the scores of one source alone.
  int[] list(int source, int k) {
    int[] list = new int[Math.min(k, items.length)];
    int count = 0;
    for (int row = 0; row < items.length; row++) {
      int rank = rank(row, source);
      if (rank >= 0 && rank < list.length) {
        list[rank] = items[row];
        count++;
      }
    }
    return Arrays.copyOf(list, count);
  }

  /// The first items by a weighted sum.
  int[] top(float[] weights, int k) {
    float[] scores = blended(weights);
    TopK best = new TopK(Math.min(k, scores.length));
    for (int row = 0; row < scores.length; row++) {
      if (scores[row] > 0) {
        best.offer(items[row], scores[row]);
      }
    }
    return best.drain().items();
  }

  /// What a list is worth that has right answers at these places, of so many that there are.
  static double worth(Protocol protocol, int[] places, int targets) {
    int first = Integer.MAX_VALUE;
    for (int place : places) {
      first = Math.min(first, place);
    }
    return switch (protocol) {
      case LEAVE_ONE_OUT, TIME_SPLIT -> ndcg(places, 10, targets);
      case FIXED_SPLIT -> ndcg(places, 20, targets) + recall(places, 20, targets);
      // The two figures of the protocol, on one scale.
      case SESSION -> first < 20 ? 1 + 3.0 / (first + 1) : 0;
    };
  }

  private static double ndcg(int[] places, int k, int targets) {
    double gain = 0;
    for (int place : places) {
      gain += place < k ? LOG_2 / Math.log(place + 2.0) : 0;
    }
    double ideal = 0;
    for (int i = 0; i < Math.min(k, targets); i++) {
      ideal += LOG_2 / Math.log(i + 2.0);
    }
    return ideal == 0 ? 0 : gain / ideal;
  }

  private static double recall(int[] places, int k, int targets) {
    int found = 0;
    for (int place : places) {
      found += place < k ? 1 : 0;
    }
    return (double) found / targets;
  }
}
