// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import java.util.List;
import java.util.UUID;

/// What to recommend, and to whom: `Recommend.forUser("u-00017").limit(5).explain()`.
public final class Recommend extends Moment<Recommend> {
  private final RecommendRequest.Builder request = RecommendRequest.newBuilder().setK(10);

  private Recommend() {}

  /// For a person.
  public static Recommend forUser(String userId) {
    Recommend recommend = new Recommend();
    recommend.request.setUserId(userId);
    return recommend;
  }

  /// For a visit of somebody who is not signed in.
  public static Recommend forSession(String sessionId) {
    return new Recommend().session(sessionId);
  }

  /// The visit.
  public Recommend session(String sessionId) {
    request.setSessionId(sessionId);
    return this;
  }

  /// The number of items; 10 unless it is given.
  public Recommend limit(int k) {
    request.setK(k);
    return this;
  }

  /// The latest items of the session, oldest first, beyond what the event log knows.
  public Recommend recent(List<String> itemIds) {
    request.clearRecentItemIds().addAllRecentItemIds(itemIds);
    return this;
  }

  /// Limits the items.
  public Recommend filter(ItemFilter filter) {
    request.setFilter(filter);
    return this;
  }

  /// Asks for reasons, sources and contributions.
  public Recommend explain() {
    request.setExplain(true);
    return this;
  }

  /// Identifies the decision in the log.
  public Recommend requestId(String requestId) {
    request.setRequestId(requestId);
    return this;
  }

  /// Overrides what the shop knows about the person's membership, for a preview.
  public Recommend person(Person person) {
    request.setPerson(person);
    return this;
  }

  @Override
  Recommend self() {
    return this;
  }

  RecommendRequest toRequest() {
    RecommendRequest.Builder whole = request.clone().setContext(context());
    // Repeated after a broken connection, it is still one decision.
    return whole.getRequestId().isEmpty()
        ? whole.setRequestId(UUID.randomUUID().toString()).build()
        : whole.build();
  }
}
