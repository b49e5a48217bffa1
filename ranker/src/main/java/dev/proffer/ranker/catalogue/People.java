// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.catalogue;

import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.ranker.v1.Member;
import dev.proffer.ranker.promotion.PersonDirectory;
import dev.proffer.ranker.promotion.PersonFacts;
import java.time.MonthDay;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// What promotions may know about people: what the shop said, the segments that their behaviour
/// puts them in besides, and the orders that the feature store has counted where the shop said
/// nothing about them.
public final class People implements PersonDirectory {
  private final Catalogue catalogue;
  private final ToIntFunction<String> orderCounts;
  private final Function<String, List<String>> foundSegments;

  /// @param orderCounts orders of a person so far, -1 when not known
  /// @param foundSegments the segments that behaviour puts a person in
  public People(
      Catalogue catalogue,
      ToIntFunction<String> orderCounts,
      Function<String, List<String>> foundSegments) {
    this.catalogue = catalogue;
    this.orderCounts = orderCounts;
    this.foundSegments = foundSegments;
  }

  @Override
  public @Nullable PersonFacts find(String userId) {
    Member member = catalogue.member(userId);
    if (member != null && member.hasOrderCount()) {
      return facts(member, member.getOrderCount());
    }
    int orders = userId.isEmpty() ? PersonFacts.UNKNOWN : orderCounts.applyAsInt(userId);
    if (member == null) {
      Set<String> segments = segments(userId, List.of());
      return orders == PersonFacts.UNKNOWN && segments.isEmpty()
          ? null
          : new PersonFacts(userId, segments, 0, orders, 0, null);
    }
    return facts(member, orders);
  }

  /// The facts for a request: the person that the caller describes, or whoever is known.
  public PersonFacts of(String userId, @Nullable Person override) {
    if (override != null) {
      return new PersonFacts(
          override.getUserId().isEmpty() ? userId : override.getUserId(),
          Set.copyOf(override.getSegmentsList()),
          override.getMemberLevel(),
          override.hasOrderCount() ? override.getOrderCount() : PersonFacts.UNKNOWN,
          override.getFirstSeenUnixMs(),
          birthday(override.getBirthday()));
    }
    if (userId.isEmpty()) {
      return PersonFacts.ANYBODY;
    }
    PersonFacts known = find(userId);
    return known == null
        ? new PersonFacts(userId, Set.of(), 0, PersonFacts.UNKNOWN, 0, null)
        : known;
  }

  private PersonFacts facts(Member member, int orders) {
    return new PersonFacts(
        member.getUserId(),
        segments(member.getUserId(), member.getSegmentsList()),
        member.getMemberLevel(),
        orders,
        member.getFirstSeenUnixMs(),
        birthday(member.getBirthday()));
  }

  private Set<String> segments(String userId, List<String> said) {
    List<String> found = userId.isEmpty() ? List.of() : foundSegments.apply(userId);
    if (found.isEmpty() || said.isEmpty()) {
      return Set.copyOf(found.isEmpty() ? said : found);
    }
    Set<String> all = new HashSet<>(said);
    all.addAll(found);
    return all;
  }

  private static @Nullable MonthDay birthday(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      return MonthDay.parse("--" + text);
    } catch (DateTimeParseException e) {
      // The contract admits days such as 02-30, which nobody has.
      return null;
    }
  }
}
