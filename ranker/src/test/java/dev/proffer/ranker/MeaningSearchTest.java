// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.ranker.v1.DeleteItemsRequest;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Search by meaning and by vector beside words, with the encoders that come with the ranker.
class MeaningSearchTest {
  @TempDir private static Path folder;
  private static RunningRanker ranker;

  @BeforeAll
  static void start() throws Exception {
    ranker =
        new RunningRanker(folder, new MemoryFeatureStore(), Map.of("ranker.title-encoder", "true"));
  }

  @AfterAll
  static void stop() {
    ranker.close();
  }

  @BeforeEach
  void fill() throws Exception {
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(item("run", "Light Running Shoes", "轻量跑鞋", "sports/shoes", 5_000))
                .addItems(item("trail", "Trail Running Shoes", "越野跑鞋", "sports/shoes", 9_000))
                .addItems(item("case", "Cabin Suitcase 20 inch", "20寸登机行李箱", "bags", 12_000))
                .addItems(item("nappy", "Soft Diapers, size M", "柔软纸尿裤 M码", "baby", 3_000))
                .addItems(item("bank", "Power Bank 10000 mAh", "充电宝 10000毫安", "phones", 2_500))
                .addItems(item("pan", "Cast Iron Frying Pan", "铸铁平底锅", "kitchen", 4_000))
                .addItems(item("tea", "Jasmine Green Tea", "茉莉绿茶", "food", 900))
                .addItems(item("lamp", "Desk Lamp", "台灯", "home", 3_300))
                .addItems(item("book", "Ruled Notebook", "横线笔记本", "office", 600))
                .addItems(item("bear", "Plush Bear", "毛绒小熊", "toys", 1_900))
                .addItems(item("north", "Compass North", "指北", "other", 100, 1, 0, 0))
                .addItems(item("east", "Compass East", "指东", "other", 100, 0, 1, 0))
                .build());
    long deadline = System.nanoTime() + 15_000_000_000L;
    SearchItemsResponse reply = search("sneakers");
    while (!ids(reply).contains("run")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(50);
      reply = search("sneakers");
    }
    assertThat(parts(reply)).noneMatch(part -> part.startsWith("search:"));
  }

  private static List<String> parts(SearchItemsResponse reply) {
    return reply.getDegraded().getReasonsList().stream().map(reason -> reason.getPart()).toList();
  }

  private static Item item(
      String id, String english, String chinese, String category, long price, float... vector) {
    Item.Builder item =
        RunningRanker.item(id, english, category, price).toBuilder().putTitles("zh", chinese);
    for (float number : vector) {
      item.addVector(number);
    }
    return item.build();
  }

  private static SearchItemsResponse search(String text) {
    return search(SearchItemsRequest.newBuilder().setQuery(text));
  }

  private static SearchItemsResponse search(SearchItemsRequest.Builder request) {
    return ranker.recommender().searchItems(request.setK(5).build());
  }

  private static List<String> ids(SearchItemsResponse reply) {
    return reply.getItemsList().stream().map(RecommendedItem::getItemId).toList();
  }

  @Test
  void otherWordsForTheSameFindItInBothLanguages() {
    assertThat(ids(search("sneakers"))).startsWith("run", "trail").doesNotContain("pan", "tea");
    assertThat(ids(search("luggage"))).first().isEqualTo("case");
    assertThat(ids(search("nappies"))).first().isEqualTo("nappy");
    assertThat(ids(search("运动鞋"))).first().isIn("run", "trail");
    assertThat(ids(search("旅行箱"))).first().isEqualTo("case");
    assertThat(ids(search("移动电源"))).first().isEqualTo("bank");
  }

  @Test
  void wordsAndTypingErrorsFindWhatTheyFoundBefore() {
    assertThat(ids(search("runing shoes")).subList(0, 2)).containsExactlyInAnyOrder("run", "trail");
    assertThat(ids(search("desk lamp"))).first().isEqualTo("lamp");
    assertThat(ids(search("notebok"))).first().isEqualTo("book");
    assertThat(ids(search("茉莉绿茶"))).first().isEqualTo("tea");
    assertThat(ids(search("!!! ???"))).isEmpty();
  }

  @Test
  void filtersHoldForWhatOnlyMeaningFound() {
    assertThat(
            ids(
                search(
                    SearchItemsRequest.newBuilder()
                        .setQuery("sneakers")
                        .setFilter(ItemFilter.newBuilder().setMaxPriceMinorUnits(6_000)))))
        .contains("run")
        .doesNotContain("trail");
    assertThat(
            ids(
                search(
                    SearchItemsRequest.newBuilder()
                        .setQuery("sneakers")
                        .setFilter(ItemFilter.newBuilder().addCategories("kitchen")))))
        .doesNotContain("run", "trail");
    Contrasts.offer(ranker, "trail", 20, true);
    SearchItemsResponse promoted =
        search(
            SearchItemsRequest.newBuilder()
                .setQuery("sneakers")
                .setFilter(ItemFilter.newBuilder().setOnPromotion(true)));
    Contrasts.offer(ranker, "trail", 20, false);
    assertThat(ids(promoted)).containsExactly("trail");
    assertThat(promoted.getTotalMatches()).isEqualTo(1);
    assertThat(promoted.getItems(0).getPriceMinorUnits()).isEqualTo(7_200);
  }

  @Test
  void vectorsOfTheCallerFindItemsThatPointTheSameWayAloneAndBesideATextTheWordsCount() {
    assertThat(
            ids(
                search(
                    SearchItemsRequest.newBuilder().addVector(0.9f).addVector(0.1f).addVector(0))))
        .containsExactly("north", "east");
    assertThat(
            ids(
                search(
                    SearchItemsRequest.newBuilder()
                        .setQuery("compass east")
                        .addVector(0.5f)
                        .addVector(0.5f)
                        .addVector(0))))
        .startsWith("east", "north");
  }

  @Test
  void whatIsGoneIsNotFoundAndWhatIsNewIsSoon() throws Exception {
    ranker.catalogue().deleteItems(DeleteItemsRequest.newBuilder().addItemIds("case").build());
    assertThat(ids(search("luggage"))).doesNotContain("case");
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(item("trunk", "Hard Shell Suitcase", "硬壳行李箱", "bags", 9_900))
                .build());
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!ids(search("luggage")).contains("trunk")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(50);
    }
    ranker.catalogue().deleteItems(DeleteItemsRequest.newBuilder().addItemIds("trunk").build());
  }
}
