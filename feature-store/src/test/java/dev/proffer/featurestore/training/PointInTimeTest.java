// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.proffer.featurestore.SetClock;
import dev.proffer.featurestore.aggregation.Aggregator;
import dev.proffer.featurestore.eventlog.InMemoryEventLog;
import dev.proffer.featurestore.online.InMemoryOnlineStore;
import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.registry.RegistryBuilder;
import dev.proffer.featurestore.registry.RegistryYaml;
import dev.proffer.featurestore.serving.LiveRegistry;
import dev.proffer.featurestore.serving.OnlineFeaturesReader;
import dev.proffer.featurestore.serving.ReadMeters;
import dev.proffer.featurestore.serving.RowReader;
import dev.proffer.featurestore.training.RowHistory.Known;
import dev.proffer.featurestore.training.RowHistory.Moment;
import dev.proffer.featurestore.training.RowHistory.Written;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.degraded.Degradation;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Online, replayed and exported values are the same, for every aggregation there is.
class PointInTimeTest {
  private static final int USERS = 1000;

  private static final int HISTORIES = Integer.getInteger("proffer.histories", 10_000);

  private static final int ROUNDS = Math.ceilDiv(HISTORIES, USERS);
  private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
  private static final long ROUND_MILLIS = 5 * 86_400_000L + 12_345;

  private static final String VIEWS =
      """
      entities:
        user: {event_field: user_id}
      views:
        - name: all
          entity: user
          max_age: 30d
          features:
            - {name: clicks_1h, type: int64, aggregate: {function: count, events: [click], window: 1h}}
            - {name: clicks_7d, type: int64, default: -1, aggregate: {function: count, events: [click], window: 7d}}
            - {name: events_ever, type: int64, aggregate: {function: count, events: [click, purchase, review]}}
            - {name: spend_30d, type: int64, aggregate: {function: sum, of: spend_minor_units, events: [purchase], window: 30d}}
            - {name: mean_price, type: double, aggregate: {function: mean, of: unit_price_minor_units, events: [purchase], window: 14d}}
            - {name: min_price, type: double, aggregate: {function: min, of: unit_price_minor_units, events: [purchase], window: 14d}}
            - {name: max_price, type: float, aggregate: {function: max, of: unit_price_minor_units, events: [purchase]}}
            - {name: price_variance, type: double, aggregate: {function: variance, of: unit_price_minor_units, events: [purchase], window: 30d}}
            - {name: decayed, type: double, aggregate: {function: decayed_sum, weights: {click: 1, purchase: 5}, half_life: 7d}}
            - {name: spend_decayed, type: double, aggregate: {function: decayed_sum, of: spend_minor_units, events: [purchase], half_life: 30d}}
            - {name: purchase_rate, type: double, aggregate: {function: rate, hits: [purchase], trials: [click], prior: 0.1, prior_weight: 10, window: 30d}}
            - {name: purchase_ratio, type: double, aggregate: {function: ratio, hits: [purchase], trials: [click], window: 7d}}
            - {name: clicks_1m, type: int64, aggregate: {function: count, events: [click], window: 1m}}
            - {name: clicks_90d_coarse, type: int64, aggregate: {function: count, events: [click], window: 90d, edge_points: 1}}
            - {name: items_7d, type: int64, aggregate: {function: distinct, of: item_id, events: [click, purchase], window: 7d}}
            - {name: items_30d_estimate, type: int64, aggregate: {function: distinct, of: item_id, events: [click, purchase], window: 30d, exact: 4, precision: 5}}
            - {name: items_estimate, type: double, aggregate: {function: distinct, of: item_id, events: [click, purchase], exact: 2, precision: 4}}
            - {name: last_items, type: string_list, aggregate: {function: last, k: 5, of: item_id, events: [click, purchase]}}
            - {name: last_items_1d, type: string_list, aggregate: {function: last, k: 5, of: item_id, events: [click], window: 1d}}
            - {name: first_items, type: string_list, aggregate: {function: first, k: 3, of: item_id, events: [click]}}
            - {name: first_items_7d, type: string_list, aggregate: {function: first, k: 3, of: item_id, events: [click], window: 7d}}
            - {name: top_categories, type: string_list, aggregate: {function: top_k, of: attributes.category, k: 3, events: [click], window: 14d}}
            - {name: top_items, type: string_list, aggregate: {function: top_k, of: item_id, k: 2, keys_max: 2, weight: quantity, events: [purchase], window: 30d}}
            - {name: clicks_by_category, type: double_map, aggregate: {function: count, events: [click], window: 7d, by: attributes.category}}
            - {name: price_by_category, type: double_map, aggregate: {function: mean, of: unit_price_minor_units, events: [purchase], window: 30d, by: attributes.category, keys_max: 3, edge_points: 2}}
            - {name: affinity, type: double_map, aggregate: {function: decayed_sum, weights: {click: 1, purchase: 5}, half_life: 7d, by: attributes.category}}
            - {name: items_by_category, type: double_map, aggregate: {function: distinct, of: item_id, events: [click], window: 30d, by: attributes.category}}
            - {name: clicks_of_two, type: float_vector, length: 2, aggregate: {function: count, events: [click], window: 30d, by: attributes.category, keys: [c0, c1]}}
            - {name: rate_of_two, type: float_vector, aggregate: {function: rate, hits: [purchase], trials: [click], prior: 0.1, prior_weight: 10, window: 30d, by: attributes.category, keys: [c2, nothing]}}
        - name: strict
          entity: user
          lateness: 1h
          features:
            - {name: clicks, type: int64, aggregate: {function: count, events: [click]}}
      sets:
        - {name: s, context: ["all:*", "strict:*"]}
      """;

