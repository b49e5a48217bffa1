// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  private static void assertRefused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContainingAll(parts);
  }

  @Test
  void everyCallRefusesNoItemsAndTooManyAndAcceptsMoreThanThereAre() {
    for (int k : new int[] {0, -1, 501}) {
      assertRefused(
          () ->
              ranker
                  .recommender()
                  .similarItems(SimilarItemsRequest.newBuilder().setItemId("only").setK(k).build()),
          "k");
      assertRefused(
          () ->
              ranker
                  .recommender()
                  .searchItems(SearchItemsRequest.newBuilder().setQuery("one").setK(k).build()),
          "k");
    }
    for (int k : new int[] {-1, 2_001}) {
      assertRefused(
          () ->
              ranker
                  .recommender()
                  .rank(RankRequest.newBuilder().addCandidateIds("only").setK(k).build()),
          "k");
    }
    for (int k : new int[] {0, 1, 2_000}) {
      assertThat(
              ranker
                  .recommender()
                  .rank(RankRequest.newBuilder().addCandidateIds("only").setK(k).build())
                  .getItemsCount())
          .isEqualTo(1);
    }
    assertThat(
            ranker
                .recommender()
                .searchItems(SearchItemsRequest.newBuilder().setQuery("only").setK(500).build())
                .getItemsCount())
        .isEqualTo(1);
    assertRefused(
        () -> ranker.recommender().rank(RankRequest.getDefaultInstance()), "candidate_ids");
  }

  @Test
  void whereNothingMayBeShownTheReplyIsEmptyOnEveryWay() {
    ItemFilter nothing =
        ItemFilter.newBuilder().addExcludedItemIds("only").addExcludedItemIds("never").build();
    assertThat(
            recommend(RecommendRequest.newBuilder().setUserId("u").setK(5).setFilter(nothing))
                .getItemsList())
        .isEmpty();
    for (String text : new String[] {"", "only"}) {
      SearchItemsResponse found =
          ranker
              .recommender()
              .searchItems(
                  SearchItemsRequest.newBuilder()
                      .setQuery(text)
                      .setK(5)
                      .setFilter(nothing)
                      .build());
      assertThat(found.getItemsList()).isEmpty();
      assertThat(found.getTotalMatches()).isZero();
    }
    assertThat(
            recommend(
                    RecommendRequest.newBuilder()
                        .setK(5)
                        .setContext(
                            RequestContext.newBuilder()
                                .addCartItemIds("only")
                                .addCartItemIds("never")))
                .getItemsList())
        .isEmpty();
  }

  @Test
  void idsThatNobodyHasHeardOfAreNamedWhereTheyMatter() {
    assertThatThrownBy(() ->
            ranker
                .recommender()
                .rank(
                    RankRequest.newBuilder()
                        .addCandidateIds("only")
                        .addCandidateIds("never")
                        .build()))
        .hasMessageContaining("never")
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    assertThatThrownBy(() ->
            ranker
                .recommender()
                .similarItems(SimilarItemsRequest.newBuilder().setItemId("never").setK(1).build()))
        .hasMessageContaining("never");
    assertThat(
            ranker
                .recommender()
                .searchItems(
                    SearchItemsRequest.newBuilder()
                        .setUserId("never")
                        .setQuery("one")
                        .setK(3)
                        .build())
                .getItemsCount())
        .isEqualTo(1);
  }

  @Test
  void vectorsOfAnotherLengthOrOfZerosAreRefusedByFieldHereAndInTheCatalogue() {
    // Nothing has a vector yet.
    assertRefused(() -> search(1, 0), "vector", "no item has a vector");
    ranker
        .catalogue()
        .upsertItems(UpsertItemsRequest.newBuilder().addItems(vectored("a", 1, 0, 0)).build());
    assertRefused(() -> search(1, 0), "vector", "must have 3 numbers");
    assertRefused(() -> search(0, 0, 0), "vector", "must not be all zeros");
    assertRefused(() -> search(1, Float.NaN, 0), "vector");
    assertRefused(() -> search(1, Float.POSITIVE_INFINITY, 0), "vector");
    assertRefused(() -> upsert(vectored("b", 1, 0)), "items[0].vector");
    assertRefused(() -> upsert(vectored("b", 0, 0, 0)), "items[0].vector", "all zeros");
    assertRefused(() -> upsert(vectored("b", 1, Float.NaN, 0)), "vector");
  }

  private static Item vectored(String id, float... vector) {
    Item.Builder item = item(id, "Vector " + id, "c", 100).toBuilder();
    for (float number : vector) {
      item.addVector(number);
    }
    return item.build();
  }

  private void upsert(Item item) {
    ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addItems(item).build());
  }

  private SearchItemsResponse search(float... vector) {
    SearchItemsRequest.Builder request = SearchItemsRequest.newBuilder().setK(5);
    for (float number : vector) {
      request.addVector(number);
    }
    return ranker.recommender().searchItems(request.build());
  }
}
