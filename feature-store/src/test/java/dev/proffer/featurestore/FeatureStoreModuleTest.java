// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static dev.proffer.featurestore.RunningStore.event;
import static dev.proffer.proto.featurestore.v1.EventType.EVENT_TYPE_ADD_TO_CART;
import static dev.proffer.proto.featurestore.v1.EventType.EVENT_TYPE_CLICK;
import static dev.proffer.proto.featurestore.v1.EventType.EVENT_TYPE_PURCHASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.GetRegistryRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.runtime.redis.EmbeddedRedis;
import io.grpc.StatusRuntimeException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeatureStoreModuleTest {
  private static final String VIEWS =
      """
      entities:
        item: {event_field: item_id, buckets: 16}
      views:
        - name: item_price
          entity: item
          max_age: 1h
          near_cache: 1s
          features:
            - {name: price, type: float, min: 0, max: 1000, default: 9.5}
            - {name: stock, type: int64}
            - {name: brand, type: string}
            - {name: vector, type: float_vector, length: 3}
      sets:
        - {name: pricing, candidate: ["item_price:*"]}
      """;

  @TempDir static Path folder;
  private EmbeddedRedis redis;
  private RunningStore events;
  private RunningStore rows;

  @BeforeAll
  void start() throws Exception {
    redis = EmbeddedRedis.start(folder.resolve("redis"));
    Map<String, String> patient = Map.of("redis.command-timeout", "2s");
    events = RunningStore.start(folder.resolve("events"), redis.uri(), patient);
    Files.createDirectories(folder.resolve("rows"));
    Files.writeString(folder.resolve("rows/views.yaml"), VIEWS);
    rows =
        RunningStore.start(
            folder.resolve("rows"),
            redis.uri(),
            Map.of("redis.command-timeout", "2s", "features.file", "views.yaml"));
  }

  @AfterAll
  void stop() throws Exception {
    events.close();
    rows.close();
    redis.close();
  }

  @Test
  void serveHistoriesAndCountsOfEventsThatWereIngested() throws Exception {
    long now = System.currentTimeMillis();
    events.ingest(
        List.of(
            event("a1", EVENT_TYPE_CLICK, now - 5000, "ann", "i1"),
            event("a2", EVENT_TYPE_ADD_TO_CART, now - 4000, "ann", "i2"),
            event("a3", EVENT_TYPE_PURCHASE, now - 3000, "ann", "i2").toBuilder()
                .setUnitPriceMinorUnits(1999)
                .setCurrency("EUR")
                .setQuantity(2)
                .setSessionId("s-ann")
                .build(),
            event("a4", EVENT_TYPE_CLICK, now - 6000, "ann", "i0")));
    events.awaitAggregated();

    assertThat(events.list("user_history:recent_items", "ann"))
        .containsExactly("i2", "i2", "i1", "i0");
    assertThat(events.list("user_history:purchased_items", "ann")).containsExactly("i2");
    assertThat(events.list("session_history:recent_items", "s-ann")).containsExactly("i2");

    GetFeatureMatrixResponse matrix =
        events.stub.getFeatureMatrix(
            GetFeatureMatrixRequest.newBuilder()
                .setFeatureSet("ranker")
                .setContextEntityId("ann")
                .addCandidateIds("i2")
                .addCandidateIds("no such item")
                .addCandidateIds("i2")
                .addCandidateIds("i1")
                .build());
    assertThat(matrix.hasDegraded()).isFalse();
    FeatureBlock activity = matrix.getContext(0);
    assertThat(activity.getFeatureView()).isEqualTo("user_activity");
    assertThat(cell(activity, 0, "clicks_7d")).isEqualTo(2);
    assertThat(cell(activity, 0, "purchases_90d")).isEqualTo(1);
    assertThat(cell(activity, 0, "spend_decayed_30d")).isBetween(3997f, 3998f);
    assertThat(matrix.getContext(1).getColumns(0).getValues(0).getStringList().getValuesList())
        .containsExactly("i2", "i2", "i1", "i0");
    FeatureBlock items = matrix.getCandidates(0);
    assertThat(items.getRows()).isEqualTo(4);
    assertThat(cell(items, 0, "popularity")).isBetween(7.9f, 8f);
    assertThat(cell(items, 2, "popularity")).isBetween(7.9f, 8f);
    assertThat(cell(items, 3, "clicks_7d")).isEqualTo(1);
    assertThat(cell(items, 1, "popularity")).isZero();
    assertThat(items.getRowStatuses().toByteArray())
        .containsExactly(
            RowStatus.ROW_STATUS_PRESENT_VALUE,
            RowStatus.ROW_STATUS_DEFAULTED_VALUE,
            RowStatus.ROW_STATUS_PRESENT_VALUE,
            RowStatus.ROW_STATUS_PRESENT_VALUE);
  }

  @Test
  void countAnEventOnceHoweverOftenItIsSent() throws Exception {
    Event click = event("once", EVENT_TYPE_CLICK, System.currentTimeMillis(), "bob", "i9");

    IngestEventsResponse first = events.ingest(List.of(click, click));
    IngestEventsResponse second = events.ingest(List.of(click));

    assertThat(first.getResults(0).getOutcome()).isEqualTo(IngestOutcome.INGEST_OUTCOME_ACCEPTED);
    assertThat(first.getResults(1).getOutcome()).isEqualTo(IngestOutcome.INGEST_OUTCOME_DUPLICATE);
    assertThat(second.getResults(0).getOutcome()).isEqualTo(IngestOutcome.INGEST_OUTCOME_DUPLICATE);
    assertThat(second.getResults(0).getOffset()).isEqualTo(first.getResults(0).getOffset());
    events.awaitAggregated();
    assertThat(events.list("user_history:recent_items", "bob")).containsExactly("i9");
  }

  @Test
  void refuseEventsOutsideOfTimeOneByOne() {
    long now = System.currentTimeMillis();

    IngestEventsResponse response =
        events.ingest(
            List.of(
                event("future", EVENT_TYPE_CLICK, now + 3_600_000, "eve", "i1"),
                event("fine", EVENT_TYPE_CLICK, now, "eve", "i1")));

    assertThat(response.getResults(0).getOutcome())
        .isEqualTo(IngestOutcome.INGEST_OUTCOME_REJECTED);
    assertThat(response.getResults(0).getReason()).startsWith("event_time_unix_ms: lies ");
    assertThat(response.getResults(1).getOutcome())
        .isEqualTo(IngestOutcome.INGEST_OUTCOME_ACCEPTED);
  }

  @Test
  void streamTheLogFromAnOffsetAndFollowIt() {
    long now = System.currentTimeMillis();
    long from = events.status().getLogEndOffset();
    List<Event> sent = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      sent.add(event("r" + i, EVENT_TYPE_CLICK, now, "reader", "i" + i));
    }
    events.ingest(sent);

    Iterator<ReadEventsResponse> stream =
        events.stub.readEvents(
            ReadEventsRequest.newBuilder().setFromOffset(from).setFollow(true).build());
    List<Event> read = new ArrayList<>();
    while (read.size() < 2500) {
      ReadEventsResponse run = stream.next();
      assertThat(run.getFirstOffset()).isEqualTo(from + read.size());
      read.addAll(run.getEventsList());
    }
    assertThat(read).isEqualTo(sent);
    Event more = event("r-more", EVENT_TYPE_CLICK, now, "reader", "late");
    events.ingest(List.of(more));
    assertThat(stream.next().getEvents(0)).isEqualTo(more);
  }

  @Test
  void storeRowsSoThatTheNewestEventTimeWins() {
    long now = System.currentTimeMillis();

    List<WriteResult> results =
        write(
            row("w1", now - 1000, Map.of("price", price(10), "stock", stock(3))),
            row("w1", now - 2000, Map.of("price", price(5))),
            row("w1", now - 1000, Map.of("price", price(11))));

    assertThat(results.stream().map(WriteResult::getOutcome))
        .containsExactly(
            WriteOutcome.WRITE_OUTCOME_APPLIED,
            WriteOutcome.WRITE_OUTCOME_STALE,
            WriteOutcome.WRITE_OUTCOME_APPLIED);
    GetOnlineFeaturesResponse read = online("w1");
    assertThat(read.getFeatureNamesList()).containsExactly("price", "stock", "brand", "vector");
    assertThat(read.getResults(0).getValues(0).getFloatValue()).isEqualTo(11);
    assertThat(read.getResults(1).getStatuses(0)).isEqualTo(RowStatus.ROW_STATUS_NULL_VALUE);
    assertThat(read.getResults(0).getEventTimesUnixMs(0)).isEqualTo(now - 1000);
  }

  @Test
  void refuseWrongRowsByNameAndStoreTheOthers() {
    long now = System.currentTimeMillis();

    List<WriteResult> results =
        write(
            row("x", now, Map.of("price", stock(1))),
            row("x", now, Map.of("price", price(Float.NaN))),
            row("x", now, Map.of("price", price(-1))),
            row("x", now, Map.of("colour", price(1))),
            row("x", now + 3_600_000, Map.of("price", price(1))),
            row("x", now, Map.of("price", price(1))).toBuilder().setFeatureView("nope").build(),
            row("x", now, Map.of("price", price(1))));

    assertThat(results.stream().map(WriteResult::getReason))
        .satisfiesExactly(
            reason -> assertThat(reason).contains("values.price: must be a float_value"),
            reason -> assertThat(reason).contains("values.price: must be a finite number"),
            reason -> assertThat(reason).contains("values.price: must be from 0.0 to 1000.0"),
            reason -> assertThat(reason).contains("values.colour: the view item_price has no"),
            reason -> assertThat(reason).contains("event_time_unix_ms: lies"),
            reason -> assertThat(reason).contains("feature_view: no view is named 'nope'"),
            reason -> assertThat(reason).isEmpty());
  }

  @Test
  void hideWhatIsOlderThanItsMaxAgeAndSayWhatStandsIn() {
    long now = System.currentTimeMillis();
    write(row("old", now - 3_700_000, Map.of("price", price(3), "stock", stock(7))));
    write(row("young", now - 60_000, Map.of("price", price(3), "stock", stock(7))));

    GetOnlineFeaturesResponse read = online("old");
    assertThat(read.getResults(0).getStatuses(0)).isEqualTo(RowStatus.ROW_STATUS_DEFAULTED);
    assertThat(read.getResults(0).getValues(0).getFloatValue()).isEqualTo(9.5f);
    assertThat(read.getResults(1).getStatuses(0)).isEqualTo(RowStatus.ROW_STATUS_OUTSIDE_MAX_AGE);
    assertThat(read.getResults(1).getValues(0)).isEqualTo(Value.getDefaultInstance());

    // A request may tighten the age, also for a row that is in the near cache by now.
    assertThat(pricing("young", 0).getRowStatuses().byteAt(0))
        .isEqualTo((byte) RowStatus.ROW_STATUS_PRESENT_VALUE);
    assertThat(pricing("young", 30_000).getRowStatuses().byteAt(0))
        .isEqualTo((byte) RowStatus.ROW_STATUS_DEFAULTED_VALUE);
  }

  @Test
  void keepAnyUnicodeIdApart() {
    long now = System.currentTimeMillis();
    List<String> ids = List.of("}x", "{a}b", "a:b", "a}:item_price", "商品", "🛒", " ", "\0");
    for (int i = 0; i < ids.size(); i++) {
      write(row(ids.get(i), now, Map.of("stock", stock(i))));
    }

    for (int i = 0; i < ids.size(); i++) {
      assertThat(online(ids.get(i)).getResults(1).getValues(0).getInt64Value()).isEqualTo(i);
    }
  }

  @Test
  void refuseRequestsThatNameWhatDoesNotExist() {
    assertThatThrownBy(() ->
            events.stub.getFeatureMatrix(
                GetFeatureMatrixRequest.newBuilder().setFeatureSet("nope").build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND")
        .hasMessageContaining("nope");
    assertThatThrownBy(() -> events.list("nope:x", "a")).hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(() -> events.list("user_history:nope", "a"))
        .hasMessageContaining("has no feature nope");
    assertThatThrownBy(() ->
            events.stub.getFeatureMatrix(
                GetFeatureMatrixRequest.newBuilder()
                    .setFeatureSet("ranker")
                    .setContextEntityId("a")
                    .setFeatureSetHash("0000")
                    .build()))
        .hasMessageContaining("FAILED_PRECONDITION");
    assertThatThrownBy(() ->
            events.stub.getFeatureMatrix(
                GetFeatureMatrixRequest.newBuilder().setFeatureSet("ranker").build()))
        .hasMessageContaining("context_entity_id");
    GetFeatureMatrixRequest.Builder tooMany =
        GetFeatureMatrixRequest.newBuilder().setFeatureSet("ranker").setContextEntityId("a");
    for (int i = 0; i < 10_001; i++) {
      tooMany.addCandidateIds("i" + i);
    }
    assertThatThrownBy(() -> events.stub.getFeatureMatrix(tooMany.build()))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("candidate_ids");
  }

  @Test
  void describeTheRegistry() {
    assertThat(
            events
                .registry
                .getRegistry(GetRegistryRequest.getDefaultInstance())
                .getFeatureViewsList()
                .stream()
                .map(view -> view.getName()))
        .contains("user_history", "user_activity", "session_history", "item_activity");
  }

  private List<WriteResult> write(FeatureRow... all) {
    return rows.stub
        .writeFeatures(WriteFeaturesRequest.newBuilder().addAllRows(List.of(all)).build())
        .getResultsList();
  }

  private GetOnlineFeaturesResponse online(String item) {
    return rows.stub.getOnlineFeatures(
        GetOnlineFeaturesRequest.newBuilder()
            .addFeatures("item_price:*")
            .addEntityIds(item)
            .build());
  }

  private FeatureBlock pricing(String item, long maxAgeMillis) {
    return rows.stub
        .getFeatureMatrix(
            GetFeatureMatrixRequest.newBuilder()
                .setFeatureSet("pricing")
                .addCandidateIds(item)
                .setMaxAgeMs(maxAgeMillis)
                .build())
        .getCandidates(0);
  }

  private static FeatureRow row(String item, long time, Map<String, Value> values) {
    return FeatureRow.newBuilder()
        .setFeatureView("item_price")
        .setEntityId(item)
        .setEventTimeUnixMs(time)
        .putAllValues(values)
        .build();
  }

  private static Value price(float price) {
    return Value.newBuilder().setFloatValue(price).build();
  }

  private static Value stock(long stock) {
    return Value.newBuilder().setInt64Value(stock).build();
  }

  private static float cell(FeatureBlock block, int row, String feature) {
    ByteString values = block.getValuesF32Le();
    int column = block.getFeaturesList().indexOf(feature);
    return values
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .getFloat((row * block.getFeaturesCount() + column) * 4);
  }
}
