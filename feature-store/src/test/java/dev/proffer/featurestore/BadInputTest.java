// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static dev.proffer.featurestore.RunningStore.event;
import static dev.proffer.proto.featurestore.v1.EventType.EVENT_TYPE_CLICK;
import static dev.proffer.proto.featurestore.v1.EventType.EVENT_TYPE_UNSPECIFIED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FeatureVector;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.featurestore.v1.IngestResult;
import dev.proffer.proto.featurestore.v1.ListQuarantineRequest;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.runtime.redis.EmbeddedRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What a careless or hostile caller sends, and what may be found in Redis: each has an answer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final String VIEWS =
      """
      entities:
        user: {event_field: user_id}
      views:
        - {name: rejecting, entity: user, on_invalid: reject, features: [{name: x, type: float}, {name: v, type: float_vector, length: 2}]}
        - {name: quarantining, entity: user, on_invalid: quarantine, features: [{name: x, type: double}]}
        - {name: flagging, entity: user, on_invalid: flag, features: [{name: x, type: float}]}
        - name: counted
          entity: user
          features:
            - {name: clicks, type: int64, default: -1, aggregate: {function: count, events: [click], window: 30d}}
            - {name: by, type: double_map, aggregate: {function: count, events: [click], by: item_id}}
        - name: punctual
          entity: user
          lateness: 1h
          features:
            - {name: clicks, type: int64, default: 0, aggregate: {function: count, events: [click]}}
      sets:
        - {name: s, candidate: ["counted:clicks"]}
      """;

  @TempDir static Path folder;
  private EmbeddedRedis redis;
  private RunningStore store;
  private RedisClient client;
  private StatefulRedisConnection<byte[], byte[]> connection;

  @BeforeAll
  void start() throws Exception {
    redis = EmbeddedRedis.start(folder.resolve("redis"));
    Files.createDirectories(folder.resolve("store"));
    Files.writeString(folder.resolve("store/views.yaml"), VIEWS);
    store =
        RunningStore.start(
            folder.resolve("store"),
            redis.uri(),
            Map.of(
                "redis.command-timeout",
                "2s",
                "features.file",
                "views.yaml",
                "features.event-horizon",
                "30d"));
    client = RedisClient.create(redis.uri());
    connection = client.connect(ByteArrayCodec.INSTANCE);
  }

  @AfterAll
  void stop() throws Exception {
    connection.close();
    client.shutdown();
    store.close();
    redis.close();
  }

  @Test
  void everyEventIsAnsweredByItself() {
    long now = System.currentTimeMillis();
    Event good = event("good", EVENT_TYPE_CLICK, now, "eve", "i");

    List<IngestResult> results =
        store
            .ingest(
                List.of(
                    good.toBuilder().setEventId("").build(),
                    good.toBuilder().setType(EVENT_TYPE_UNSPECIFIED).build(),
                    good.toBuilder().setTypeValue(99).build(),
                    good.toBuilder().setUserId("").build(),
                    good.toBuilder().setItemId("").build(),
                    good.toBuilder().setEventTimeUnixMs(0).build(),
                    good.toBuilder().setEventTimeUnixMs(now + 3_600_000).build(),
                    good.toBuilder().setEventTimeUnixMs(now - 31 * 86_400_000L).build(),
                    good.toBuilder().setUserId("x".repeat(257)).build(),
                    good.toBuilder().setRating(Double.NaN).build(),
                    good.toBuilder().setUnitPriceMinorUnits(5).build(),
                    good))
            .getResultsList();

    assertThat(results.subList(0, 11))
        .allSatisfy(result ->
            assertThat(result.getOutcome()).isEqualTo(IngestOutcome.INGEST_OUTCOME_REJECTED));
    assertThat(results.stream().map(IngestResult::getReason))
        .satisfiesExactly(
            reason -> assertThat(reason).startsWith("event_id: "),
            reason -> assertThat(reason).startsWith("type: "),
            reason -> assertThat(reason).startsWith("type: "),
            reason -> assertThat(reason).contains("user_id or session_id"),
            reason -> assertThat(reason).startsWith("item_id: must be set unless"),
            reason -> assertThat(reason).startsWith("event_time_unix_ms: "),
            reason -> assertThat(reason).contains("in the future (allowed: 300000 ms)"),
            reason -> assertThat(reason).contains("31 days in the past (allowed: 30 days)"),
            reason -> assertThat(reason).startsWith("user_id: "),
            reason -> assertThat(reason).startsWith("rating: "),
            reason -> assertThat(reason).startsWith("currency: must be set"),
            reason -> assertThat(reason).isEmpty());
  }

  @Test
  void aLateEventCountsOnlyWhereTheViewAllowsIt() throws Exception {
    long now = System.currentTimeMillis();
    store.ingest(List.of(event("l1", EVENT_TYPE_CLICK, now, "lou", "i")));
    long late = store.status().getLate();
    store.ingest(
        List.of(
            event("l2", EVENT_TYPE_CLICK, now - 59 * 60_000, "lou", "i"),
            event("l3", EVENT_TYPE_CLICK, now - 62 * 60_000, "lou", "i")));
    store.awaitAggregated();

    assertThat(number("counted:clicks", "lou")).isEqualTo(3);
    assertThat(number("punctual:clicks", "lou")).isEqualTo(2);
    assertThat(store.status().getLate()).isEqualTo(late + 1);
  }

  @Test
  void numbersThatAreNotNumbersFollowThePolicyOfTheView() {
    for (double odd :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      Value asFloat = Value.newBuilder().setFloatValue((float) odd).build();
      Value asDouble = Value.newBuilder().setDoubleValue(odd).build();

      List<WriteResult> results =
          write(
              row("rejecting", "nan", asFloat),
              row("quarantining", "nan", asDouble),
              row("flagging", "nan", asFloat));

      assertThat(results.stream().map(WriteResult::getOutcome))
          .containsExactly(
              WriteOutcome.WRITE_OUTCOME_REJECTED,
              WriteOutcome.WRITE_OUTCOME_QUARANTINED,
              WriteOutcome.WRITE_OUTCOME_APPLIED);
      assertThat(results.get(0).getReason()).contains("values.x: must be a finite number");
      assertThat(results.get(1).getReason()).contains("values.x: must be a finite number");
    }
    assertThat(
            store
                .stub
                .listQuarantine(ListQuarantineRequest.newBuilder().setPageSize(10).build())
                .getRowsList())
        .isNotEmpty();
    assertThat(online("rejecting:x", "nan").getStatuses(0))
        .isEqualTo(RowStatus.ROW_STATUS_NOT_FOUND);
    assertThat(online("quarantining:x", "nan").getStatuses(0))
        .isEqualTo(RowStatus.ROW_STATUS_NOT_FOUND);
  }

  @Test
  void rowsThatBreakTheRulesAreNamedAndTheOthersStored() {
    Value one = Value.newBuilder().setFloatValue(1).build();

    List<WriteResult> results =
        write(
            row("rejecting", "", one),
            row("rejecting", "y".repeat(257), one),
            row("rejecting", "a", one).toBuilder().setEventTimeUnixMs(0).build(),
            row("rejecting", "a", one).toBuilder().clearValues().build(),
            row("rejecting", "a", Value.newBuilder().setStringValue("1").build()),
            row("rejecting", "a", Value.newBuilder().setDoubleValue(1).build()),
            row("counted", "a", one),
            row("rejecting", "a", one));

    assertThat(results.stream().map(WriteResult::getReason))
        .satisfiesExactly(
            reason -> assertThat(reason).startsWith("entity_id: "),
            reason -> assertThat(reason).startsWith("entity_id: "),
            reason -> assertThat(reason).startsWith("event_time_unix_ms: "),
            reason -> assertThat(reason).startsWith("values: "),
            reason -> assertThat(reason).contains("must be a float_value, but is a string_value"),
            reason -> assertThat(reason).contains("must be a float_value, but is a double_value"),
            reason -> assertThat(reason).contains("is computed from events"),
            reason -> assertThat(reason).isEmpty());
  }

  @Test
  void idsThatAreEmptyOrTooManyAreRefusedAndDuplicatesAnsweredOneByOne() throws Exception {
    store.ingest(List.of(event("dup", EVENT_TYPE_CLICK, System.currentTimeMillis(), "dora", "i")));
    store.awaitAggregated();
    GetFeatureMatrixRequest matrix =
        GetFeatureMatrixRequest.newBuilder()
            .setFeatureSet("s")
            .addAllCandidateIds(List.of("dora", "nobody", "dora"))
            .build();

    GetFeatureMatrixResponse response = store.stub.getFeatureMatrix(matrix);

    assertThat(response.getCandidates(0).getRowStatuses().toByteArray())
        .containsExactly(
            RowStatus.ROW_STATUS_PRESENT_VALUE,
            RowStatus.ROW_STATUS_DEFAULTED_VALUE,
            RowStatus.ROW_STATUS_PRESENT_VALUE);
    assertThatThrownBy(
            () -> store.stub.getFeatureMatrix(matrix.toBuilder().addCandidateIds("").build()))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("candidate_ids[3]");
    GetOnlineFeaturesRequest.Builder many =
        GetOnlineFeaturesRequest.newBuilder().addFeatures("counted:clicks");
    for (int i = 0; i < 10_001; i++) {
      many.addEntityIds("u" + i);
    }
    assertThatThrownBy(() -> store.stub.getOnlineFeatures(many.build()))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("entity_ids");
  }

  @Test
  void idsInAnyUnicodeAreKeptApartInAggregationsToo() throws Exception {
    List<String> ids =
        List.of(
            "}x", "{a}b", "a:b", "商品", "🛒".repeat(256), "e\u0301", "\u00e9", " ", "\0", "\u202e");
    long now = System.currentTimeMillis();
    for (int i = 0; i < ids.size(); i++) {
      for (int n = 0; n <= i; n++) {
        store.ingest(
            List.of(event("uni" + i + "-" + n, EVENT_TYPE_CLICK, now, ids.get(i), ids.get(i))));
      }
    }
    store.awaitAggregated();

    for (int i = 0; i < ids.size(); i++) {
      assertThat(number("counted:clicks", ids.get(i))).isEqualTo(i + 1);
      assertThat(online("counted:by", ids.get(i)).getValues(0).getDoubleMap().getKeysList())
          .containsExactly(ids.get(i));
    }
  }

  @Test
  void whatIsNotARowInRedisIsCountedAndTreatedAsMissing() throws Exception {
    store.ingest(List.of(event("c1", EVENT_TYPE_CLICK, System.currentTimeMillis(), "cor", "i")));
    store.awaitAggregated();
    write(row("rejecting", "cor", Value.newBuilder().setFloatValue(3).build()));
    RedisCommands<byte[], byte[]> commands = connection.sync();
    byte[] written = key("f:rejecting:{cor}");
    byte[] counted = key("f:counted:{cor}");
    byte[] goodWritten = commands.get(written);
    byte[] goodCounted = commands.get(counted);
    double before = corrupt();

    byte[] future = goodWritten.clone();
    future[2] = (byte) 0xE7;
    future[3] = 0x03; // schema version 999
    byte[] flipped = goodCounted.clone();
    flipped[flipped.length - 3] ^= 0x10;
    for (byte[] wrong :
        List.of(future, key("hello"), new byte[0], new byte[] {(byte) 0xF5, 0, 1})) {
      commands.set(written, wrong);
      FeatureVector vector = online("rejecting:x", "cor");
      assertThat(vector.getStatuses(0)).isEqualTo(RowStatus.ROW_STATUS_NOT_FOUND);
    }
    for (byte[] wrong : List.of(flipped, key("hello"), goodWritten)) {
      commands.set(counted, wrong);
      FeatureVector vector = online("counted:clicks", "cor");
      assertThat(vector.getStatuses(0)).isEqualTo(RowStatus.ROW_STATUS_DEFAULTED);
      assertThat(vector.getValues(0).getInt64Value()).isEqualTo(-1);
    }

    assertThat(corrupt()).isEqualTo(before + 7);
    commands.set(written, goodWritten);
    commands.set(counted, goodCounted);
    assertThat(online("rejecting:x", "cor").getValues(0).getFloatValue()).isEqualTo(3);
    assertThat(number("counted:clicks", "cor")).isEqualTo(1);
  }

  private double corrupt() {
    return store.meters.getMeters().stream()
        .filter(meter -> meter.getId().getName().equals("proffer.features.corrupt.rows"))
        .mapToDouble(meter -> meter.measure().iterator().next().getValue())
        .sum();
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private long number(String feature, String id) {
    return online(feature, id).getValues(0).getInt64Value();
  }

  private FeatureVector online(String feature, String id) {
    GetOnlineFeaturesResponse response =
        store.stub.getOnlineFeatures(
            GetOnlineFeaturesRequest.newBuilder().addFeatures(feature).addEntityIds(id).build());
    assertThat(response.hasDegraded()).isFalse();
    return response.getResults(0);
  }

  private List<WriteResult> write(FeatureRow... rows) {
    return store
        .stub
        .writeFeatures(WriteFeaturesRequest.newBuilder().addAllRows(List.of(rows)).build())
        .getResultsList();
  }

  private static FeatureRow row(String view, String id, Value value) {
    return FeatureRow.newBuilder()
        .setFeatureView(view)
        .setEntityId(id)
        .setEventTimeUnixMs(System.currentTimeMillis())
        .putValues("x", value)
        .build();
  }
}
