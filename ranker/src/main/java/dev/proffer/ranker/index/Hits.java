// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.util.Arrays;

/// What was found, best first: numbers and their scores.
///
/// The arrays belong to whoever holds this and are not copied.
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record Hits(int[] items, float[] scores) {
  public static final Hits NONE = new Hits(new int[0], new float[0]);

  public Hits {
    if (items.length != scores.length) {
      throw new IllegalArgumentException(
          "scores: " + scores.length + " (expected: " + items.length + ")");
    }
  }

  public int size() {
    return items.length;
  }

  /// Those with a score above 0.
  public Hits positive() {
    int n = 0;
    while (n < items.length && scores[n] > 0) {
      n++;
    }
    return n == items.length ? this : new Hits(Arrays.copyOf(items, n), Arrays.copyOf(scores, n));
  }
}
