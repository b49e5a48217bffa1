// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.featurestore.v1.CheckConsistencyRequest;
import dev.proffer.proto.featurestore.v1.CheckConsistencyResponse;
import dev.proffer.proto.featurestore.v1.EraseEntityRequest;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureConsistency;
import dev.proffer.proto.featurestore.v1.FeatureQuality;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureQualityRequest;
import dev.proffer.proto.featurestore.v1.PlanRegistryRequest;
import dev.proffer.proto.featurestore.v1.RegisterModelRequest;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.runtime.redis.EmbeddedRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is known of what was served: whether training would see the same, and how it looks.
class ServedTest {
  private static final String VIEWS =
      """
      entities:
        user: {event_field: user_id}
        item: {event_field: item_id, buckets: 16}
      views:
        - name: user_clicks
          entity: user
          features:
            - {name: clicks, type: int64, default: 0, aggregate: {function: count, events: [click], window: 1h}}
            - {name: recent, type: string_list, aggregate: {function: last, k: 5, of: item_id, events: [click]}}
        - name: item_price
          entity: item
          features:
            - {name: price, type: float}
            - {name: stock, type: int64, default: 7}
      on_demand:
        - name: offer
          request: {cart: double}
          features:
            - {name: share, type: float, expression: "price / (price + cart)"}
      sets:
        - {name: s, context: ["user_clicks:*"], candidate: ["item_price:*", "offer:*"]}
        - {name: t, candidate: ["item_price:stock"]}
      """;

  @TempDir static Path folder;
  private static int number;
  private EmbeddedRedis redis;
  private RunningStore store;
  private Path data;

  @BeforeEach
  void start() throws Exception {
    data = folder.resolve("store" + number++);
    redis = EmbeddedRedis.start(data.resolve("redis"));
    Files.createDirectories(data);
    Files.writeString(data.resolve("views.yaml"), VIEWS);
    open();
  }

  private void open() throws Exception {
    store =
        RunningStore.start(
            data,
            redis.uri(),
            Map.of(
                "redis.command-timeout",
                "2s",
                "features.file",
                "views.yaml",
                "features.served-share",
                "1"));
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
    redis.close();
  }

  @Test
  void whatWasServedIsWhatAReplayGivesUntilSomethingComesLate() throws Exception {
    long start = System.currentTimeMillis();
    List<Event> clicks = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      clicks.add(
          RunningStore.event(
              "e" + i, EventType.EVENT_TYPE_CLICK, start - 60_000 + i, "u" + i % 4, "i" + i % 10));
    }
    store.ingest(clicks);
    store.awaitAggregated();
    for (int i = 0; i < 10; i++) {
      write("i" + i, start - 1000, 10 + i);
    }
    for (int user = 0; user < 5; user++) {
      read("u" + user);
    }

    CheckConsistencyResponse same = awaitRows(5 * 11);
    assertThat(same.getFeaturesList().stream().map(FeatureConsistency::getFeature))
        .containsExactly(
            "user_clicks:clicks",
            "user_clicks:recent",
            "item_price:price",
            "item_price:stock",
            "offer:share");
    for (FeatureConsistency feature : same.getFeaturesList()) {
      assertThat(feature.getMismatched()).describedAs(feature.getFeature()).isZero();
      assertThat(feature.getMissingServed()).describedAs(feature.getFeature()).isZero();
      assertThat(feature.getMissingReplayed()).describedAs(feature.getFeature()).isZero();
      assertThat(feature.getSmape()).isLessThan(1e-6);
      assertThat(feature.getCompared()).describedAs(feature.getFeature()).isPositive();
    }

