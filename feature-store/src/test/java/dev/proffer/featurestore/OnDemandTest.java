// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsResponse;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.GetRegistryRequest;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.PlanRegistryRequest;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.runtime.redis.EmbeddedRedis;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Features that are computed when they are read, online and for training.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OnDemandTest {
  private static final long MIDNIGHT = Instant.parse("2026-11-11T00:00:00Z").toEpochMilli();
  private static final String VIEWS =
      """
      entities:
        user: {event_field: user_id}
        item: {buckets: 16}
      views:
        - name: user_spend
          entity: user
          features:
            - {name: mean_price, type: double, aggregate: {function: mean, of: unit_price_minor_units, events: [purchase]}}
            - {name: bought, type: string_list, aggregate: {function: last, k: 10, of: item_id, events: [purchase]}}
        - name: item_price
          entity: item
          features:
            - {name: price, type: float, default: 100.0}
            - {name: sale_price, type: float}
            - {name: sale_from, type: int64}
            - {name: sale_until, type: int64}
            - {name: sku, type: string}
      on_demand:
        - name: offer
          request: {cart_total: double}
          features:
            - {name: price_now, type: float, expression: "effective(sale_price, sale_from, sale_until, price)"}
            - {name: to_usual, type: double, default: 1.0, expression: "effective(sale_price, sale_from, sale_until, price) / user.mean_price"}
            - {name: share, type: float, expression: "price / (cart_total + price)"}
            - {name: again, type: bool, default: false, expression: "contains(user_spend.bought, sku)"}
      sets:
        - {name: offers, candidate: ["item_price:price", "offer:*"]}
      """;

  @TempDir static Path folder;
  private final SetClock clock = new SetClock(MIDNIGHT);
  private EmbeddedRedis redis;
  private RunningStore store;

  @BeforeAll
  void start() throws Exception {
    redis = EmbeddedRedis.start(folder.resolve("redis"));
    Files.writeString(folder.resolve("views.yaml"), VIEWS);
    store =
        RunningStore.start(
            folder,
            redis.uri(),
            Map.of("redis.command-timeout", "2s", "features.file", "views.yaml"),
            clock);
    write("i1", 200, 150, MIDNIGHT, MIDNIGHT + 3_600_000);
    write("i2", 300, 0, 0, 0);
    Event bought =
        RunningStore.event("b1", EventType.EVENT_TYPE_PURCHASE, MIDNIGHT - 5000, "ann", "i2")
            .toBuilder()
            .setUnitPriceMinorUnits(300)
            .setCurrency("CNY")
            .build();
    store.ingest(List.of(bought));
    store.awaitAggregated();
  }

  @AfterAll
  void stop() throws Exception {
    store.close();
    redis.close();
  }

  @Test
  void aSalePriceStartsAtMidnightAndEndsInTimeWithoutAWrite() {
    assertThat(priceAt(MIDNIGHT - 1)).isEqualTo(200);
    assertThat(priceAt(MIDNIGHT)).isEqualTo(150);
    assertThat(priceAt(MIDNIGHT + 3_600_000 - 1)).isEqualTo(150);
    assertThat(priceAt(MIDNIGHT + 3_600_000)).isEqualTo(200);
  }

  @Test
  void theContextTheCandidatesAndTheRequestGoIntoOneValue() {
    clock.set(MIDNIGHT);
    GetFeatureMatrixResponse matrix =
        store.stub.getFeatureMatrix(
            request("ann")
                .putRequestFeatures("cart_total", Value.newBuilder().setDoubleValue(300).build())
                .build());

    FeatureBlock offer = matrix.getCandidates(1);
    assertThat(offer.getFeatureView()).isEqualTo("offer");
    assertThat(offer.getFeaturesList()).containsExactly("price_now", "to_usual", "share", "again");
    assertThat(row(offer, 0)).containsExactly(150f, 0.5f, 0.4f, 0f);
    assertThat(row(offer, 1)).containsExactly(300f, 1f, 0.5f, 1f);
    // An item that is not known has its defaults; without a sku nobody bought it.
    assertThat(row(offer, 2)).containsExactly(100f, 100f / 300, 0.25f, 0f);
    assertThat(offer.getRowStatuses().toByteArray())
        .containsExactly(
            RowStatus.ROW_STATUS_PRESENT_VALUE,
            RowStatus.ROW_STATUS_PRESENT_VALUE,
            RowStatus.ROW_STATUS_DEFAULTED_VALUE);
    assertThat(matrix.getContextCount()).isZero();
  }

  @Test
  void whatIsMissingTakesItsDefaultOrIsNull() {
    clock.set(MIDNIGHT);
    FeatureBlock offer = store.stub.getFeatureMatrix(request("nobody").build()).getCandidates(1);

    assertThat(row(offer, 0)[1]).isEqualTo(1f);
    assertThat(row(offer, 0)[2]).isNaN();
    assertThat(offer.getNullBitmap().byteAt(0) & 0b1111).isEqualTo(0b0100);
  }

  @Test
  void valuesOfTheRequestAreCheckedByNameAndType() {
    assertThatThrownBy(() ->
            store.stub.getFeatureMatrix(
                request("ann")
                    .putRequestFeatures("cart", Value.newBuilder().setDoubleValue(1).build())
                    .build()))
        .hasMessageContaining("request_features[\"cart\"]")
        .hasMessageContaining("must be one of cart_total");
    assertThatThrownBy(() ->
            store.stub.getFeatureMatrix(
                request("ann")
                    .putRequestFeatures("cart_total", Value.newBuilder().setInt64Value(1).build())
                    .build()))
        .hasMessageContaining("must be a double_value");
    assertThatThrownBy(() -> store.stub.getFeatureMatrix(request("").build()))
        .hasMessageContaining("context_entity_id");
  }

  @Test
  void trainingRowsHaveTheValuesThatWereServed() {
    for (long time : new long[] {MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 3_600_000}) {
      clock.set(time);
      FeatureBlock served = store.stub.getFeatureMatrix(request("ann").build()).getCandidates(1);
      ExportTrainingRowsRequest.Builder labels =
          ExportTrainingRowsRequest.newBuilder().setFeatureSet("offers");
      for (String item : List.of("i1", "i2", "i3")) {
        labels.addLabels(
            Label.newBuilder()
                .setContextEntityId("ann")
                .setCandidateId(item)
                .setEventTimeUnixMs(time));
      }
      ExportTrainingRowsResponse exported = store.stub.exportTrainingRows(labels.build()).next();
      assertThat(exported.getFeaturesList())
          .containsExactly(
              "item_price:price",
              "offer:price_now",
              "offer:to_usual",
              "offer:share",
              "offer:again");
      for (int row = 0; row < 3; row++) {
        List<Value> values = exported.getRows(row).getValuesList();
        assertThat(values.get(1).getFloatValue()).isEqualTo(row(served, row)[0]);
        assertThat((float) values.get(2).getDoubleValue()).isEqualTo(row(served, row)[1]);
        assertThat(values.get(3)).isEqualTo(Value.getDefaultInstance());
        assertThat(values.get(4).getBoolValue() ? 1f : 0f).isEqualTo(row(served, row)[3]);
      }
    }
  }

  @Test
  void namedFeaturesMayBeComputedOnes() {
    clock.set(MIDNIGHT);
    GetOnlineFeaturesRequest.Builder request =
        GetOnlineFeaturesRequest.newBuilder()
            .addFeatures("offer:price_now")
            .addFeatures("item_price:price")
            .addFeatures("offer:share")
            .addAllEntityIds(List.of("i1", "i2", "i3"));
    GetOnlineFeaturesResponse without = store.stub.getOnlineFeatures(request.build());
    GetOnlineFeaturesResponse with =
        store.stub.getOnlineFeatures(
            request
                .setFullFeatureNames(true)
                .putRequestFeatures("cart_total", Value.newBuilder().setDoubleValue(300).build())
                .build());

    assertThat(with.getFeatureNamesList())
        .containsExactly("offer:price_now", "item_price:price", "offer:share");
    assertThat(with.getResults(0).getValuesList())
        .extracting(Value::getFloatValue)
        .containsExactly(150f, 300f, 100f);
    assertThat(with.getResults(0).getEventTimesUnixMsList())
        .containsExactly(MIDNIGHT - 86_400_000, MIDNIGHT - 86_400_000, 0L);
    assertThat(with.getResults(2).getValuesList())
        .extracting(Value::getFloatValue)
        .containsExactly(0.4f, 0.5f, 0.25f);
    assertThat(without.getResults(2).getStatusesList())
        .containsOnly(RowStatus.ROW_STATUS_NULL_VALUE);
    assertThat(without.getResults(2).getValuesList()).containsOnly(Value.getDefaultInstance());
  }

  @Test
  void aComputedFeatureOfTwoEntitiesNeedsAContextEntity() {
    GetOnlineFeaturesRequest.Builder request =
        GetOnlineFeaturesRequest.newBuilder().addEntityIds("i1");

    assertThatThrownBy(
            () -> store.stub.getOnlineFeatures(request.clone().addFeatures("offer:*").build()))
        .hasMessageContaining("features[0]")
        .hasMessageContaining("ask GetFeatureMatrix");
    assertThatThrownBy(
            () -> store.stub.getOnlineFeatures(request.clone().addFeatures("offer:price").build()))
        .hasMessageContaining("the view offer has no feature price");
    assertThatThrownBy(() ->
            store.stub.getOnlineFeatures(
                request
                    .clone()
                    .addFeatures("item_price:price")
                    .putRequestFeatures("cart_total", Value.newBuilder().setDoubleValue(1).build())
                    .build()))
        .hasMessageContaining("request_features")
        .hasMessageContaining("none of the features reads a value of the request");
  }

  @Test
  void wrongExpressionsAreRefusedByTheNameOfTheFeatureAndAChangeNeedsTraining() {
    assertThatThrownBy(() -> plan(VIEWS.replace("price / (cart_total", "prise / (cart_total")))
        .hasMessageContaining("on_demand[0].features[2].expression (share)")
        .hasMessageContaining(
            "at character 1: no feature and no value of the request is named 'prise'");
    assertThatThrownBy(() -> plan(VIEWS.replace("contains(user_spend.bought, sku)", "sku")))
        .hasMessageContaining("expression (again)")
        .hasMessageContaining("gives a string, but the feature is a bool");
    assertThatThrownBy(() -> plan(VIEWS.replace("\"item_price:price\", ", "")))
        .hasMessageContaining("must list at least one stored feature");
    assertThat(plan(VIEWS.replace("(cart_total + price)", "(cart_total + price + 1)")))
        .contains(
            "offer:share", "float = price / (cart_total + price + 1)", "set offers", "offers");
  }

  @Test
  void theRegistryTellsHowFeaturesAreComputed() {
    assertThat(
            store
                .registry
                .getRegistry(GetRegistryRequest.getDefaultInstance())
                .getFeatureViewsList())
        .filteredOn(view -> view.getOnDemand())
        .singleElement()
        .satisfies(view -> {
          assertThat(view.getName()).isEqualTo("offer");
          assertThat(view.getFeatures(2).getExpression()).isEqualTo("price / (cart_total + price)");
        });
  }

  private String plan(String yaml) {
    return store
        .registry
        .planRegistry(PlanRegistryRequest.newBuilder().setYaml(yaml).build())
        .toString();
  }

  private float priceAt(long time) {
    clock.set(time);
    return row(store.stub.getFeatureMatrix(request("ann").build()).getCandidates(1), 0)[0];
  }

  private static GetFeatureMatrixRequest.Builder request(String user) {
    return GetFeatureMatrixRequest.newBuilder()
        .setFeatureSet("offers")
        .setContextEntityId(user)
        .addAllCandidateIds(List.of("i1", "i2", "i3"));
  }

  private void write(String item, float price, float salePrice, long from, long until) {
    FeatureRow.Builder row =
        FeatureRow.newBuilder()
            .setFeatureView("item_price")
            .setEntityId(item)
            .setEventTimeUnixMs(MIDNIGHT - 86_400_000)
            .putValues("price", Value.newBuilder().setFloatValue(price).build())
            .putValues("sku", Value.newBuilder().setStringValue(item).build());
    if (from > 0) {
      row.putValues("sale_price", Value.newBuilder().setFloatValue(salePrice).build())
          .putValues("sale_from", Value.newBuilder().setInt64Value(from).build())
          .putValues("sale_until", Value.newBuilder().setInt64Value(until).build());
    }
    assertThat(
            store
                .stub
                .writeFeatures(WriteFeaturesRequest.newBuilder().addRows(row).build())
                .getResults(0)
                .getOutcome())
        .isEqualTo(WriteOutcome.WRITE_OUTCOME_APPLIED);
  }

  private static float[] row(FeatureBlock block, int row) {
    float[] values = new float[block.getFeaturesCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          block
              .getValuesF32Le()
              .asReadOnlyByteBuffer()
              .order(ByteOrder.LITTLE_ENDIAN)
              .getFloat((row * values.length + i) * 4);
    }
    return values;
  }
}
