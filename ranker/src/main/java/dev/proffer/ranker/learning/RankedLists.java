// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Rows that come in lists, one after the other, to learn an order from. Labels are grades: the
/// higher, the further up.
///
/// @param examples the rows of all lists
/// @param sizes how many rows each list has
/// @param positions where each row was shown, from 1, or 0 for rows that nobody saw; with them the
///   trainer learns how much a position adds on its own and leaves that out of the scores (position
///   debias). Null when nothing was shown anywhere
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the library takes.
public record RankedLists(Examples examples, int[] sizes, int @Nullable [] positions) {
  /// The highest grade.
  public static final int LABEL_MAX = 30;

  /// The library refuses longer lists.
  public static final int ROWS_MAX = 10_000;

  public RankedLists {
    if (Arrays.stream(sizes).sum() != examples.rows()) {
      throw new IllegalArgumentException(
          "sizes: "
              + Arrays.stream(sizes).sum()
              + " rows (expected: those of the table = "
              + examples.rows()
              + ")");
    }
    if (Arrays.stream(sizes).anyMatch(size -> size < 1 || size > ROWS_MAX)) {
      throw new IllegalArgumentException("sizes: a list has 1 to 10,000 rows");
    }
    if (positions != null && positions.length != examples.rows()) {
      throw new IllegalArgumentException(
          "positions: " + positions.length + " (expected: " + examples.rows() + ")");
    }
  }
}
