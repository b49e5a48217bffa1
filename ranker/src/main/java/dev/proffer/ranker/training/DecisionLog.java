// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.ListDecisionsResponse;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;

/// The decision log of a ranker, as a training run learns from it.
final class DecisionLog {
  private static final int DECISIONS_MAX = 200_000;
  private static final int PAGE = 1_000;

  private DecisionLog() {}

  /// The decisions in the order of the log; none where there is no such service.
  static List<Decision> read(Channel ranker) {
    List<Decision> decisions = new ArrayList<>();
    try {
      String token = "";
      do {
        ListDecisionsResponse page =
            ModelServiceGrpc.newBlockingStub(ranker)
                .listDecisions(
                    ListDecisionsRequest.newBuilder()
                        .setPageSize(PAGE)
                        .setPageToken(token)
                        .build());
        decisions.addAll(page.getDecisionsList());
        token = page.getNextPageToken();
      } while (!token.isEmpty() && decisions.size() < DECISIONS_MAX);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
        throw e;
      }
    }
    return List.copyOf(decisions);
  }
}
