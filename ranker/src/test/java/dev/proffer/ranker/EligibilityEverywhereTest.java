// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import dev.proffer.proto.ranker.v1.StockLevel;
import dev.proffer.proto.ranker.v1.UpdateStockRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is asked, whichever way it is answered and whatever is lost meanwhile: no reply holds
/// an item that may not be shown.
class EligibilityEverywhereTest {
  private static final int ITEMS = 120;
  private static final int ROUNDS = 250;
  private static final List<String> REGIONS = List.of("GB", "FR", "CN");
  private static final List<String> WORDS = List.of("red", "kettle", "lamp", "shoe", "水壶", "bag");

  private static Item item(int i, Random random) {
    Item.Builder item =
        RunningRanker.item(
                "i" + i,
                WORDS.get(i % WORDS.size()) + " " + WORDS.get(random.nextInt(WORDS.size())),
                "c" + random.nextInt(3) + "/d" + random.nextInt(2),
                50 + random.nextInt(450))
            .toBuilder()
            .setBrand("b" + random.nextInt(3));
    if (random.nextInt(4) == 0) {
      item.setStock(random.nextInt(2));
    }
    item.setHidden(random.nextInt(8) == 0);
    if (random.nextInt(3) == 0) {
      item.addRegions(REGIONS.get(random.nextInt(3)));
    }
    if (random.nextInt(5) == 0) {
      item.setAvailableFromUnixMs(
          System.currentTimeMillis() + (random.nextBoolean() ? 1 : -1) * 86_400_000L);
    }
    if (random.nextInt(3) > 0) {
      for (int d = 0; d < 4; d++) {
        item.addVector((float) random.nextGaussian());
      }
    }
    return item.build();
  }

  /// What the rules say, read from the item as it was put in.
  private static boolean mayShow(Item item, String region, ItemFilter filter, long now) {
    boolean category =
        filter.getCategoriesCount() == 0
            || filter.getCategoriesList().stream()
                .anyMatch(each ->
                    item.getCategory().equals(each) || item.getCategory().startsWith(each + "/"));
    return !(item.hasStock() && item.getStock() == 0)
        && !item.getHidden()
        && item.getAvailableFromUnixMs() <= now
        && (item.getRegionsCount() == 0
            || region.isEmpty()
            || item.getRegionsList().contains(region))
        && category
        && (filter.getBrandsCount() == 0 || filter.getBrandsList().contains(item.getBrand()))
        && item.getPriceMinorUnits() >= filter.getMinPriceMinorUnits()
        && (filter.getMaxPriceMinorUnits() == 0
            || item.getPriceMinorUnits() <= filter.getMaxPriceMinorUnits())
        && !filter.getOnPromotion()
        && !filter.getExcludedItemIdsList().contains(item.getItemId());
  }

  private static ItemFilter filter(Random random) {
    ItemFilter.Builder filter = ItemFilter.newBuilder().setIncludeSeen(random.nextBoolean());
    if (random.nextInt(3) == 0) {
      filter.addCategories("c" + random.nextInt(3));
    }
    if (random.nextInt(4) == 0) {
      filter.addBrands("b" + random.nextInt(4));
    }
    if (random.nextInt(4) == 0) {
      filter.setMinPriceMinorUnits(random.nextInt(300));
    }
    if (random.nextInt(4) == 0) {
      filter.setMaxPriceMinorUnits(100 + random.nextInt(400));
    }
    if (random.nextInt(3) == 0) {
      for (int i = 0; i < 30; i++) {
        filter.addExcludedItemIds("i" + random.nextInt(ITEMS));
      }
    }
    filter.setOnPromotion(random.nextInt(20) == 0);
    return filter.build();
  }

