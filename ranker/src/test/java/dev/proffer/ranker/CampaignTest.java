// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.promotion.v1.ApplyPromotionsRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.DecideOfferRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc;
import dev.proffer.proto.promotion.v1.PricedLine;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Personal offers that a campaign allocates, from the first look to the cart.
class CampaignTest {
  private static final int PEOPLE = 80;
  private static final long DAY = 86_400_000L;
  private static final String CAMPAIGN =
      """
      promotions:
        - promotion_id: kitchen-30
          type: PERCENT_OFF
          names: {en: kitchen}
          currency: GBP
          applies_to: {categories: [kitchen]}
          action: {percent_off: {basis_points: 3000}}
          limits: {budget_minor_units: 1500}
          campaign_id: spring
      """;

  @TempDir Path folder;

  @Test
  void recommendationsAndCartsShowAnOfferToThoseWhomItsCampaignChoseAlsoAfterARestart()
      throws Exception {
    MemoryFeatureStore store = new MemoryFeatureStore();
    people(store);
    Map<String, Boolean> given = new HashMap<>();
    try (RunningRanker ranker = new RunningRanker(folder, store, settings())) {
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        items.add(
            item("i" + i, "Thing number " + i, i < 20 ? "kitchen/knives" : "garden", 1_000 + i)
                .toBuilder()
                .setCostMinorUnits(100)
                .build());
      }
      ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
      PromotionServiceGrpc.newBlockingStub(ranker.channel)
          .applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(CAMPAIGN).build());
      // The first request waits until what people do is learnt.
      PlanningServiceGrpc.newBlockingStub(ranker.channel)
          .decideOffer(
              DecideOfferRequest.newBuilder()
                  .setUserId("first")
                  .addPromotionIds("kitchen-30")
                  .build());
      for (int i = 0; i < PEOPLE; i++) {
        RecommendResponse seen = recommend(ranker, "u" + i);
        boolean offered = offered(seen);
        given.put("u" + i, offered);
        assertThat(offeredInCart(ranker, "u" + i)).as("u" + i).isEqualTo(offered);
        for (RecommendedItem one : seen.getItemsList()) {
          assertThat(one.getOffer().getPromotionId())
              .isEqualTo(offered && isKitchen(one.getItemId()) ? "kitchen-30" : "");
        }
      }
      // A budget of a few offers does not reach everybody, and reaches somebody.
      assertThat(given.values()).contains(true, false);
      assertThat(offeredInCart(ranker, "")).isFalse();
    }
    try (RunningRanker ranker = new RunningRanker(folder, store, settings())) {
      given.forEach((user, offered) -> {
        assertThat(offered(recommend(ranker, user))).as(user).isEqualTo(offered);
        assertThat(offeredInCart(ranker, user)).as(user).isEqualTo(offered);
      });
    }
  }

  private static Map<String, String> settings() {
    return Map.of(
        "ranker.exploration-epsilon", "0",
        "ranker.feature-store-timeout", "10s",
        "ranker.source-timeout", "10s",
        "ranker.budget", "30s",
        "ranker.campaign-patience", "30s");
  }

  /// Sixty days in which everybody looks at and buys something from the kitchen now and then.
  private static void people(MemoryFeatureStore store) {
    Random random = new Random(1);
    long now = System.currentTimeMillis();
    for (int n = 0; n < 3_000; n++) {
      long at = now - 60 * DAY + (long) (n / 3_000.0 * 59 * DAY);
      Event.Builder event =
          Event.newBuilder()
              .setEventId("e" + n)
              .setUserId("u" + random.nextInt(PEOPLE))
              .setItemId("i" + random.nextInt(40))
              .setEventTimeUnixMs(at);
      if (n % 3 == 0) {
        event
            .setType(EventType.EVENT_TYPE_PURCHASE)
            .setOrderId("o" + n)
            .setQuantity(1)
            .setCurrency("GBP")
            .setUnitPriceMinorUnits(1_000);
      } else {
        event.setType(EventType.EVENT_TYPE_CLICK);
      }
      store.add(event.build());
    }
  }

  private static RecommendResponse recommend(RunningRanker ranker, String user) {
    return ranker
        .recommender()
        .recommend(
            RecommendRequest.newBuilder()
                .setUserId(user)
                .setK(10)
                .setFilter(dev.proffer.proto.ranker.v1.ItemFilter.newBuilder().setIncludeSeen(true))
                .build());
  }

  private static boolean offered(RecommendResponse seen) {
    assertThat(seen.getItemsList()).anyMatch(one -> isKitchen(one.getItemId()));
    return seen.getItemsList().stream()
        .anyMatch(one -> one.getOffer().getPromotionId().equals("kitchen-30"));
  }

  private static boolean isKitchen(String itemId) {
    return Integer.parseInt(itemId.substring(1)) < 20;
  }

  private static boolean offeredInCart(RunningRanker ranker, String user) {
    PricedLine line =
        PromotionServiceGrpc.newBlockingStub(ranker.channel)
            .evaluateCart(
                EvaluateCartRequest.newBuilder()
                    .setPerson(Person.newBuilder().setUserId(user))
                    .setCart(
                        Cart.newBuilder()
                            .addLines(CartLine.newBuilder().setItemId("i1").setQuantity(1)))
                    .build())
            .getLines(0);
    return line.getAfterMinorUnits() < line.getBeforeMinorUnits();
  }
}
