// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.insight.v1.GetPortraitRequest;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.insight.v1.ListAssociationRulesRequest;
import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What insight finds out reaches promotions and recommendations.
final class InsightWiringTest {
  @TempDir private Path folder;

  private final MemoryFeatureStore store = new MemoryFeatureStore();
  private final long now = System.currentTimeMillis();

  private RunningRanker ranker(String learnOnline) throws Exception {
    Files.writeString(
        folder.resolve("segments.yaml"),
        """
        segments:
          - id: came-back
            names: {en: Came back, zh: 回头客}
            rule: frequency >= 2
        """);
    RunningRanker ranker =
        new RunningRanker(
            folder,
            store,
            Map.of(
                "ranker.exploration-epsilon", "0",
                "ranker.feature-store-timeout", "2s",
                "ranker.source-timeout", "2s",
                "ranker.budget", "5s",
                "ranker.learn-online", learnOnline,
                "insight.segments", "segments.yaml"));
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      items.add(RunningRanker.item("i" + i, "Thing number " + i, "kitchen", 1_000 + i));
    }
    ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
    return ranker;
  }

  private void buy(String user, String item, String order, long at) {
    store.add(
        Event.newBuilder()
            .setEventId(user + item + order)
            .setType(EventType.EVENT_TYPE_PURCHASE)
            .setUserId(user)
            .setItemId(item)
            .setOrderId(order)
            .setUnitPriceMinorUnits(1_000)
            .setCurrency("GBP")
            .setEventTimeUnixMs(at)
            .build());
  }

  @Test
  void aPromotionForASegmentReachesWhoEntersTheSegment() throws Exception {
    try (RunningRanker ranker = ranker("true")) {
      PromotionServiceGrpc.newBlockingStub(ranker.channel)
          .upsertPromotions(
              UpsertPromotionsRequest.newBuilder()
                  .addPromotions(
                      Promotion.newBuilder()
                          .setPromotionId("welcome-back")
                          .setType(PromotionType.PROMOTION_TYPE_PERCENT_OFF)
                          .putNames("en", "Welcome back")
                          .setCurrency("GBP")
                          .addConditions(
                              Condition.newBuilder()
                                  .setPerson(PersonCondition.newBuilder().addSegments("came-back")))
                          .setAction(
                              Action.newBuilder()
                                  .setPercentOff(PercentOff.newBuilder().setBasisPoints(2_000))))
                  .build());
      buy("ann", "i1", "o1", now - 86_400_000);
      await(() -> frequency(ranker, "ann") == 1);
      assertThat(offers(ranker, "ann")).isEmpty();

      buy("ann", "i2", "o2", now - 1_000);

      await(() -> offers(ranker, "ann").contains("welcome-back"));
      assertThat(offers(ranker, "bob")).isEmpty();
    }
  }

  @Test
  void whatIsBoughtTogetherIsProposedWithItsReason() throws Exception {
    for (int person = 0; person < 40; person++) {
      buy("u" + person, "i1", "o" + person, now - 1_000_000);
      buy("u" + person, person < 30 ? "i2" : "i3", "o" + person, now - 1_000_000);
      buy("v" + person, "i" + (4 + person % 8), "p" + person, now - 1_000_000);
    }
    // Without learning online, the study alone has to find it.
    try (RunningRanker ranker = ranker("false")) {
      await(() -> proposed(ranker, "i1").contains("i2"));
      assertThat(
              InsightServiceGrpc.newBlockingStub(ranker.channel)
                  .listAssociationRules(
                      ListAssociationRulesRequest.newBuilder().addItemIds("i1").build())
                  .getRules(0)
                  .getThenItemIds(0))
          .isEqualTo("i2");
      assertThat(frequency(ranker, "u1")).isEqualTo(1);
      buy("late", "i1", "late", now);
      assertThat(frequency(ranker, "late")).isZero();
    }
  }

  private static List<String> proposed(RunningRanker ranker, String having) {
    return ranker
        .recommender()
        .recommend(
            RecommendRequest.newBuilder()
                .setSessionId("s")
                .addRecentItemIds(having)
                .setK(12)
                .setExplain(true)
                .build())
        .getItemsList()
        .stream()
        .filter(item ->
            item.getSourcesList().stream()
                .anyMatch(source -> source.getSource().equals("bought-together")))
        .map(RecommendedItem::getItemId)
        .toList();
  }

  private static List<String> offers(RunningRanker ranker, String user) {
    return ranker
        .recommender()
        .recommend(RecommendRequest.newBuilder().setUserId(user).setK(5).build())
        .getItemsList()
        .stream()
        .filter(RecommendedItem::hasOffer)
        .map(item -> item.getOffer().getPromotionId())
        .distinct()
        .toList();
  }

  private static int frequency(RunningRanker ranker, String user) {
    try {
      return InsightServiceGrpc.newBlockingStub(ranker.channel)
          .getPortrait(GetPortraitRequest.newBuilder().setUserId(user).build())
          .getFrequency();
    } catch (StatusRuntimeException e) {
      return 0;
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.sleep(20);
    }
  }
}
