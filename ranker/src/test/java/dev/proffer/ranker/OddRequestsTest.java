// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Catalogues of one item, people and items that nobody has heard of, and numbers that are too
/// large or too small.
class OddRequestsTest {
  @TempDir Path folder;
  private RunningRanker ranker;

  @BeforeEach
  void start() throws Exception {
    ranker = new RunningRanker(folder);
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(item("only", "The only one", "c", 100))
                .addItems(item("gone", "Sold out", "c", 100).toBuilder().setStock(0))
                .build());
  }

  @AfterEach
  void stop() {
    ranker.close();
  }

  private RecommendResponse recommend(RecommendRequest.Builder request) {
    return ranker.recommender().recommend(request.build());
  }

  @Test
  void oneItemIsRecommendedHoweverManyAreAskedFor() {
    RecommendResponse reply =
        recommend(RecommendRequest.newBuilder().setUserId("nobody").setK(500).setExplain(true));
    assertThat(reply.getItemsList()).extracting(each -> each.getItemId()).containsExactly("only");
    assertThat(reply.getItems(0).getReasonsCount()).isPositive();
    assertThat(reply.getItems(0).getPropensity()).isEqualTo(1);
  }

  @Test
  void somebodyWithoutAnIdAndItemsThatAreNotKnownAreNoObstacle() {
    RecommendResponse reply =
        recommend(
            RecommendRequest.newBuilder().setK(3).addRecentItemIds("never").addRecentItemIds("x"));
    assertThat(reply.getItemsCount()).isEqualTo(1);
  }

  @Test
  void candidatesThatMayAllNotBeShownAreNamedAndNothingIsOrdered() {
    RankResponse reply =
        ranker
            .recommender()
            .rank(
                RankRequest.newBuilder()
                    .setUserId("u")
                    .addCandidateIds("gone")
                    .addCandidateIds("gone")
                    .setExplain(true)
                    .build());
    assertThat(reply.getItemsList()).isEmpty();
    assertThat(reply.getIneligibleIdsList()).containsExactly("gone");
  }

  @Test
  void aloneAnItemHasNothingSimilar() {
    assertThat(
            ranker
                .recommender()
                .similarItems(SimilarItemsRequest.newBuilder().setItemId("only").setK(10).build())
                .getItemsList())
        .isEmpty();
  }

  @Test
  void soldOutItemsAreFoundByNobody() {
    assertThat(
            ranker
                .recommender()
                .searchItems(SearchItemsRequest.newBuilder().setQuery("sold out").setK(10).build())
                .getItemsList())
        .noneMatch(each -> each.getItemId().equals("gone"));
  }

  @Test
  void noItemsOrTooManyAreRefusedByField() {
    for (int k : new int[] {0, -1, 501}) {
      assertThatThrownBy(() -> recommend(RecommendRequest.newBuilder().setK(k)))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
          .hasMessageContaining("k");
    }
    assertThatThrownBy(
            () -> recommend(RecommendRequest.newBuilder().setK(1).addPolicyContext(Double.NaN)))
        .hasMessageContaining("policy_context");
  }
}
