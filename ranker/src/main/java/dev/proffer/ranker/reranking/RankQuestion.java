// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.reranking;

import dev.proffer.ranker.retrieval.Query;
import org.jspecify.annotations.Nullable;

/// A list to learn an order from: what was asked, and what the person then did.
///
/// @param who the person, or the session of somebody who was not signed in
/// @param query the question, with what was known of the person before
/// @param targets items that the person turned to
/// @param grades of the targets: 1 looked at, 2 put into the cart, 3 bought
/// @param shown the items that were shown, in their places from the first; null when the list is
///   made from what the person did and nothing is known of what was shown
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record RankQuestion(
    String who, Query query, int[] targets, int[] grades, int @Nullable [] shown) {
  public static final int LOOKED = 1;
  public static final int CARTED = 2;
  public static final int BOUGHT = 3;

  public RankQuestion {
    if (targets.length != grades.length) {
      throw new IllegalArgumentException(
          "grades: " + grades.length + " (expected: one a target = " + targets.length + ")");
    }
  }

  int gradeOf(int item) {
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] == item) {
        return grades[i];
      }
    }
    return 0;
  }
}
