// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.ranker.v1.DeleteItemsRequest;
import dev.proffer.proto.ranker.v1.GetItemRequest;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListItemsRequest;
import dev.proffer.proto.ranker.v1.ListItemsResponse;
import dev.proffer.proto.ranker.v1.Member;
import dev.proffer.proto.ranker.v1.StockLevel;
import dev.proffer.proto.ranker.v1.UpdateStockRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsResponse;
import dev.proffer.proto.ranker.v1.UpsertMembersRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  @TempDir Path folder;
  private RunningRanker ranker;

  @BeforeEach
  void start() throws Exception {
    ranker = new RunningRanker(folder);
  }

  @AfterEach
  void stop() {
    ranker.close();
  }

  private UpsertItemsResponse upsert(List<Item> items) {
    return ranker
        .catalogue()
        .upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
  }

  private Item get(String id) {
    return ranker.catalogue().getItem(GetItemRequest.newBuilder().setItemId(id).build()).getItem();
  }

  @Test
  void keepsWhatItAcknowledgedOverARestart() throws Exception {
    Item lamp = item("lamp", "Lamp", "home", 100).toBuilder().setStock(5).build();
    long first = upsert(List.of(lamp, item("sofa", "Sofa", "home", 900))).getCatalogueVersion();
    ranker
        .catalogue()
        .updateStock(
            UpdateStockRequest.newBuilder()
                .addLevels(StockLevel.newBuilder().setItemId("lamp").setStock(3))
                .build());
    ranker.catalogue().deleteItems(DeleteItemsRequest.newBuilder().addItemIds("sofa").build());

    ranker.close();
    ranker = new RunningRanker(folder);

    assertThat(get("lamp")).isEqualTo(lamp.toBuilder().setStock(3).build());
    assertNotFound(() -> get("sofa"));
    assertThat(upsert(List.of(lamp)).getCatalogueVersion()).isEqualTo(first + 3);
    assertThat(get("lamp").getStock()).isEqualTo(5);
  }

  @Test
  void importsFourThousandItemsInTwoRequestsQuickly() {
    List<Item> items =
        IntStream.range(0, 4_000).mapToObj(i -> item("i" + i, "Item " + i, "c", i)).toList();
    upsert(List.of(item("warm", "Up", "c", 1)));
    long start = System.nanoTime();
    upsert(items.subList(0, 2_000));
    upsert(items.subList(2_000, 4_000));
    // Two seconds on a free machine; builds run on busy ones.
    assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
    assertThat(list(1_000)).hasSize(4_001);
  }

  @Test
  void listsPagesInTheOrderOfIds() {
    upsert(IntStream.range(0, 25).mapToObj(i -> item("i" + (99 - i), "Item", "c", i)).toList());

    List<String> ids = list(7).stream().map(Item::getItemId).toList();

    assertThat(ids).hasSize(25).isSorted().doesNotHaveDuplicates();
    assertThat(
            ranker
                .catalogue()
                .listItems(ListItemsRequest.newBuilder().setPageToken("zzz").build())
                .getItemsCount())
        .isZero();
  }

  @Test
  void writesAllItemsOrNone() {
    assertRefused(
        List.of(item("a", "A", "c", 1), item("a", "A again", "c", 1)), "items[1].item_id");
    assertRefused(
        List.of(
            item("a", "A", "c", 1),
            item("b", "B", "c", 1).toBuilder().setFloorPriceMinorUnits(5).build()),
        "floor_price");
    assertRefused(
        List.of(
            item("a", "A", "c", 1).toBuilder().addVector(1).addVector(2).build(),
            item("b", "B", "c", 1).toBuilder().addVector(1).build()),
        "items[1].vector");
    assertRefused(
        List.of(item("a", "A", "c", 1).toBuilder().addVector(0).addVector(0).build()),
        "items[0].vector");
    assertRefused(
        List.of(item("a", "A", "c", 1).toBuilder().addVector(Float.NaN).build()), "vector");
    assertRefused(List.of(), "items");
    assertRefused(List.of(item("a", "A", "c", -1)), "price_minor_units");
    assertNotFound(() -> get("a"));

    upsert(List.of(item("v", "V", "c", 1).toBuilder().addVector(1).addVector(2).build()));
    assertRefused(List.of(item("w", "W", "c", 1).toBuilder().addVector(1).build()), "2 elements");
    // The only item with a vector may change its length.
    upsert(List.of(item("v", "V", "c", 1).toBuilder().addVector(3).build()));
  }

  @Test
  void refusesStockOfItemsThatAreNotThereAndForgivesTheirDeletion() {
    upsert(List.of(item("a", "A", "c", 1)));
    assertNotFound(() ->
        ranker
            .catalogue()
            .updateStock(
                UpdateStockRequest.newBuilder()
                    .addLevels(StockLevel.newBuilder().setItemId("a").setStock(1))
                    .addLevels(StockLevel.newBuilder().setItemId("nope").setStock(1))
                    .build()));
    assertThat(get("a").hasStock()).isFalse();
    assertThat(
            ranker
                .catalogue()
                .deleteItems(
                    DeleteItemsRequest.newBuilder().addItemIds("a").addItemIds("nope").build())
                .getDeleted())
        .isEqualTo(1);
  }

  @Test
  void keepsMembers() {
    assertThat(
            ranker
                .catalogue()
                .upsertMembers(
                    UpsertMembersRequest.newBuilder()
                        .addMembers(
                            Member.newBuilder()
                                .setUserId("u1")
                                .setMemberLevel(2)
                                .setBirthday("02-29"))
                        .addMembers(Member.newBuilder().setUserId("u1").setMemberLevel(3))
                        .build())
                .getWritten())
        .isEqualTo(2);
    assertThatThrownBy(() ->
            ranker
                .catalogue()
                .upsertMembers(
                    UpsertMembersRequest.newBuilder()
                        .addMembers(Member.newBuilder().setUserId("u1").setBirthday("13-01"))
                        .build()))
        .hasMessageContaining("birthday");
  }

  private List<Item> list(int pageSize) {
    List<Item> all = new ArrayList<>();
    String token = "";
    do {
      ListItemsResponse page =
          ranker
              .catalogue()
              .listItems(
                  ListItemsRequest.newBuilder().setPageSize(pageSize).setPageToken(token).build());
      assertThat(page.getItemsCount()).isLessThanOrEqualTo(pageSize);
      all.addAll(page.getItemsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return all;
  }

  private void assertRefused(List<Item> items, String what) {
    assertThatThrownBy(() -> upsert(items))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining(what);
  }

  private static void assertNotFound(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }
}
