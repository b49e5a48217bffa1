// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.common.v1.DegradedReason;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills the online store under a server that is in use.
class RedisLossTest {
  private static final int ITEMS = 200;

  @Test
  void keepsRecommendingWithoutRedisSaysSoAndComesBack(@TempDir Path folder) throws Exception {
    try (TestEngine engine = TestEngine.start(folder)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", engine.port()).usePlaintext().build();
      FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub features =
          FeatureStoreServiceGrpc.newBlockingStub(channel);
      RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender =
          RecommenderServiceGrpc.newBlockingStub(channel);
      fillShop(channel, features);
      awaitAggregation(features);
      RecommendResponse full = recommend(recommender, "person-1");
      // The ranker learns from the events as they come.
      for (int i = 0; i < 300 && !missing(full).isEmpty(); i++) {
        Thread.sleep(100);
        full = recommend(recommender, "person-1");
      }
      assertThat(full.getItemsCount()).isEqualTo(10);
      assertThat(missing(full)).as("before").isEmpty();

      long killed = engine.redisPid();
      ProcessHandle.of(killed).orElseThrow().destroyForcibly();

      // Calls go on over the loss, the restart and the return. None may fail, and those that lack
      // the store must say so.
      TreeSet<String> named = new TreeSet<>();
      int calls = 0;
      int degraded = 0;
      long fullAgainNanos = 0;
      long returnedNanos = 0;
      long started = System.nanoTime();
      while (System.nanoTime() - started < TimeUnit.SECONDS.toNanos(60)) {
        RecommendResponse reply = recommend(recommender, "person-" + (100 + calls % 50));
        calls++;
        assertThat(reply.getItemsCount()).isEqualTo(10);
        if (!missing(reply).isEmpty()) {
          degraded++;
          named.addAll(missing(reply));
        }
        if (calls == 5) {
          ingestIsStillDurable(features);
        }
        if (returnedNanos == 0 && engine.redisPid() != killed) {
          returnedNanos = System.nanoTime();
        }
        if (returnedNanos != 0 && missing(reply).isEmpty()) {
          fullAgainNanos = System.nanoTime();
          break;
        }
        Thread.sleep(20);
      }

      assertThat(named).as("parts that %d of %d replies named", degraded, calls).contains("redis");
      assertThat(fullAgainNanos).as("full quality came back").isPositive();
      assertThat(fullAgainNanos - returnedNanos).isLessThan(TimeUnit.SECONDS.toNanos(10));
      awaitAggregation(features);
      channel.shutdownNow();
    }
  }

  /// What a reply was made without, apart from the model: this shop has trained none.
  private static List<String> missing(RecommendResponse reply) {
    return reply.getDegraded().getReasonsList().stream()
        .map(DegradedReason::getPart)
        .filter(part -> !part.equals("model"))
        .toList();
  }

  private static RecommendResponse recommend(
      RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender, String user) {
    return recommender
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .recommend(RecommendRequest.newBuilder().setUserId(user).setK(10).build());
  }

  private static void ingestIsStillDurable(
      FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub features) {
    IngestEventsResponse response =
        features.ingestEvents(
            IngestEventsRequest.newBuilder()
                .addEvents(purchase("while-redis-was-gone", "person-1", "item-1"))
                .build());
    assertThat(response.getResults(0).getOutcome())
        .isEqualTo(IngestOutcome.INGEST_OUTCOME_ACCEPTED);
  }

  private static void fillShop(
      ManagedChannel channel, FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub features) {
    UpsertItemsRequest.Builder items = UpsertItemsRequest.newBuilder();
    for (int i = 0; i < ITEMS; i++) {
      items.addItems(
          Item.newBuilder()
              .setItemId("item-" + i)
              .putTitles("en", "Item " + i)
              .setCategory("things/" + i % 7)
              .setPriceMinorUnits(100 + i)
              .setCurrency("GBP"));
    }
    CatalogueServiceGrpc.newBlockingStub(channel).upsertItems(items.build());
    IngestEventsRequest.Builder events = IngestEventsRequest.newBuilder();
    for (int i = 0; i < 2000; i++) {
      events.addEvents(purchase("e-" + i, "person-" + i % 150, "item-" + (i * i) % ITEMS));
    }
    features.ingestEvents(events.build());
  }

  private static Event purchase(String id, String user, String item) {
    return Event.newBuilder()
        .setEventId(id)
        .setType(EventType.EVENT_TYPE_PURCHASE)
        .setEventTimeUnixMs(System.currentTimeMillis() - 60_000)
        .setUserId(user)
        .setItemId(item)
        .build();
  }

  private static void awaitAggregation(
      FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub features) throws Exception {
    for (int i = 0; i < 600; i++) {
      var status = features.getIngestStatus(GetIngestStatusRequest.getDefaultInstance());
      if (status.getAggregatedOffset() >= status.getLogEndOffset()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the aggregations did not catch up");
  }
}