  @TempDir Path folder;

  @Test
  void onlineReplayedAndExportedValuesAreTheSameOnRandomHistories() throws Exception {
    SetClock clock = new SetClock(START);
    LiveRegistry live = new LiveRegistry(RegistryBuilder.first(RegistryYaml.read(VIEWS)));
    InMemoryEventLog log = new InMemoryEventLog(clock);
    Random random = new Random(20260301);
    int histories = 0;
    try (Stack online = new Stack(live, log, clock)) {
      List<Event> late = new ArrayList<>();
      int number = 0;
      for (int round = 0; round < ROUNDS; round++) {
        List<Event> batch = new ArrayList<>(late);
        late.clear();
        long from = START + round * ROUND_MILLIS;
        for (int i = 0; i < USERS * 3; i++) {
          Event event = random(random, number++, from);
          // Some events come a whole round late.
          (random.nextInt(20) == 0 ? late : batch).add(event);
        }
        Collections.shuffle(batch, random);
        for (int i = 0; i < batch.size(); i += 700) {
          log.append(batch.subList(i, Math.min(batch.size(), i + 700)));
        }
        clock.set(from + ROUND_MILLIS);
        List<List<Value>> served = online.values();
        List<List<Value>> replayed;
        try (Stack again = new Stack(live, log, clock)) {
          replayed = again.values();
        }
        List<List<Value>> exported = exported(live, log, clock.millis());
        for (int user = 0; user < USERS; user++) {
          assertSame("replayed, user " + user, replayed.get(user), served.get(user), 0);
          assertSame("exported, user " + user, exported.get(user), served.get(user), 1e-6);
          histories++;
        }
      }
    }
    assertThat(histories).isGreaterThanOrEqualTo(HISTORIES);
  }

  @Test
  void writtenFeaturesAreThoseKnownBeforeTheLabel() {
    try (RowHistory history = new RowHistory(folder.resolve("rows.duckdb"))) {
      history.add(
          List.of(
              new Written("v", "a", 100, new byte[] {1}),
              new Written("v", "a", 200, new byte[] {2}),
              new Written("v", "a", 200, new byte[] {3}),
              new Written("w", "a", 150, new byte[] {4}),
              new Written("v", "b", 50, new byte[] {5})));

      List<Known> known =
          history.before(
              "v",
              List.of(
                  new Moment("a", 100),
                  new Moment("a", 101),
                  new Moment("b", 1000),
                  new Moment("a", 201),
                  new Moment("c", 1000)));

      assertThat(known.stream().map(Known::row))
          .containsExactly(null, new byte[] {1}, new byte[] {5}, new byte[] {3}, null);
    }
  }

  private static List<List<Value>> exported(LiveRegistry live, InMemoryEventLog log, long millis) {
    ExportTrainingRowsRequest.Builder request =
        ExportTrainingRowsRequest.newBuilder().setFeatureSet("s");
    for (int user = 0; user < USERS; user++) {
      request.addLabels(
          Label.newBuilder().setContextEntityId("u" + user).setEventTimeUnixMs(millis));
    }
    List<ExportTrainingRowsResponse> runs = new ArrayList<>();
    new TrainingExporter(live, log, new RowHistory(Path.of("never-made.duckdb")))
        .export(request.build(), runs::add);
    return runs.stream()
        .flatMap(run -> run.getRowsList().stream())
        .map(TrainingRow::getValuesList)
        .toList();
  }

