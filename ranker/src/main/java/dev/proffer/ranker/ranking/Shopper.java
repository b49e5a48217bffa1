// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.promotion.PersonFacts;
import dev.proffer.ranker.retrieval.Query;
import java.util.List;
import java.util.Set;

/// One person's side of a request.
///
/// @param key the person, or the session of somebody who is not signed in, or empty
/// @param history numbers of items that the person dealt with, newest first
/// @param groups segments, channel and region, as trends are counted by
/// @param purchases when items were bought last
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Shopper(
    String key,
    PersonFacts facts,
    int[] history,
    Set<Integer> bought,
    List<String> groups,
    List<Query.Purchase> purchases) {}
