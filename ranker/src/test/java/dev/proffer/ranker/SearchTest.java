// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.ranker.v1.DeleteItemsRequest;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.StockLevel;
import dev.proffer.proto.ranker.v1.UpdateStockRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {
  @TempDir Path folder;
  private RunningRanker ranker;

  @BeforeEach
  void start() throws Exception {
    ranker = new RunningRanker(folder);
    upsert(
        item("kettle", "Electric Kettle 1.7 L", "电热水壶 1.7升", "kitchen/kettles", "Hotwell", 3_500),
        item("teapot", "Porcelain Teapot", "陶瓷茶壶", "kitchen/tea", "Orchid", 2_000),
        item("bottle", "Insulated Bottle", "不锈钢保温杯", "outdoor/bottles", "Hotwell", 1_500),
        item("knife", "Chef's Knives Set", "厨师刀具套装", "kitchen/knives", "Edge", 9_900));
  }

  @AfterEach
  void stop() {
    ranker.close();
  }

  @Test
  void findsEnglishAndChinese() {
    assertThat(ids(search("electric kettle"))).first().isEqualTo("kettle");
    assertThat(ids(search("knife"))).containsExactly("knife");
    assertThat(ids(search("保温杯"))).first().isEqualTo("bottle");
    assertThat(ids(search("茶壶"))).first().isEqualTo("teapot");
    assertThat(ids(search("刀"))).containsExactly("knife");
    assertThat(ids(search("hotwell 保温杯"))).first().isEqualTo("bottle");
  }

  @Test
  void forgivesTypingErrorsAndUnfinishedWords() {
    assertThat(ids(search("ketle"))).first().isEqualTo("kettle");
    assertThat(ids(search("porcelian teapot"))).first().isEqualTo("teapot");
    assertThat(ids(search("insul"))).containsExactly("bottle");
  }

  @Test
  void honoursFiltersAndStockAndCountsWhatMatched() {
    SearchItemsResponse all = search("hotwell");
    assertThat(all.getTotalMatches()).isEqualTo(2);
    SearchItemsResponse cheap =
        ranker
            .recommender()
            .searchItems(
                SearchItemsRequest.newBuilder()
                    .setQuery("hotwell")
                    .setK(10)
                    .setFilter(ItemFilter.newBuilder().setMaxPriceMinorUnits(2_000))
                    .build());
    assertThat(ids(cheap)).containsExactly("bottle");
    assertThat(cheap.getTotalMatches()).isEqualTo(1);

    ranker
        .catalogue()
        .updateStock(
            UpdateStockRequest.newBuilder()
                .addLevels(StockLevel.newBuilder().setItemId("bottle").setStock(0))
                .build());
    assertThat(ids(search("hotwell"))).containsExactly("kettle");
  }

  @Test
  void seesChangesAtOnce() {
    upsert(item("lamp", "Desk Lamp", "台灯", "home", "Lux", 100));
    assertThat(ids(search("lamp"))).containsExactly("lamp");
    upsert(item("lamp", "Reading Light", "台灯", "home", "Lux", 100));
    assertThat(ids(search("desk lamp"))).isEmpty();
    ranker.catalogue().deleteItems(DeleteItemsRequest.newBuilder().addItemIds("lamp").build());
    assertThat(ids(search("台灯"))).isEmpty();
  }

  @Test
  void listsEverythingThatTheFilterAllowsWhenThereIsNoText() {
    SearchItemsResponse reply =
        ranker
            .recommender()
            .searchItems(
                SearchItemsRequest.newBuilder()
                    .setK(2)
                    .setFilter(ItemFilter.newBuilder().addCategories("kitchen"))
                    .build());
    assertThat(reply.getItemsCount()).isEqualTo(2);
    assertThat(reply.getTotalMatches()).isEqualTo(3);
  }

  @Test
  void findsNothingForTextsWithoutWordsAndForOddOnes() {
    assertThat(ids(search("!!! ???"))).isEmpty();
    assertThat(ids(search("title:kettle AND (OR ~ *"))).isEmpty();
    assertThat(ids(search("x".repeat(512)))).isEmpty();
    assertThat(ids(search("\uD83D\uDE00"))).isEmpty();
  }

  private void upsert(Item... items) {
    ranker
        .catalogue()
        .upsertItems(UpsertItemsRequest.newBuilder().addAllItems(List.of(items)).build());
  }

  private SearchItemsResponse search(String text) {
    return ranker
        .recommender()
        .searchItems(SearchItemsRequest.newBuilder().setQuery(text).setK(10).build());
  }

  private static List<String> ids(SearchItemsResponse reply) {
    return reply.getItemsList().stream().map(RecommendedItem::getItemId).toList();
  }

  private static Item item(
      String id, String english, String chinese, String category, String brand, long price) {
    return RunningRanker.item(id, english, category, price).toBuilder()
        .putTitles("zh", chinese)
        .setBrand(brand)
        .build();
  }
}
