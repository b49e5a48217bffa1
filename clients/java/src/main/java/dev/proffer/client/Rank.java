// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.ranker.v1.RankRequest;
import java.util.List;
import java.util.UUID;

/// Candidates to order: `Rank.of(List.of("sku-1", "sku-2")).user("u-00017")`.
public final class Rank extends Moment<Rank> {
  private final RankRequest.Builder request = RankRequest.newBuilder();

  private Rank() {}

  /// Orders these candidates.
  public static Rank of(List<String> candidateIds) {
    Rank rank = new Rank();
    rank.request.addAllCandidateIds(candidateIds);
    return rank;
  }

  /// The person.
  public Rank user(String userId) {
    request.setUserId(userId);
    return this;
  }

  /// The visit.
  public Rank session(String sessionId) {
    request.setSessionId(sessionId);
    return this;
  }

  /// The latest items of the session, oldest first.
  public Rank recent(List<String> itemIds) {
    request.clearRecentItemIds().addAllRecentItemIds(itemIds);
    return this;
  }

  /// Cuts the reply; all candidates unless it is given.
  public Rank limit(int k) {
    request.setK(k);
    return this;
  }

  /// Asks for reasons, sources and contributions.
  public Rank explain() {
    request.setExplain(true);
    return this;
  }

  /// Identifies the decision in the log.
  public Rank requestId(String requestId) {
    request.setRequestId(requestId);
    return this;
  }

  @Override
  Rank self() {
    return this;
  }

  RankRequest toRequest() {
    RankRequest.Builder whole = request.clone().setContext(context());
    return whole.getRequestId().isEmpty()
        ? whole.setRequestId(UUID.randomUUID().toString()).build()
        : whole.build();
  }
}
