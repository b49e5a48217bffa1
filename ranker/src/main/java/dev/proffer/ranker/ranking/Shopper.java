// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.promotion.PersonFacts;
import java.util.Set;

/// One person's side of a request.
///
/// @param key the person, or the session of somebody who is not signed in, or empty
/// @param history numbers of items that the person dealt with, newest first
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Shopper(String key, PersonFacts facts, int[] history, Set<Integer> bought) {}
