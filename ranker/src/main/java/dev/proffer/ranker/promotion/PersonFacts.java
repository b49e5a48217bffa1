// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.time.MonthDay;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What promotions ask about a person.
///
/// @param userId the person; empty for somebody who is not signed in
/// @param segments the segments the person is in
/// @param memberLevel 0 is not a member
/// @param orderCount orders so far, or [#UNKNOWN]
/// @param firstSeenUnixMs when the person was first seen; 0 means not known
/// @param birthday the birthday, or null when it is not known
public record PersonFacts(
    String userId,
    Set<String> segments,
    int memberLevel,
    int orderCount,
    long firstSeenUnixMs,
    @Nullable MonthDay birthday) {
  public static final int UNKNOWN = -1;

  /// Somebody of whom nothing is known.
  public static final PersonFacts ANYBODY = new PersonFacts("", Set.of(), 0, UNKNOWN, 0, null);

  public PersonFacts {
    segments = Set.copyOf(segments);
  }
}
