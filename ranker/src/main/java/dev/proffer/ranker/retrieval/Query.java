// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import java.util.function.IntPredicate;

/// What a candidate source may know about a request.
///
/// @param history numbers of the items that the person dealt with, newest first, without repeats
/// @param atMillis the time of the request
/// @param eligible whether an item may be proposed; asked only for items that would make the list
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record Query(int[] history, long atMillis, IntPredicate eligible) {
  public Query withEligible(IntPredicate other) {
    return new Query(history, atMillis, other);
  }
}
