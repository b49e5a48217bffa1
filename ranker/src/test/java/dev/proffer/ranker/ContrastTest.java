// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.ReasonKind;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sentences about what would change a place are put to the proof, in a shop whose items differ a
/// little in how often they were bought.
class ContrastTest {
  private static final int ITEMS = 60;

  @TempDir Path folder;
  private RunningRanker ranker;

  private void start(Map<String, String> settings) throws Exception {
    Map<String, String> all = new HashMap<>(settings);
    all.put("ranker.exploration-epsilon", "0");
    all.put("ranker.budget", "20s");
    all.put("ranker.source-timeout", "10s");
    all.put("ranker.feature-store-timeout", "10s");
    ranker = new RunningRanker(folder, new MemoryFeatureStore(), all);
    UpsertItemsRequest.Builder items = UpsertItemsRequest.newBuilder();
    for (int i = 0; i < ITEMS; i++) {
      items.addItems(RunningRanker.item("i" + i, "Thing " + i, "c" + i % 7, 1_000 + 10 * i));
    }
    ranker.catalogue().upsertItems(items.build());
    int events = 0;
    for (int i = 0; i < ITEMS; i++) {
      for (int n = 0; n < 130 - 2 * i; n++) {
        ranker.featureStore.add(
            EventType.EVENT_TYPE_PURCHASE, "b" + events, "i" + i, 1_000, "o" + events++);
      }
    }
    // Until all events are known: what nobody bought would fill up the list in order too.
    RunningRanker.eventually(() -> {
      List<RecommendedItem> known = recommended(ITEMS);
      return known.size() == ITEMS && known.getLast().getScore() > 0;
    });
  }

  @AfterEach
  void stop() {
    ranker.close();
  }

  private List<RecommendedItem> recommended() {
    return recommended(20);
  }

  private List<RecommendedItem> recommended(int k) {
    return ranker
        .recommender()
        .recommend(RecommendRequest.newBuilder().setUserId("new").setK(k).setExplain(true).build())
        .getItemsList();
  }

  private List<RecommendedItem> ranked() {
    return ranker
        .recommender()
        .rank(
            RankRequest.newBuilder()
                .setUserId("new")
                .addAllCandidateIds(IntStream.range(0, ITEMS).mapToObj(i -> "i" + i).toList())
                .setExplain(true)
                .build())
        .getItemsList();
  }

  @Test
  void whatWouldBeFirstWithADiscountIsFirstWithIt() throws Exception {
    start(Map.of());
    assertThat(new Contrasts(ranker, this::recommended).proveDiscounts()).isGreaterThan(2);
    assertThat(new Contrasts(ranker, this::ranked).proveDiscounts()).isGreaterThan(2);
  }

  @Test
  void whatAnOfferMadeFirstStandsWhereItIsSaidWithoutIt() throws Exception {
    start(Map.of());
    for (Supplier<List<RecommendedItem>> asking :
        List.<Supplier<List<RecommendedItem>>>of(this::recommended, this::ranked)) {
      for (String item : List.of("i1", "i6", "i14")) {
        Contrasts.offer(ranker, item, 90, true);
        assertThat(asking.get().getFirst().getItemId()).isEqualTo(item);
        new Contrasts(ranker, asking).provePlace(90);
      }
    }
  }

  @Test
  void whatWouldFallBehindAllThatWasLookedAtIsNotGivenANumber() throws Exception {
    start(Map.of("ranker.exploration-pool", "1", "ranker.promotion-weight", "10"));
    Contrasts.offer(ranker, "i50", 90, true);
    RecommendedItem first = recommended().getFirst();
    assertThat(first.getItemId()).isEqualTo("i50");
    assertThat(first.getReasonsList())
        .filteredOn(reason -> reason.getKind() == ReasonKind.REASON_KIND_CONTRASTIVE)
        .singleElement()
        .satisfies(reason -> {
          assertThat(reason.getTextsOrThrow("en"))
              .isEqualTo("Would not be among the first 20 without this offer");
          assertThat(reason.getTextsOrThrow("zh")).isEqualTo("若无此优惠，将排在前20位之外");
        });
    Contrasts.offer(ranker, "i50", 90, false);
    assertThat(recommended().stream().map(RecommendedItem::getItemId)).doesNotContain("i50");
  }

  @Test
  void whereKindsAreMixedNoNumberIsClaimed() throws Exception {
    start(Map.of("ranker.diversity", "0.3"));
    Contrasts.offer(ranker, "i6", 90, true);
    RecommendedItem first = recommended().getFirst();
    assertThat(first.getItemId()).isEqualTo("i6");
    assertThat(first.getReasonsList())
        .noneMatch(reason -> reason.getKind() == ReasonKind.REASON_KIND_CONTRASTIVE);
  }
}
