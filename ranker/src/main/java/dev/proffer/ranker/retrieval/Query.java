// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import java.util.List;
import java.util.function.IntPredicate;

/// What a candidate source may know about a request.
///
/// @param history numbers of the items that the person dealt with, newest first, without repeats
/// @param atMillis the time of the request
/// @param eligible whether an item may be proposed; asked only for items that would make the list
/// @param groups what the request has in common with others, such as `segment:loyal` or
///   `device:phone`
/// @param purchases items that the person bought, with the time of the latest purchase of each
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record Query(
    int[] history,
    long atMillis,
    IntPredicate eligible,
    List<String> groups,
    List<Purchase> purchases) {

  /// The latest purchase of an item.
  public record Purchase(int item, long atMillis) {}

  public Query {
    groups = List.copyOf(groups);
    purchases = List.copyOf(purchases);
  }

  /// A request of which no more is known.
  public Query(int[] history, long atMillis, IntPredicate eligible) {
    this(history, atMillis, eligible, List.of(), List.of());
  }

  public Query withEligible(IntPredicate other) {
    return new Query(history, atMillis, other, groups, purchases);
  }

  public Query withGroups(List<String> newGroups) {
    return new Query(history, atMillis, eligible, newGroups, purchases);
  }

  public Query withPurchases(List<Purchase> newPurchases) {
    return new Query(history, atMillis, eligible, groups, newPurchases);
  }
}
