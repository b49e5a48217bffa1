// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.util.function.IntPredicate;

/// Keeps the k highest scores that it is offered, in a heap of primitives with the lowest on top.
///
/// Equal scores are ordered by the lower number, so that results do not depend on the order of
/// offers.
public final class TopK {
  private final int[] keys;
  private final float[] scores;
  private int size;

  public TopK(int k) {
    if (k < 0) {
      throw new IllegalArgumentException("k: " + k + " (expected: at least 0)");
    }
    this.keys = new int[k];
    this.scores = new float[k];
  }

  /// Whether an offer of this score would be kept.
  public boolean admits(int key, float score) {
    return size < keys.length
        || (keys.length > 0 && isBelow(scores[0], keys[0], score, key) && !Float.isNaN(score));
  }

  public void offer(int key, float score) {
    if (Float.isNaN(score) || !admits(key, score)) {
      return;
    }
    if (size < keys.length) {
      siftUp(size++, key, score);
    } else {
      siftDown(key, score);
    }
  }

  /// Offers when the predicate holds, which is only asked when the score would be kept.
  public void offer(int key, float score, IntPredicate accepted) {
    if (!Float.isNaN(score) && admits(key, score) && accepted.test(key)) {
      offer(key, score);
    }
  }

  public int size() {
    return size;
  }

  /// The lowest score that was kept; minus infinity while there is room.
  public float floor() {
    return size < keys.length || size == 0 ? Float.NEGATIVE_INFINITY : scores[0];
  }

  /// Empties the heap into a list, best first.
  public Hits drain() {
    int[] items = new int[size];
    float[] values = new float[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = keys[0];
      values[i] = scores[0];
      size--;
      if (size > 0) {
        siftDown(keys[size], scores[size]);
      }
    }
    return new Hits(items, values);
  }

  private static boolean isBelow(float score, int key, float otherScore, int otherKey) {
    return score < otherScore || (score == otherScore && key > otherKey);
  }

  private void siftUp(int start, int key, float score) {
    int i = start;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (!isBelow(score, key, scores[parent], keys[parent])) {
        break;
      }
      keys[i] = keys[parent];
      scores[i] = scores[parent];
      i = parent;
    }
    keys[i] = key;
    scores[i] = score;
  }

  private void siftDown(int key, float score) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size
          && isBelow(scores[child + 1], keys[child + 1], scores[child], keys[child])) {
        child++;
      }
      if (!isBelow(scores[child], keys[child], score, key)) {
        break;
      }
      keys[i] = keys[child];
      scores[i] = scores[child];
      i = child;
    }
    keys[i] = key;
    scores[i] = score;
  }
}
