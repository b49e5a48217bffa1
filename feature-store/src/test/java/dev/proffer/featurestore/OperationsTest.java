// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static dev.proffer.featurestore.RunningStore.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.featurestore.v1.ApplyRegistryRequest;
import dev.proffer.proto.featurestore.v1.Compatibility;
import dev.proffer.proto.featurestore.v1.EraseEntityRequest;
import dev.proffer.proto.featurestore.v1.EraseEntityResponse;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetRegistryRequest;
import dev.proffer.proto.featurestore.v1.InspectEntityRequest;
import dev.proffer.proto.featurestore.v1.InspectedView;
import dev.proffer.proto.featurestore.v1.ListQuarantineRequest;
import dev.proffer.proto.featurestore.v1.ListQuarantineResponse;
import dev.proffer.proto.featurestore.v1.PlanRegistryRequest;
import dev.proffer.proto.featurestore.v1.PlanRegistryResponse;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReplayQuarantineRequest;
import dev.proffer.proto.featurestore.v1.RollbackRegistryRequest;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.runtime.redis.EmbeddedRedis;
import io.lettuce.core.RedisClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What operators do to a running store: inspect, erase, quarantine, change the registry.
class OperationsTest {
  private static final String VIEWS =
      """
      entities:
        user: {event_field: user_id}
        session: {event_field: session_id}
        item: {event_field: item_id, buckets: 16}
      views:
        - name: user_history
          entity: user
          features:
            - {name: recent, type: string_list, aggregate: {function: last, k: 5, of: item_id, events: [click]}}
        - name: session_history
          entity: session
          features:
            - {name: recent, type: string_list, aggregate: {function: last, k: 5, of: item_id, events: [click]}}
        - name: user_profile
          entity: user
          on_invalid: quarantine
          features:
            - {name: age, type: int64, min: 0, max: 150}
      sets:
        - {name: s, context: ["user_profile:age"]}
      """;

  @TempDir Path folder;
  private EmbeddedRedis redis;
  private RunningStore store;

  @BeforeEach
  void start() throws Exception {
    redis = EmbeddedRedis.start(folder.resolve("redis"));
    Files.writeString(folder.resolve("views.yaml"), VIEWS);
    open();
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
    redis.close();
  }

  private void open() throws Exception {
    store =
        RunningStore.start(
            folder,
            redis.uri(),
            Map.of("redis.command-timeout", "2s", "features.file", "views.yaml"));
  }

  @Test
  void inspectShowsEveryViewOfAnEntity() throws Exception {
    store.ingest(List.of(click("e1", "ann", "v1", "i1")));
    store.awaitAggregated();

    List<InspectedView> views =
        store
            .stub
            .inspectEntity(
                InspectEntityRequest.newBuilder().setEntity("user").setEntityId("ann").build())
            .getViewsList();

    assertThat(views.stream().map(InspectedView::getFeatureView))
        .containsExactlyInAnyOrder("user_history", "user_profile");
    InspectedView history =
        views.stream()
            .filter(v -> v.getFeatureView().equals("user_history"))
            .findFirst()
            .orElseThrow();
    assertThat(history.getStatus()).isEqualTo(RowStatus.ROW_STATUS_PRESENT);
    assertThat(history.getSchemaVersion()).isEqualTo(1);
    assertThat(history.getStoredBytes()).isPositive();
    assertThat(history.getValuesOrThrow("recent").getStringList().getValuesList())
        .containsExactly("i1");
    assertThatThrownBy(() ->
            store.stub.inspectEntity(
                InspectEntityRequest.newBuilder().setEntity("x").setEntityId("a").build()))
        .hasMessageContaining("entity: must be one of item, session, user");
  }

