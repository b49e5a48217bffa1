// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.eventually;
import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.common.v1.DegradedReason;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.ReasonKind;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.StockLevel;
import dev.proffer.proto.ranker.v1.UpdateStockRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecommendTest {
  @TempDir Path folder;
  private RunningRanker ranker;
  private MemoryFeatureStore store;

  @BeforeEach
  void start() throws Exception {
    store = new MemoryFeatureStore();
    ranker =
        new RunningRanker(
            folder,
            store,
            Map.of(
                "ranker.exploration-epsilon",
                "0",
                "ranker.feature-store-timeout",
                "2s",
                "ranker.source-timeout",
                "2s",
                "ranker.budget",
                "5s"));
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      items.add(item("i" + i, "Thing number " + i, i < 20 ? "kitchen/knives" : "garden", 100 + i));
    }
    ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
  }

  @AfterEach
  void stop() {
    ranker.close();
  }

  /// People who turn to i1 turn to i2 next.
  private void learnThatTwoFollowsOne() {
    for (int user = 0; user < 30; user++) {
      store.add(EventType.EVENT_TYPE_PURCHASE, "u" + user, "i1", 1_000 + user, "a" + user);
      store.add(EventType.EVENT_TYPE_PURCHASE, "u" + user, "i2", 9_000 + user, "b" + user);
      store.add(EventType.EVENT_TYPE_PURCHASE, "v" + user, "i" + (10 + user % 20), 500, "c" + user);
    }
    RecommendRequest afterOne = request("", 3).toBuilder().addRecentItemIds("i1").build();
    eventually(() -> ids(recommend(afterOne)).indexOf("i2") == 0);
  }

  @Test
  void proposesWhatOthersTurnedToNext() {
    learnThatTwoFollowsOne();

    RecommendResponse reply =
        recommend(request("", 3).toBuilder().addRecentItemIds("i1").setExplain(true).build());

    RecommendedItem first = reply.getItems(0);
    assertThat(first.getItemId()).isEqualTo("i2");
    assertThat(first.getReasonsList())
        .anySatisfy(reason -> {
          assertThat(reason.getKind()).isEqualTo(ReasonKind.REASON_KIND_BEHAVIOUR);
          assertThat(reason.getTextsMap().get("en")).contains("Thing number 1");
          assertThat(reason.getTextsMap().get("zh")).contains("商品i1");
        });
    assertThat(first.getSourcesList()).anyMatch(source -> source.getSource().equals("seq-knn"));
    assertThat(first.getContributionsList()).isNotEmpty();
  }

  @Test
  void whatCameYesterdayIsShownToStrangersOfAShopWithoutEvents() {
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(
                    item("i30", "Fresh", "garden", 130).toBuilder()
                        .setAvailableFromUnixMs(System.currentTimeMillis() - 86_400_000))
                .build());

    eventually(() -> ids(recommend(request("nobody", 1))).equals(List.of("i30")));
  }

  @Test
  void whatIsBoughtMonthlyComesBackAfterAMonth() {
    long day = 86_400_000;
    for (int user = 0; user < 30; user++) {
      store.add(EventType.EVENT_TYPE_PURCHASE, "w" + user, "i31", 100 * day, "a" + user);
      store.add(EventType.EVENT_TYPE_PURCHASE, "w" + user, "i31", (129 + user % 3) * day, "b");
    }
    for (int user = 0; user < 200; user++) {
      store.add(EventType.EVENT_TYPE_PURCHASE, "x" + user, "i32", 131 * day, "c" + user);
    }
    // Two days later what everybody buys is first, a month later what this person needs again.
    eventually(() -> ids(recommend(again("w0", 132 * day))).getFirst().equals("i32"));
    assertThat(ids(recommend(again("w0", 160 * day))).getFirst()).isEqualTo("i31");
    assertThat(ids(recommend(again("x0", 160 * day))).getFirst()).isNotEqualTo("i31");
  }

  private RecommendRequest again(String user, long atMillis) {
    return request(user, 5).toBuilder()
        .setFilter(ItemFilter.newBuilder().setIncludeSeen(true))
        .setContext(RequestContext.newBuilder().setAtUnixMs(atMillis))
        .build();
  }

  @Test
  void aClickChangesTheNextRecommendation() {
    learnThatTwoFollowsOne();
    assertThat(ids(recommend(request("new", 1)))).isNotEmpty();

    store.add(EventType.EVENT_TYPE_CLICK, "new", "i1", 20_000, "");

    eventually(() -> ids(recommend(request("new", 1))).equals(List.of("i2")));
  }

  @Test
  void neverShowsWhatIsOutOfStockHiddenElsewhereOrNotYetAvailable() {
    learnThatTwoFollowsOne();
    ranker
        .catalogue()
        .updateStock(
            UpdateStockRequest.newBuilder()
                .addLevels(StockLevel.newBuilder().setItemId("i2").setStock(0))
                .build());
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(item("i3", "Hidden", "garden", 1).toBuilder().setHidden(true))
                .addItems(item("i4", "Elsewhere", "garden", 1).toBuilder().addRegions("FR"))
                .addItems(
                    item("i5", "Later", "garden", 1).toBuilder()
                        .setAvailableFromUnixMs(Long.MAX_VALUE / 2))
                .build());

    RecommendRequest request =
        request("", 100).toBuilder()
            .addRecentItemIds("i1")
            .setContext(RequestContext.newBuilder().setRegion("GB"))
            .build();

    assertThat(ids(recommend(request))).doesNotContain("i2", "i3", "i4", "i5").hasSize(36);
    store.lost = true;
    assertThat(ids(recommend(request.toBuilder().setUserId("u1").build())))
        .doesNotContain("i2", "i3", "i4", "i5");
  }

  @Test
  void leavesOutWhatWasBoughtUnlessAskedTo() {
    learnThatTwoFollowsOne();

    assertThat(ids(recommend(request("u1", 100)))).doesNotContain("i1", "i2").hasSize(38);
    assertThat(
            ids(
                recommend(
                    request("u1", 100).toBuilder()
                        .setFilter(ItemFilter.newBuilder().setIncludeSeen(true))
                        .build())))
        .contains("i1", "i2")
        .hasSize(40);
  }

  @Test
  void honoursFiltersOnTheWholeCatalogue() {
    learnThatTwoFollowsOne();

    List<String> garden =
        ids(
            recommend(
                request("u1", 100).toBuilder()
                    .setFilter(
                        ItemFilter.newBuilder()
                            .addCategories("garden")
                            .setMaxPriceMinorUnits(129)
                            .addBrands("Acme")
                            .addExcludedItemIds("i25"))
                    .build()));
    assertThat(garden).hasSize(9).contains("i20", "i29").doesNotContain("i25", "i30");

    assertThat(
            ids(
                recommend(
                    request("u1", 5).toBuilder()
                        .setFilter(ItemFilter.newBuilder().setOnPromotion(true))
                        .build())))
        .isEmpty();
    assertThat(
            ids(
                recommend(
                    request("u1", 5).toBuilder()
                        .setFilter(ItemFilter.newBuilder().addCategories("kitchen"))
                        .build())))
        .hasSize(5);
    assertThat(
            ids(
                recommend(
                    request("u1", 5).toBuilder()
                        .setFilter(ItemFilter.newBuilder().addCategories("kit"))
                        .build())))
        .isEmpty();
  }

  @Test
  void keepsAnsweringAndSaysWhatIsMissingWhenTheFeatureStoreIsLost() {
    learnThatTwoFollowsOne();
    recommend(request("u1", 5));
    store.lost = true;

    RecommendResponse known = recommend(request("u1", 5));
    RecommendResponse unknown = recommend(request("stranger", 5));

    assertThat(known.getItemsList()).hasSize(5);
    assertThat(unknown.getItemsList()).hasSize(5);
    assertThat(reason(known, "feature-store").getFallback()).isEqualTo("stale features");
    assertThat(reason(unknown, "feature-store").getFallback()).isEqualTo("remembered events");

    store.lost = false;
    eventually(() ->
        recommend(request("u1", 5)).getDegraded().getReasonsList().stream()
            .noneMatch(reason -> reason.getPart().equals("feature-store")));
  }

  @Test
  void neverWaitsLongerThanItsBudgetForASlowFeatureStore() throws Exception {
    ranker.close();
    store.delayMillis = 5_000;
    ranker =
        new RunningRanker(folder.resolve("slow"), store, Map.of("ranker.exploration-epsilon", "0"));
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder().addItems(item("i1", "One", "garden", 1)).build());
    recommend(request("warm", 1));
    long start = System.nanoTime();

    RecommendResponse reply = recommend(request("u1", 1));

    assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    assertThat(ids(reply)).containsExactly("i1");
    assertThat(reason(reply, "feature-store")).isNotNull();
  }

  @Test
  void answersFromAStaticListWhenNothingIsKnownAtAll() {
    RecommendResponse reply = recommend(request("stranger", 7));

    assertThat(reply.getItemsList()).hasSize(7);
    assertThat(reply.getModelVersion()).isEmpty();
    assertThat(reason(reply, "model")).isNotNull();
  }

  @Test
  void answersAnEmptyListFromAnEmptyCatalogue() throws Exception {
    ranker.close();
    ranker = new RunningRanker(folder.resolve("empty"));

    assertThat(recommend(request("u1", 5)).getItemsList()).isEmpty();
  }

  @Test
  void logsEveryDecisionWithItsPropensity() throws Exception {
    learnThatTwoFollowsOne();

    RecommendResponse reply = recommend(request("u7", 4).toBuilder().setRequestId("r-1").build());

    assertThat(reply.getRequestId()).isEqualTo("r-1");
    eventually(() -> !decisions("r-1").isEmpty());
    Decision decision = decisions("r-1").getFirst();
    assertThat(decision.getUserId()).isEqualTo("u7");
    assertThat(decision.getChoicesList()).hasSize(4);
    assertThat(decision.getChoices(3).getPropensity()).isEqualTo(1.0);
    assertThat(decision.getChoices(0).getItemId()).isEqualTo(reply.getItems(0).getItemId());
    assertThat(decision.getPolicy()).isEqualTo(reply.getPolicy());
  }

  @Test
  void exploresTheLastPlaceWithThePropensityThatItLogs() throws Exception {
    ranker.close();
    ranker =
        new RunningRanker(
            folder,
            store,
            Map.of(
                "ranker.exploration-epsilon",
                "0.5",
                "ranker.exploration-pool",
                "4",
                "ranker.feature-store-timeout",
                "2s",
                "ranker.source-timeout",
                "2s",
                "ranker.budget",
                "8s"));
    learnThatTwoFollowsOne();
    // Which items stand where may change while the ranker learns; the probabilities may not. With a
    // pool of four and chance in half of the cases the best of them has 1/2 + 1/2 · 1/4.
    int n = 400;
    int best = 0;
    for (int i = 0; i < n; i++) {
      RecommendResponse reply =
          recommend(request("", 3).toBuilder().addRecentItemIds("i1").build());
      assertThat(reply.getItems(0).getPropensity()).isEqualTo(1.0);
      double propensity = reply.getItems(2).getPropensity();
      assertThat(propensity).isIn(0.625, 0.125);
      best += propensity == 0.625 ? 1 : 0;
    }
    // Four standard errors of a share.
    assertThat((double) best / n).isCloseTo(0.625, within(0.1));
  }

  @Test
  void ranksTheCandidatesOfTheCallerAndNamesTheIneligible() {
    learnThatTwoFollowsOne();
    ranker
        .catalogue()
        .updateStock(
            UpdateStockRequest.newBuilder()
                .addLevels(StockLevel.newBuilder().setItemId("i30").setStock(0))
                .build());

    RankResponse reply =
        ranker
            .recommender()
            .rank(
                RankRequest.newBuilder()
                    .addRecentItemIds("i1")
                    .addAllCandidateIds(List.of("i35", "i2", "i30", "i36"))
                    .setExplain(true)
                    .build());

    assertThat(reply.getItemsList().stream().map(RecommendedItem::getItemId))
        .hasSize(3)
        .first()
        .isEqualTo("i2");
    assertThat(reply.getIneligibleIdsList()).containsExactly("i30");
    assertThatThrownBy(() ->
            ranker.recommender().rank(RankRequest.newBuilder().addCandidateIds("no-such").build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND))
        .hasMessageContaining("no-such");
  }

  private List<String> similarIds(SimilarItemsRequest request) {
    return ranker.recommender().similarItems(request).getItemsList().stream()
        .map(RecommendedItem::getItemId)
        .toList();
  }

  @Test
  void findsSimilarItems() {
    learnThatTwoFollowsOne();

    // A source that is late on a busy machine is left out of one reply.
    SimilarItemsRequest toOne = SimilarItemsRequest.newBuilder().setItemId("i1").setK(3).build();
    eventually(() -> similarIds(toOne).contains("i2"));
    assertThat(similarIds(toOne)).doesNotContain("i1");
    assertThatThrownBy(() ->
            ranker
                .recommender()
                .similarItems(SimilarItemsRequest.newBuilder().setItemId("nope").setK(3).build()))
        .hasMessageContaining("nope");
  }

  @Test
  void refusesBadInputByField() {
    for (RecommendRequest bad :
        List.of(
            RecommendRequest.getDefaultInstance(),
            request("u", 501),
            request("u", -1),
            request("u", 5).toBuilder().addRecentItemIds("").build(),
            request("x".repeat(300), 5))) {
      assertThatThrownBy(() -> recommend(bad))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }
    // Ids that nobody knows are no error: they say nothing.
    assertThat(
            recommend(
                    request("u", 5).toBuilder()
                        .addRecentItemIds("unheard-of")
                        .setContext(RequestContext.newBuilder().addCartItemIds("unheard-of"))
                        .setPerson(Person.newBuilder().setMemberLevel(3))
                        .build())
                .getItemsList())
        .hasSize(5);
  }

  private RecommendResponse recommend(RecommendRequest request) {
    return ranker.recommender().recommend(request);
  }

  private List<Decision> decisions(String requestId) {
    return ranker
        .models()
        .listDecisions(ListDecisionsRequest.newBuilder().setRequestId(requestId).build())
        .getDecisionsList();
  }

  private static RecommendRequest request(String user, int k) {
    return RecommendRequest.newBuilder().setUserId(user).setK(k).build();
  }

  private static List<String> ids(RecommendResponse reply) {
    return reply.getItemsList().stream().map(RecommendedItem::getItemId).toList();
  }

  private static DegradedReason reason(RecommendResponse reply, String part) {
    return reply.getDegraded().getReasonsList().stream()
        .filter(reason -> reason.getPart().equals(part))
        .findFirst()
        .orElseThrow(() -> new AssertionError(part + " is not in " + reply.getDegraded()));
  }
}
