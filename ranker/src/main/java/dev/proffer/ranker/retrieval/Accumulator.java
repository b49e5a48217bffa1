// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.util.Arrays;
import java.util.function.IntPredicate;

/// Sums of scores by item number that are cleared in the time that they took to fill.
final class Accumulator {
  private float[] sums = new float[1024];
  private int[] touched = new int[256];
  private int count;

  void add(int item, float amount) {
    if (item >= sums.length) {
      sums = Arrays.copyOf(sums, Math.max(item + 1, sums.length * 2));
    }
    if (sums[item] == 0) {
      if (count == touched.length) {
        touched = Arrays.copyOf(touched, count * 2);
      }
      touched[count++] = item;
    }
    sums[item] += amount;
  }

  int count() {
    return count;
  }

  int touched(int i) {
    return touched[i];
  }

  float sum(int item) {
    return item < sums.length ? sums[item] : 0;
  }

  /// The items with the highest sums.
  Hits best(int max, IntPredicate eligible) {
    TopK best = new TopK(Math.min(max, count));
    for (int i = 0; i < count; i++) {
      best.offer(touched[i], sums[touched[i]], eligible);
    }
    return best.drain();
  }

  /// The sums of these items.
  float[] sums(int[] items) {
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length; i++) {
      scores[i] = sum(items[i]);
    }
    return scores;
  }

  void clear() {
    for (int i = 0; i < count; i++) {
      sums[touched[i]] = 0;
    }
    count = 0;
  }
}
