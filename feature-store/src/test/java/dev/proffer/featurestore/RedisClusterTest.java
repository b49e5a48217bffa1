// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static dev.proffer.featurestore.RunningStore.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.featurestore.registry.Entity;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureVector;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real cluster: three masters, three replicas.
class RedisClusterTest {
  private static final int USERS = 300;
  private static final int ITEMS = 150;
  private static final Entity ITEM = new Entity("item", "item_id", 64);
  private static final Entity USER = new Entity("user", "user_id", 0);

  @TempDir Path folder;

  @Test
  void onlyTheKeysOfALostMasterDegradeAndNothingIsLostInTheFailover() throws Exception {
    try (RedisCluster cluster = RedisCluster.start(folder.resolve("redis"));
        RunningStore store =
            RunningStore.start(
                folder.resolve("store"), cluster.uri(), Map.of("redis.command-timeout", "300ms"))) {
      store.ingest(clicks(0, 1));
      store.awaitAggregated();
      assertThat(counts(store)).containsOnly(1L);

      // A slot that moves is followed.
      int slot = slotOf(7);
      int from = RedisCluster.masterOf(slot);
      cluster.migrate(slot, from, (from + 1) % 3);
      store.ingest(clicks(1, 2));
      store.awaitAggregated();
      assertThat(counts(store)).containsOnly(2L);

      // A slot that is between two masters, with keys on both, is read and written in full.
      int between = SlotHash.getSlot(ITEM.key("item_activity", "i0"));
      List<String> items =
          IntStream.range(0, ITEMS)
              .mapToObj(item -> "i" + item)
              .filter(item -> SlotHash.getSlot(ITEM.key("item_activity", item)) == between)
              .toList();
      assertThat(items).hasSizeGreaterThan(1);
      int owner = RedisCluster.masterOf(between);
      assertThat(clicksOf(store, items)).isEqualTo(clicksSent(items, 2));
      cluster.beginMigration(between, owner, (owner + 1) % 3, List.of(keyOf(items.getFirst())));
      Thread.sleep(1100); // Until copies of items are no longer fresh.
      assertThat(clicksOf(store, items)).isEqualTo(clicksSent(items, 2));
      store.ingest(clicks(10, 11));
      store.awaitAggregated();
      Thread.sleep(1100);
      assertThat(clicksOf(store, items)).isEqualTo(clicksSent(items, 3));
      cluster.finishMigration(between, owner, (owner + 1) % 3);
      assertThat(clicksOf(store, items)).isEqualTo(clicksSent(items, 3));
      assertThat(counts(store)).containsOnly(3L);

      cluster.killFirstMaster();
      boolean missed = false;
      long killed = System.nanoTime();
      long others = 0;
      store.ingest(clicks(2, 3));
      while (true) {
        GetOnlineFeaturesResponse response = read(store);
        FeatureVector vector = response.getResults(0);
        for (int user = 0; user < USERS; user++) {
          boolean onLost = RedisCluster.masterOf(slotOf(user)) == 0 && slotOf(user) != slot;
          boolean unknown = vector.getStatuses(user) == RowStatus.ROW_STATUS_UNAVAILABLE;
          missed |= unknown;
          if (!onLost && unknown) {
            others++;
          }
        }
        missed |= response.hasDegraded();
        if (missed
            && !response.hasDegraded()
            && store.status().getAggregatedOffset() == store.status().getLogEndOffset()) {
          break;
        }
        assertThat(System.nanoTime() - killed)
            .as("nanoseconds until all is well: " + store.shortcomings() + response.getDegraded())
            .isLessThan(60_000_000_000L);
        Thread.sleep(50);
      }
      System.out.println(
          "failover took " + (System.nanoTime() - killed) / 1_000_000 + " ms in all");
      assertThat(others).as("rows of other masters that were not answered").isZero();
      store.awaitAggregated();
      assertThat(counts(store)).containsOnly(4L);
    }
  }

  private static String keyOf(String item) {
    return new String(ITEM.key("item_activity", item), StandardCharsets.UTF_8);
  }

  /// The clicks of items, read in one request; never degraded.
  private static List<Long> clicksOf(RunningStore store, List<String> items) {
    GetOnlineFeaturesResponse response =
        store.stub.getOnlineFeatures(
            GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("item_activity:clicks_7d")
                .addAllEntityIds(items)
                .build());
    assertThat(response.hasDegraded()).as(response.getDegraded().toString()).isFalse();
    return response.getResults(0).getValuesList().stream()
        .map(value -> value.getInt64Value())
        .toList();
  }

  private static List<Long> clicksSent(List<String> items, int rounds) {
    return items.stream()
        .map(item ->
            rounds
                * IntStream.range(0, USERS).filter(user -> item.equals("i" + user % ITEMS)).count())
        .toList();
  }

  private static int slotOf(int user) {
    return SlotHash.getSlot(USER.key("user_activity", "u" + user));
  }

  private static List<Long> counts(RunningStore store) {
    return read(store).getResults(0).getValuesList().stream()
        .map(value -> value.getInt64Value())
        .toList();
  }

  private static GetOnlineFeaturesResponse read(RunningStore store) {
    return store.stub.getOnlineFeatures(
        GetOnlineFeaturesRequest.newBuilder()
            .addFeatures("user_activity:clicks_7d")
            .addAllEntityIds(IntStream.range(0, USERS).mapToObj(user -> "u" + user).toList())
            .build());
  }

  private static List<Event> clicks(int from, int to) {
    List<Event> events = new ArrayList<>();
    for (int round = from; round < to; round++) {
      for (int user = 0; user < USERS; user++) {
        events.add(
            event(
                "e" + round + "-" + user,
                EventType.EVENT_TYPE_CLICK,
                System.currentTimeMillis(),
                "u" + user,
                "i" + user % ITEMS));
      }
    }
    return events;
  }
}