  private static void assertSame(
      String what, List<Value> actual, List<Value> expected, double relative) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      Value a = actual.get(i);
      Value b = expected.get(i);
      if (relative > 0 && a.hasDoubleValue() && b.hasDoubleValue()) {
        assertThat(a.getDoubleValue())
            .as(what + ", column " + i)
            .isCloseTo(
                b.getDoubleValue(), within(relative * Math.max(1, Math.abs(b.getDoubleValue()))));
      } else if (relative > 0 && a.hasDoubleMap() && b.hasDoubleMap()) {
        assertThat(a.getDoubleMap().getKeysList())
            .as(what + ", column " + i)
            .isEqualTo(b.getDoubleMap().getKeysList());
        for (int key = 0; key < a.getDoubleMap().getKeysCount(); key++) {
          double number = b.getDoubleMap().getValues(key);
          assertThat(a.getDoubleMap().getValues(key))
              .as(what + ", column " + i)
              .isCloseTo(number, within(relative * Math.max(1, Math.abs(number))));
        }
      } else {
        assertThat(a).as(what + ", column " + i).isEqualTo(b);
      }
    }
  }

  private static Event random(Random random, int number, long from) {
    EventType[] types = {
      EventType.EVENT_TYPE_CLICK,
      EventType.EVENT_TYPE_CLICK,
      EventType.EVENT_TYPE_PURCHASE,
      EventType.EVENT_TYPE_REVIEW,
      EventType.EVENT_TYPE_SEARCH
    };
    // Skewed, so that some people have hundreds of events and some none; coarse, so that times tie.
    int user = (int) (USERS * Math.pow(random.nextDouble(), 2.5));
    long time = from + random.nextLong(ROUND_MILLIS / 1000) * 1000;
    return Event.newBuilder()
        .setEventId("e" + number)
        .setType(types[random.nextInt(types.length)])
        .setEventTimeUnixMs(time)
        .setUserId("u" + user)
        .setItemId("i" + random.nextInt(50))
        .setUnitPriceMinorUnits(1 + random.nextInt(100_000))
        .setQuantity(random.nextInt(4))
        .setCurrency("EUR")
        .putAttributes("category", "c" + random.nextInt(7))
        .build();
  }

  /// An aggregator over a store in memory, and a reader.
  private static final class Stack implements AutoCloseable {
    private final InMemoryEventLog log;
    private final Aggregator aggregator;
    private final OnlineFeaturesReader reader;

    Stack(LiveRegistry live, InMemoryEventLog log, Clock clock) {
      this.log = log;
      InMemoryOnlineStore store = new InMemoryOnlineStore(Clock.systemUTC());
      NearCache near = new NearCache(1 << 20, Duration.ofSeconds(1), Ticker.systemTicker());
      ReadMeters meters = new ReadMeters(new SimpleMeterRegistry());
      this.aggregator = new Aggregator(log, store, near, live::registry, 1 << 20);
      this.reader =
          new OnlineFeaturesReader(live, new RowReader(store, near, meters), meters, clock);
      aggregator.start();
    }

    /// For each person the values of all features, in the order of the export.
    List<List<Value>> values() throws InterruptedException {
      while (aggregator.position() < log.endOffset() || aggregator.isRebuilding()) {
        Thread.sleep(2);
      }
      GetOnlineFeaturesRequest.Builder request =
          GetOnlineFeaturesRequest.newBuilder().addFeatures("all:*").addFeatures("strict:*");
      for (int user = 0; user < USERS; user++) {
        request.addEntityIds("u" + user);
      }
      GetOnlineFeaturesResponse response =
          reader.read(request.build(), Duration.ofSeconds(10), new Degradation());
      List<List<Value>> values = new ArrayList<>();
      for (int user = 0; user < USERS; user++) {
        List<Value> row = new ArrayList<>();
        for (int column = 0; column < response.getResultsCount(); column++) {
          row.add(response.getResults(column).getValues(user));
        }
        values.add(row);
      }
      return values;
    }

    @Override
    public void close() {
      aggregator.close();
    }
  }
}