  @Test
  void noReplyHoldsWhatMayNotBeShown(@TempDir Path folder) throws Exception {
    Random random = new Random(11);
    try (RunningRanker ranker =
        new RunningRanker(
            folder,
            new MemoryFeatureStore(),
            Map.of("ranker.exploration-epsilon", "0.5", "ranker.frequency-cap", "3"))) {
      Map<String, Item> items = new HashMap<>();
      for (int i = 0; i < ITEMS; i++) {
        items.put("i" + i, item(i, random));
      }
      ranker
          .catalogue()
          .upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items.values()).build());
      long time = System.currentTimeMillis() - 1_000_000;
      for (int e = 0; e < 600; e++) {
        ranker.featureStore.add(
            e % 3 == 0 ? EventType.EVENT_TYPE_PURCHASE : EventType.EVENT_TYPE_CLICK,
            "u" + random.nextInt(20),
            "i" + random.nextInt(ITEMS),
            time++,
            "o" + e);
      }
      int shown = 0;
      for (int round = 0; round < ROUNDS; round++) {
        change(ranker, items, random);
        ranker.featureStore.lost = random.nextInt(5) == 0;
        String region = random.nextBoolean() ? "" : REGIONS.get(random.nextInt(3));
        ItemFilter filter = filter(random);
        RequestContext context = RequestContext.newBuilder().setRegion(region).build();
        List<RecommendedItem> reply = reply(ranker, round % 4, random, context, filter, items);
        boolean filtered = round % 4 != 3;
        for (RecommendedItem each : reply) {
          assertThat(
                  mayShow(
                      items.get(each.getItemId()),
                      region,
                      filtered ? filter : ItemFilter.getDefaultInstance(),
                      System.currentTimeMillis()))
              .as(
                  "round %d: %s with %s in '%s'",
                  round, items.get(each.getItemId()), filter, region)
              .isTrue();
          shown++;
        }
      }
      assertThat(shown).isGreaterThan(ROUNDS);
    }
  }

  /// Sells something out, or takes something in again, hides it or moves it: whatever remembers
  /// items must notice by the next request.
  private static void change(RunningRanker ranker, Map<String, Item> items, Random random) {
    String id = "i" + random.nextInt(ITEMS);
    Item before = items.get(id);
    Item after;
    if (random.nextBoolean()) {
      after = before.toBuilder().setStock(random.nextInt(2)).build();
      ranker
          .catalogue()
          .updateStock(
              UpdateStockRequest.newBuilder()
                  .addLevels(StockLevel.newBuilder().setItemId(id).setStock(after.getStock()))
                  .build());
    } else {
      after = item(Integer.parseInt(id.substring(1)), random);
      ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addItems(after).build());
    }
    items.put(id, after);
  }

  private static List<RecommendedItem> reply(
      RunningRanker ranker,
      int way,
      Random random,
      RequestContext context,
      ItemFilter filter,
      Map<String, Item> items) {
    String user = random.nextInt(3) == 0 ? "" : "u" + random.nextInt(25);
    int k = 1 + random.nextInt(40);
    return switch (way) {
      case 0 -> {
        RecommendRequest.Builder request =
            RecommendRequest.newBuilder()
                .setUserId(user)
                .setSessionId("s" + random.nextInt(5))
                .setK(k)
                .setContext(context)
                .setFilter(filter)
                .setExplain(random.nextBoolean());
        for (int i = 0; i < random.nextInt(4); i++) {
          request.addRecentItemIds("i" + random.nextInt(ITEMS + 5));
        }
        yield ranker.recommender().recommend(request.build()).getItemsList();
      }
      case 1 ->
          ranker
              .recommender()
              .similarItems(
                  SimilarItemsRequest.newBuilder()
                      .setItemId("i" + random.nextInt(ITEMS))
                      .setK(k)
                      .setUserId(user)
                      .setContext(context)
                      .setFilter(filter)
                      .build())
              .getItemsList();
      case 2 -> {
        SearchItemsRequest.Builder request =
            SearchItemsRequest.newBuilder()
                .setQuery(random.nextInt(3) == 0 ? "" : WORDS.get(random.nextInt(WORDS.size())))
                .setK(k)
                .setUserId(user)
                .setContext(context)
                .setFilter(filter);
        if (random.nextBoolean()) {
          for (int d = 0; d < 4; d++) {
            request.addVector((float) random.nextGaussian());
          }
        }
        yield ranker.recommender().searchItems(request.build()).getItemsList();
      }
      default -> {
        List<String> candidates = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
          candidates.add("i" + random.nextInt(ITEMS));
        }
        RankResponse reply =
            ranker
                .recommender()
                .rank(
                    RankRequest.newBuilder()
                        .setUserId(user)
                        .addAllCandidateIds(candidates)
                        .setContext(context)
                        .build());
        // What is left out is named, and nothing else is.
        assertThat(reply.getIneligibleIdsList())
            .allMatch(id ->
                !mayShow(
                    items.get(id),
                    context.getRegion(),
                    ItemFilter.getDefaultInstance(),
                    System.currentTimeMillis()));
        assertThat(reply.getItemsCount() + reply.getIneligibleIdsCount())
            .isEqualTo((int) candidates.stream().distinct().count());
        yield reply.getItemsList();
      }
    };
  }
}