    // An event and a row that say what was true before, but come after it was served.
    store.ingest(
        List.of(RunningStore.event("late", EventType.EVENT_TYPE_CLICK, start - 500, "u0", "i3")));
    write("i0", start - 500, 20);
    CheckConsistencyResponse late = check();
    assertThat(late.getFeatures(0).getMismatched()).isEqualTo(11);
    assertThat(late.getFeatures(1).getMismatched()).isEqualTo(11);
    assertThat(late.getFeatures(2).getMismatched()).isEqualTo(5);
    // Each of 5 of 50 rows is off by 2 * 10 / 30.
    assertThat(late.getFeatures(2).getSmape()).isCloseTo(2 * 10 / 30.0 * 5 / 50, within(1e-4));
    assertThat(late.getFeatures(3).getMismatched()).isZero();
  }

  @Test
  void qualityTellsWhatIsMissingTheRangeTheAgeAndTheDrift() throws Exception {
    long now = System.currentTimeMillis();
    for (int i = 0; i < 10; i++) {
      write("i" + i, now - 10_000, 10 + i);
    }
    for (int turn = 0; turn < 20; turn++) {
      read("nobody");
    }
    awaitRows(20 * 11);
    FeatureQuality price = quality("item_price:price", true);
    assertThat(price.getRows()).isEqualTo(20 * 11);
    assertThat(price.getNullRate()).isCloseTo(1 / 11.0, within(1e-9));
    assertThat(price.getMin()).isEqualTo(10);
    assertThat(price.getMax()).isEqualTo(19);
    assertThat(price.getQuantiles(3)).isBetween(14.0, 15.0);
    assertThat(price.getAgeSecondsP50()).isBetween(9.0, 60.0);
    assertThat(price.getPsi()).isNaN();

    // The same values drift nowhere; other values drift far; a restart keeps the baseline.
    store.close();
    open();
    read("nobody");
    awaitRows(21 * 11);
    assertThat(quality("item_price:price", false).getPsi()).isBetween(0.0, 0.1);
    for (int i = 0; i < 10; i++) {
      write("i" + i, now - 5000, 100);
    }
    for (int turn = 0; turn < 20; turn++) {
      read("nobody");
    }
    awaitRows(41 * 11);
    FeatureQuality after = quality("item_price:price", false);
    assertThat(after.getPsi()).isGreaterThan(0.25);
    assertThat(after.getBaselineRows()).isEqualTo(200);
    assertThat(quality("item_price:stock", false).getDefaultedRate())
        .isCloseTo(1 / 11.0, within(1e-9));
  }

  @Test
  void anErasedEntityLeavesTheServedRowsToo() throws Exception {
    write("i0", System.currentTimeMillis(), 1);
    read("ann");
    read("bob");
    awaitRows(22);

    store.stub.eraseEntity(
        EraseEntityRequest.newBuilder().setEntity("user").setEntityId("ann").build());
    assertThat(check().getRows()).isEqualTo(11);
    store.stub.eraseEntity(
        EraseEntityRequest.newBuilder().setEntity("item").setEntityId("i0").build());
    assertThat(check().getRows()).isEqualTo(10);
  }

  @Test
  void aPlanNamesTheModelsThatPinAnAffectedSet() {
    String hash =
        store
            .stub
            .getFeatureMatrix(
                GetFeatureMatrixRequest.newBuilder()
                    .setFeatureSet("s")
                    .setContextEntityId("x")
                    .build())
            .getFeatureSetHash();
    assertThat(
            store
                .registry
                .registerModel(
                    RegisterModelRequest.newBuilder()
                        .setModel("ranker-7")
                        .addFeatureSetHashes(hash)
                        .addFeatureSetHashes("0ld")
                        .build())
                .getUnknownHashesList())
        .containsExactly("0ld");

    assertThat(models(VIEWS.replace("price + cart", "price + 2 * cart")))
        .containsExactly("ranker-7");
    assertThat(models(VIEWS.replace("[\"item_price:stock\"]", "[\"item_price:price\"]"))).isEmpty();
    store.registry.registerModel(RegisterModelRequest.newBuilder().setModel("ranker-7").build());
    assertThat(models(VIEWS.replace("price + cart", "price + 2 * cart"))).isEmpty();
  }

  private List<String> models(String yaml) {
    return store
        .registry
        .planRegistry(PlanRegistryRequest.newBuilder().setYaml(yaml).build())
        .getChangesList()
        .stream()
        .flatMap(change -> change.getAffectedModelsList().stream())
        .toList();
  }

  private void read(String user) {
    GetFeatureMatrixRequest.Builder request =
        GetFeatureMatrixRequest.newBuilder()
            .setFeatureSet("s")
            .setContextEntityId(user)
            .putRequestFeatures("cart", Value.newBuilder().setDoubleValue(30).build());
    for (int i = 0; i < 11; i++) {
      request.addCandidateIds("i" + i);
    }
    store.stub.getFeatureMatrix(request.build());
  }

  private CheckConsistencyResponse check() {
    return store.stub.checkConsistency(
        CheckConsistencyRequest.newBuilder().setFeatureSet("s").build());
  }

  private CheckConsistencyResponse awaitRows(int rows) throws InterruptedException {
    await(() -> check().getRows() == rows);
    return check();
  }

  private static void await(BooleanSupplier done) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  private FeatureQuality quality(String feature, boolean makeBaseline) {
    return store
        .stub
        .getFeatureQuality(
            GetFeatureQualityRequest.newBuilder()
                .setFeatureView("item_price")
                .setMakeBaseline(makeBaseline)
                .build())
        .getFeaturesList()
        .stream()
        .filter(seen -> seen.getFeature().equals(feature))
        .findFirst()
        .orElseThrow();
  }

  private void write(String item, long time, float price) {
    store.stub.writeFeatures(
        WriteFeaturesRequest.newBuilder()
            .addRows(
                FeatureRow.newBuilder()
                    .setFeatureView("item_price")
                    .setEntityId(item)
                    .setEventTimeUnixMs(time)
                    .putValues("price", Value.newBuilder().setFloatValue(price).build())
                    .putValues("stock", Value.newBuilder().setInt64Value(3).build()))
            .build());
  }
}
