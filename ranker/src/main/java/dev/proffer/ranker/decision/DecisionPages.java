// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.ListDecisionsResponse;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.runtime.grpc.Pages;
import io.grpc.Channel;

/// The decision log of a ranker, as those read it who work beside it.
public final class DecisionPages {
  private static final int PAGE = 1_000;

  private DecisionPages() {}

  /// All decisions with what followed, in the order of the log, read as far as somebody goes.
  public static Iterable<Decision> of(Channel ranker) {
    ModelServiceGrpc.ModelServiceBlockingStub models = ModelServiceGrpc.newBlockingStub(ranker);
    return new Pages<>(
        token ->
            models.listDecisions(
                ListDecisionsRequest.newBuilder().setPageSize(PAGE).setPageToken(token).build()),
        ListDecisionsResponse::getDecisionsList,
        ListDecisionsResponse::getNextPageToken);
  }
}
