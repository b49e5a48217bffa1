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
/// @param given the promotions that campaigns gave to the person
public record PersonFacts(
    String userId,
    Set<String> segments,
    int memberLevel,
    int orderCount,
    long firstSeenUnixMs,
    @Nullable MonthDay birthday,
    Set<String> given) {
  public static final int UNKNOWN = -1;

  /// Somebody of whom nothing is known.
  public static final PersonFacts ANYBODY = new PersonFacts("", Set.of(), 0, UNKNOWN, 0, null);

  public PersonFacts {
    segments = Set.copyOf(segments);
    given = Set.copyOf(given);
  }

  /// A person to whom no campaign gave anything.
  public PersonFacts(
      String userId,
      Set<String> segments,
      int memberLevel,
      int orderCount,
      long firstSeenUnixMs,
      @Nullable MonthDay birthday) {
    this(userId, segments, memberLevel, orderCount, firstSeenUnixMs, birthday, Set.of());
  }

  /// The same person with what campaigns gave.
  public PersonFacts withGiven(Set<String> promotionIds) {
    return new PersonFacts(
        userId, segments, memberLevel, orderCount, firstSeenUnixMs, birthday, promotionIds);
  }
}
