// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static dev.proffer.featurestore.RunningStore.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.EraseEntityRequest;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.runtime.redis.EmbeddedRedis;
import io.lettuce.core.RedisClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisLossTest {
  private static final long NOW = Instant.parse("2026-05-01T10:00:00Z").toEpochMilli();
  private static final List<String> USERS = List.of("u0", "u1", "u2", "u3", "u4");
  private static final List<String> ITEMS = List.of("i0", "i1", "i2", "i3", "i4", "i5", "i6");

  @TempDir Path folder;

  @Test
  void readsStayQuickAndHonestWhileRedisIsKilledAndIngestGoesOn() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"));
        RunningStore store = start(redis)) {
      store.ingest(random(0, 500));
      store.awaitAggregated();
      GetFeatureMatrixResponse before = matrix(store);
      assertThat(before.hasDegraded()).isFalse();

      ProcessHandle.of(redis.pid()).orElseThrow().destroyForcibly();
      boolean degraded = false;
      boolean ingested = false;
      for (int i = 0; i < 20; i++) {
        GetFeatureMatrixResponse during = matrix(store);
        if (during.hasDegraded()) {
          degraded = true;
          assertThat(during.getDegraded().getReasons(0).getPart()).isEqualTo("redis");
          assertThat(blocks(during)).as("copies stand in").isEqualTo(blocks(before));
          GetOnlineFeaturesResponse unknown =
              store.stub.getOnlineFeatures(
                  GetOnlineFeaturesRequest.newBuilder()
                      .addFeatures("user_activity:clicks_7d")
                      .addEntityIds("never read before")
                      .build());
          if (unknown.hasDegraded()) {
            assertThat(unknown.getResults(0).getStatuses(0))
                .isEqualTo(RowStatus.ROW_STATUS_UNAVAILABLE);
          }
        }
        if (!ingested) {
          store.ingest(random(500, 700));
          ingested = true;
        }
        Thread.sleep(20);
      }
      assertThat(degraded).isTrue();
      store.awaitAggregated();
      assertThat(matrix(store).hasDegraded()).isFalse();
      assertThat(values(store)).isEqualTo(replayed(random(0, 700)));
    }
  }

  @Test
  void anEmptiedRedisIsFilledAgainWithExactlyTheSameValues() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"));
        RunningStore store = start(redis);
        RedisClient client = RedisClient.create(redis.uri())) {
      store.ingest(random(0, 2000));
      store.awaitAggregated();
      List<Value> before = values(store);
      for (int round = 0; round < 3; round++) {
        client.connect().sync().flushall();
        store.ingest(random(2000 + round * 10, 2010 + round * 10));
        Thread.sleep(1500);
        store.awaitAggregated();
      }

      assertThat(values(store)).isNotEqualTo(before).isEqualTo(replayed(random(0, 2030)));
    }
  }

  @Test
  void aRestartedServerGoesOnWhereItWasAndCountsNothingTwice() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"))) {
      for (int round = 0; round < 3; round++) {
        try (RunningStore store = start(redis)) {
          // Half of them were sent before.
          store.ingest(random(Math.max(0, round * 300 - 150), round * 300 + 300));
        }
      }
      try (RunningStore store = start(redis)) {
        store.awaitAggregated();
        assertThat(values(store)).isEqualTo(replayed(random(0, 900)));
      }
    }
  }

  @Test
  void writtenRowsThatRedisLosesArePutBackButNotWhatWasErased() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"));
        RedisClient client = RedisClient.create(redis.uri())) {
      Files.createDirectories(folder.resolve("store"));
      Files.writeString(
          folder.resolve("store/views.yaml"),
          """
          entities:
            user: {event_field: user_id}
          views:
            - {name: profile, entity: user, features: [{name: x, type: int64}]}
          """);
      try (RunningStore store = startWritten(redis)) {
        write(store, 0, 3000, 1);
        write(store, 0, 3000, 2);
        store.stub.eraseEntity(
            EraseEntityRequest.newBuilder().setEntity("user").setEntityId("u7").build());
        client.connect().sync().flushall();
        write(store, 0, 10, 3);

        awaitWritten(store, 3000);
        assertThat(number(store, "u5")).isEqualTo(3);
        assertThat(number(store, "u2999")).isEqualTo(2);
        assertThat(store.stub.getOnlineFeatures(profileOf("u7")).getResults(0).getStatuses(0))
            .as("written again after it was erased")
            .isEqualTo(RowStatus.ROW_STATUS_PRESENT);
        store.stub.eraseEntity(
            EraseEntityRequest.newBuilder().setEntity("user").setEntityId("u8").build());
      }
      // Lost while nobody looks.
      client.connect().sync().flushall();
      try (RunningStore store = startWritten(redis)) {
        awaitWritten(store, 3000);
        assertThat(number(store, "u5")).isEqualTo(3);
        assertThat(store.stub.getOnlineFeatures(profileOf("u8")).getResults(0).getStatuses(0))
            .isEqualTo(RowStatus.ROW_STATUS_NOT_FOUND);
      }
    }
  }

  private RunningStore startWritten(EmbeddedRedis redis) throws Exception {
    return RunningStore.start(
        folder.resolve("store"),
        redis.uri(),
        Map.of("redis.command-timeout", "2s", "features.file", "views.yaml"));
  }

  private static void write(RunningStore store, int from, int to, long number) {
    WriteFeaturesRequest.Builder request = WriteFeaturesRequest.newBuilder();
    for (int user = from; user < to; user++) {
      request.addRows(
          FeatureRow.newBuilder()
              .setFeatureView("profile")
              .setEntityId("u" + user)
              // All at the same time: of these the last one counts, put back or not.
              .setEventTimeUnixMs(NOW)
              .putValues("x", Value.newBuilder().setInt64Value(number).build()));
    }
    assertThat(
            store.stub.writeFeatures(request.build()).getResultsList().stream()
                .map(WriteResult::getOutcome))
        .containsOnly(WriteOutcome.WRITE_OUTCOME_APPLIED);
  }

  private static void awaitWritten(RunningStore store, int users) throws InterruptedException {
    long began = System.nanoTime();
    while (number(store, "u" + (users - 1)) == 0
        || number(store, "u11") == 0
        || !store.shortcomings().isEmpty()) {
      assertThat(System.nanoTime() - began).isLessThan(60_000_000_000L);
      Thread.sleep(20);
    }
  }

  private static long number(RunningStore store, String user) {
    return store.stub.getOnlineFeatures(profileOf(user)).getResults(0).getValues(0).getInt64Value();
  }

  private static GetOnlineFeaturesRequest profileOf(String user) {
    return GetOnlineFeaturesRequest.newBuilder()
        .addFeatures("profile:x")
        .addEntityIds(user)
        .build();
  }

  private RunningStore start(EmbeddedRedis redis) throws Exception {
    return RunningStore.start(
        folder.resolve("store"),
        redis.uri(),
        Map.of("redis.command-timeout", "500ms"),
        Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));
  }

  /// What a store that never lost anything says about the same events.
  private List<Value> replayed(List<Event> events) throws Exception {
    Path other = folder.resolve("other-" + System.nanoTime());
    try (EmbeddedRedis redis = EmbeddedRedis.start(other.resolve("redis"));
        RunningStore store =
            RunningStore.start(
                other,
                redis.uri(),
                Map.of("redis.command-timeout", "2s"),
                Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC))) {
      store.ingest(events);
      store.awaitAggregated();
      return values(store);
    }
  }

  private static List<Value> values(RunningStore store) throws InterruptedException {
    List<Value> values = new ArrayList<>();
    for (Map.Entry<String, List<String>> entry :
        Map.of(
                "user_history", USERS,
                "user_activity", USERS,
                "item_activity", ITEMS)
            .entrySet()
            .stream()
            .sorted(Map.Entry.comparingByKey())
            .toList()) {
      GetOnlineFeaturesResponse response =
          store.stub.getOnlineFeatures(
              GetOnlineFeaturesRequest.newBuilder()
                  .addFeatures(entry.getKey() + ":*")
                  .addAllEntityIds(entry.getValue())
                  .build());
      assertThat(response.hasDegraded()).isFalse();
      response.getResultsList().forEach(vector -> values.addAll(vector.getValuesList()));
    }
    return values;
  }

  private static GetFeatureMatrixResponse matrix(RunningStore store) {
    return store.stub.getFeatureMatrix(
        GetFeatureMatrixRequest.newBuilder()
            .setFeatureSet("ranker")
            .setContextEntityId("u1")
            .addAllCandidateIds(ITEMS)
            .build());
  }

  private static List<FeatureBlock> blocks(GetFeatureMatrixResponse matrix) {
    List<FeatureBlock> blocks = new ArrayList<>(matrix.getContextList());
    blocks.addAll(matrix.getCandidatesList());
    return blocks;
  }

  /// The same event for the same number, always.
  private static List<Event> random(int from, int to) {
    List<Event> events = new ArrayList<>();
    EventType[] types = {
      EventType.EVENT_TYPE_IMPRESSION,
      EventType.EVENT_TYPE_CLICK,
      EventType.EVENT_TYPE_ADD_TO_CART,
      EventType.EVENT_TYPE_PURCHASE
    };
    for (int i = from; i < to; i++) {
      Random random = new Random(i * 7919L);
      events.add(
          event(
                  "e" + i,
                  types[random.nextInt(types.length)],
                  NOW - random.nextLong(20L * 86_400_000),
                  USERS.get(random.nextInt(USERS.size())),
                  ITEMS.get(random.nextInt(ITEMS.size())))
              .toBuilder()
              .setUnitPriceMinorUnits(100 + random.nextInt(1000))
              .setCurrency("EUR")
              .build());
    }
    return events;
  }
}