  @Test
  void erasedEntitiesDoNotComeBackOnReplay() throws Exception {
    store.ingest(
        List.of(
            click("e1", "ann", "visit-ann", "i1"),
            click("e2", "bob", "visit-bob", "i2"),
            click("e3", "ann", "visit-ann", "i3")));
    write(row("ann", 30));
    store.awaitAggregated();

    EraseEntityResponse receipt = erase("ann");

    assertThat(receipt.getErasedEvents()).isEqualTo(2);
    assertThat(receipt.getErasedRows()).isEqualTo(3);
    assertThat(receipt.getReceiptId()).isNotEmpty();
    assertThat(Files.readString(folder.resolve("feature-store/erasures.log")))
        .contains(receipt.getReceiptId())
        .doesNotContain("ann");
    try (RedisClient client = RedisClient.create(redis.uri())) {
      client.connect().sync().flushall();
      store.ingest(List.of(click("e1", "ann", "visit-ann", "i1")));
      Thread.sleep(1500);
      store.awaitAggregated();
    }
    assertThat(store.list("user_history:recent", "ann")).isEmpty();
    assertThat(store.list("session_history:recent", "visit-ann")).isEmpty();
    assertThat(store.list("user_history:recent", "bob")).containsExactly("i2");
    List<Event> left = new ArrayList<>();
    store
        .stub
        .readEvents(ReadEventsRequest.getDefaultInstance())
        .forEachRemaining(run -> left.addAll(run.getEventsList()));
    assertThat(left.stream().map(Event::getEventId)).containsExactly("e2");
    assertThat(erase("ann").getErasedEvents()).isZero();
    // A person may come back as somebody new.
    store.ingest(List.of(click("e9", "ann", "visit-9", "i9")));
    store.awaitAggregated();
    assertThat(store.list("user_history:recent", "ann")).containsExactly("i9");
  }

  @Test
  void quarantinedRowsAreListedAndWrittenAgainUnderNewRules() {
    assertThat(
            write(row("ann", 200), row("bob", 20), row("cid", -1)).stream()
                .map(WriteResult::getOutcome))
        .containsExactly(
            WriteOutcome.WRITE_OUTCOME_QUARANTINED,
            WriteOutcome.WRITE_OUTCOME_APPLIED,
            WriteOutcome.WRITE_OUTCOME_QUARANTINED);
    ListQuarantineResponse first =
        store.stub.listQuarantine(ListQuarantineRequest.newBuilder().setPageSize(1).build());
    assertThat(first.getRows(0).getRow().getEntityId()).isEqualTo("ann");
    assertThat(first.getRows(0).getReason()).contains("values.age: must be from 0.0 to 150.0");
    ListQuarantineResponse second =
        store.stub.listQuarantine(
            ListQuarantineRequest.newBuilder().setPageToken(first.getNextPageToken()).build());
    assertThat(second.getRowsList()).hasSize(1);
    assertThat(second.getNextPageToken()).isEmpty();

    apply(VIEWS.replace("max: 150", "max: 250"));
    List<WriteResult> again =
        store
            .stub
            .replayQuarantine(
                ReplayQuarantineRequest.newBuilder()
                    .addQuarantineIds(first.getRows(0).getQuarantineId())
                    .addQuarantineIds(second.getRows(0).getQuarantineId())
                    .addQuarantineIds("nope")
                    .build())
            .getResultsList();

    assertThat(again.stream().map(WriteResult::getOutcome))
        .containsExactly(
            WriteOutcome.WRITE_OUTCOME_APPLIED,
            WriteOutcome.WRITE_OUTCOME_QUARANTINED,
            WriteOutcome.WRITE_OUTCOME_REJECTED);
    assertThat(store.stub.listQuarantine(ListQuarantineRequest.getDefaultInstance()).getRowsList())
        .hasSize(1);
    assertThat(age("ann").getInt64Value()).isEqualTo(200);
  }

