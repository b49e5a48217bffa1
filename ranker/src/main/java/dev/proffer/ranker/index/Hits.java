// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

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
}