  @Test
  void thePlanNamesWhatWouldChangeAndWhoMustTrainAgain() {
    PlanRegistryResponse same = plan(VIEWS);
    assertThat(same.getCompatibility()).isEqualTo(Compatibility.COMPATIBILITY_UNCHANGED);

    PlanRegistryResponse added =
        plan(VIEWS.replace("sets:", "      - {name: city, type: string}\nsets:"));
    assertThat(added.getCompatibility()).isEqualTo(Compatibility.COMPATIBILITY_COMPATIBLE);
    assertThat(added.getChanges(0).getSubject()).isEqualTo("user_profile:city");

    PlanRegistryResponse retrain =
        plan(VIEWS.replace("{name: age, type: int64", "{name: age, default: 40, type: int64"));
    assertThat(retrain.getCompatibility()).isEqualTo(Compatibility.COMPATIBILITY_RETRAIN);
    assertThat(retrain.getChangesList())
        .anySatisfy(change -> assertThat(change.getAffectedFeatureSetsList()).contains("s"));

    String corrupting = VIEWS.replace("age, type: int64", "age, type: string");
    assertThat(plan(corrupting).getCompatibility()).isEqualTo(Compatibility.COMPATIBILITY_REFUSED);
    assertThatThrownBy(() -> apply(corrupting))
        .hasMessageContaining("FAILED_PRECONDITION")
        .hasMessageContaining("INT64 -> STRING");
    assertThatThrownBy(() ->
            apply(
                VIEWS
                    .replace("buckets: 16", "buckets: 32")
                    .replace("entity: session", "entity: item")))
        .hasMessageContaining("FAILED_PRECONDITION");
    assertThatThrownBy(() -> apply("views: 7"))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("yaml.entities");
  }

  @Test
  void appliedVersionsAreKeptAndCanBeGoneBackTo() throws Exception {
    write(row("ann", 30));
    store.ingest(List.of(click("e1", "ann", "v1", "i1"), click("e2", "ann", "v1", "i2")));
    store.awaitAggregated();
    String wider =
        VIEWS
            .replace(
                "k: 5, of: item_id, events: [click]}}\n  - name: session",
                "k: 1, of: item_id, events: [click]}}\n  - name: session")
            .replace("sets:", "      - {name: city, type: string, default: \"?\"}\nsets:");

    assertThat(apply(wider)).isEqualTo(2);
    store.awaitAggregated();
    assertThat(store.list("user_history:recent", "ann")).containsExactly("i2");
    assertThat(age("ann").getInt64Value()).as("a row of the first version").isEqualTo(30);
    assertThatThrownBy(() ->
            store.registry.applyRegistry(
                ApplyRegistryRequest.newBuilder().setYaml(VIEWS).setExpectedVersion(1).build()))
        .hasMessageContaining("expected_version");
    write(row("bob", 31));

    assertThat(
            store
                .registry
                .rollbackRegistry(RollbackRegistryRequest.newBuilder().setVersion(1).build())
                .getVersion())
        .isEqualTo(1);
    store.awaitAggregated();
    assertThat(store.list("user_history:recent", "ann")).containsExactly("i2", "i1");
    assertThat(age("bob").getInt64Value()).as("a row of the second version").isEqualTo(31);

    store.close();
    open();
    store.awaitAggregated();
    assertThat(store.registry.getRegistry(GetRegistryRequest.getDefaultInstance()).getVersion())
        .isEqualTo(1);
    assertThat(store.list("user_history:recent", "ann")).containsExactly("i2", "i1");
  }

  private int apply(String yaml) {
    return store
        .registry
        .applyRegistry(ApplyRegistryRequest.newBuilder().setYaml(yaml).build())
        .getVersion();
  }

  private PlanRegistryResponse plan(String yaml) {
    return store.registry.planRegistry(PlanRegistryRequest.newBuilder().setYaml(yaml).build());
  }

  private EraseEntityResponse erase(String user) {
    return store.stub.eraseEntity(
        EraseEntityRequest.newBuilder().setEntity("user").setEntityId(user).build());
  }

  private Value age(String user) {
    return store
        .stub
        .getOnlineFeatures(
            GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("user_profile:age")
                .addEntityIds(user)
                .build())
        .getResults(0)
        .getValues(0);
  }

  private List<WriteResult> write(FeatureRow... rows) {
    return store
        .stub
        .writeFeatures(WriteFeaturesRequest.newBuilder().addAllRows(List.of(rows)).build())
        .getResultsList();
  }

  private static FeatureRow row(String user, long age) {
    return FeatureRow.newBuilder()
        .setFeatureView("user_profile")
        .setEntityId(user)
        .setEventTimeUnixMs(System.currentTimeMillis())
        .putValues("age", Value.newBuilder().setInt64Value(age).build())
        .build();
  }

  private static Event click(String id, String user, String session, String item) {
    return event(id, EventType.EVENT_TYPE_CLICK, System.currentTimeMillis(), user, item).toBuilder()
        .setSessionId(session)
        .build();
  }
}
