// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.RegistryBuilder;
import dev.proffer.featurestore.registry.RegistryYaml;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/// Aggregations against a plain recount of the events of the window, with edges to the millisecond.
class AggregationTruthTest {
  private static final int HISTORIES = Integer.getInteger("proffer.histories", 10_000) / 80;
  private static final long START = 1_770_000_000_000L;
  private static final long DAY = 86_400_000;

  @Test
  void windowsEndExactlyWhereTheyShouldWhateverTheOrderOfEvents() {
    long[] windows = {60_000, 3_600_000, 5 * 3_600_000 + 7 * 60_000, DAY, 7 * DAY, 90 * DAY};
    Random random = new Random(11);
    for (int history = 0; history < HISTORIES; history++) {
      long window = windows[history % windows.length];
      List<Event> events = events(random, window, 1 + random.nextInt(200), false);
      FeatureView view = view(window, 1024, 256);
      AggregateRow row = applied(view, events, random);
      long newest = newest(events);
      for (int read = 0; read < 10; read++) {
        // Half of the edges cut exactly at an event.
        long at =
            read % 2 == 0
                ? newest + random.nextLong(window + 1)
                : Math.max(
                    newest,
                    events.get(random.nextInt(events.size())).getEventTimeUnixMs() + window);
        assertIsRecount(view, row, events, window, at);
      }
    }
  }

  @Test
  void anHopWithManyEventsLosesLessThanACellAndNeverCountsWhatIsTooOld() {
    Random random = new Random(12);
    long window = DAY;
    long hop = window / 60;
    for (int history = 0; history < 4; history++) {
      List<Event> events = events(random, window, 20_000, true);
      FeatureView view = view(window, 16, 64);
      AggregateRow row = applied(view, events, random);
      long newest = newest(events);
      for (int read = 0; read < 20; read++) {
        long at = newest + random.nextLong(window);
        double count = row.numberAt(column(view, "count"), at);
        assertThat(count).isLessThanOrEqualTo(in(events, at - window).size());
        assertThat(count).isGreaterThanOrEqualTo(in(events, at - window + hop / 8).size());
      }
      assertThat(row.write(new ByteWriter(), 1).length).as("bytes of a row").isLessThan(250_000);
    }
  }

  @Test
  void distinctIsExactBelowItsSizeAndCloseAboveAtAnyEdge() {
    Random random = new Random(13);
    long window = 7 * DAY;
    FeatureView view =
        only(
            "{name: distinct, type: int64, aggregate: {function: distinct, of: item_id,"
                + " events: [click], window: 7d}}");
    int column = column(view, "distinct");
    for (int different : new int[] {100, 1000, 10_000, 100_000}) {
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < different * 2; i++) {
        events.add(event(START + random.nextLong(window), "x" + random.nextInt(different), "c", 1));
      }
      AggregateRow row = new AggregateRow(view);
      for (int i = 0; i < events.size(); i++) {
        row.apply(i, events.get(i));
      }
      row = AggregateRow.read(view, row.write(new ByteWriter(), 1), 1);
      for (double share : new double[] {0, 0.3, 0.7, 0.99}) {
        long at = START + window + (long) (window * share);
        long truth = in(events, at - window).stream().map(Event::getItemId).distinct().count();
        double counted = row.numberAt(column, at);
        if (truth <= DistinctAggregation.EXACT) {
          assertThat(counted).isEqualTo(truth);
        } else {
          // 1.04 / √1024 is one standard deviation.
          assertThat(counted).isCloseTo(truth, within(4 * 1.04 / 32 * truth));
        }
      }
    }
  }

  @Test
  void theOrderOfEventsDoesNotMatterAlsoWhereThereIsNoRoomForAllOfThem() {
    Random random = new Random(14);
    for (int history = 0; history < 8; history++) {
      long window = DAY;
      List<Event> events = events(random, window, 3000, true);
      FeatureView view = view(window, 2, 3);
      long at = newest(events) + random.nextLong(window);
      AggregateRow one = applied(view, events, random);
      AggregateRow other = applied(view, events, random);
      for (int column = 0; column < view.features().size(); column++) {
        if (!view.features().get(column).name().equals("variance")) {
          assertThat(other.valueAt(column, at))
              .as(view.features().get(column).name())
              .isEqualTo(one.valueAt(column, at));
        }
      }
    }
  }

  private static void assertIsRecount(
      FeatureView view, AggregateRow row, List<Event> events, long window, long at) {
    List<Event> inside = in(events, at - window);
    assertNumber(view, row, "count", at, inside.size());
    assertNumber(view, row, "sum", at, prices(inside).sum());
    assertNumber(view, row, "min", at, prices(inside).min().orElse(Double.NaN));
    assertNumber(view, row, "max", at, prices(inside).max().orElse(Double.NaN));
    double mean = prices(inside).average().orElse(Double.NaN);
    assertNumber(view, row, "mean", at, mean);
    assertNumber(
        view,
        row,
        "variance",
        at,
        prices(inside).map(price -> (price - mean) * (price - mean)).average().orElse(Double.NaN));
    assertNumber(
        view,
        row,
        "distinct",
        at,
        Math.min(Integer.MAX_VALUE, inside.stream().map(Event::getItemId).distinct().count()));
    Map<String, Double> byCategory = grouped(inside, event -> 1);
    assertThat(mapOf(value(view, row, "by", at))).isEqualTo(byCategory);
    assertThat(value(view, row, "declared", at).getFloatVector().getValuesList())
        .containsExactly(
            byCategory.getOrDefault("c1", 0.0).floatValue(),
            byCategory.getOrDefault("c0", 0.0).floatValue());
    Map<String, Double> spent = grouped(inside, event -> (double) event.getUnitPriceMinorUnits());
    Comparator<Map.Entry<String, Double>> bySpend =
        Comparator.comparingDouble(entry -> -entry.getValue());
    assertThat(value(view, row, "top", at).getStringList().getValuesList())
        .isEqualTo(
            spent.entrySet().stream()
                .sorted(bySpend.thenComparing(Map.Entry.comparingByKey()))
                .limit(3)
                .map(Map.Entry::getKey)
                .toList());
    List<Event> inOrder = new ArrayList<>(inside);
    inOrder.sort(Comparator.comparingLong(Event::getEventTimeUnixMs));
    List<Long> firsts =
        value(view, row, "first", at).getStringList().getValuesList().stream()
            .map(Long::valueOf)
            .toList();
    assertThat(firsts)
        .isEqualTo(inOrder.stream().limit(32).map(event -> event.getEventTimeUnixMs()).toList());
  }

  private static void assertNumber(
      FeatureView view, AggregateRow row, String feature, long at, double expected) {
    int column = column(view, feature);
    double number = row.numberAt(column, at);
    if (feature.equals("variance") || feature.equals("mean")) {
      if (!Double.isNaN(expected)) {
        assertThat(number)
            .as(feature)
            .isCloseTo(expected, within(1e-9 * Math.max(1, Math.abs(expected))));
      } else {
        assertThat(number).as(feature).isNaN();
      }
    } else {
      assertThat(Double.compare(number, expected))
          .as(feature + ": " + number + " should be " + expected)
          .isZero();
    }
    // What serving reads from the stored bytes is the same to the last bit.
    byte[] stored = row.write(new ByteWriter(), 1);
    ByteReader parts = AggregateRow.parts(stored);
    for (int skip = 0; skip < column; skip++) {
      parts.skipPart();
    }
    assertThat(AggregateRow.numberAt(view, parts.part(), column, at))
        .as(feature + " as stored")
        .isEqualTo(Double.valueOf(number));
  }

  private static AggregateRow applied(FeatureView view, List<Event> events, Random random) {
    List<Event> order = new ArrayList<>(events);
    Collections.shuffle(order, random);
    AggregateRow row = new AggregateRow(view);
    for (int i = 0; i < order.size(); i++) {
      row.apply(i, order.get(i));
      if (random.nextInt(Math.max(50, order.size() / 10)) == 0) {
        row = AggregateRow.read(view, row.write(new ByteWriter(), 1), 1);
      }
    }
    return row;
  }

  private static List<Event> events(Random random, long window, int count, boolean dense) {
    List<Event> events = new ArrayList<>();
    long span = dense ? window : 3 * window;
    for (int i = 0; i < count; i++) {
      long time = START + random.nextLong(span);
      if (random.nextInt(5) == 0) {
        time = time / 60_000 * 60_000; // Ties, and times at which hops begin.
      }
      events.add(
          event(time, "i" + random.nextInt(100), "c" + random.nextInt(6), 1 + random.nextInt(50)));
    }
    return events;
  }

  private static Event event(long time, String item, String category, long price) {
    return Event.newBuilder()
        .setType(EventType.EVENT_TYPE_CLICK)
        .setEventTimeUnixMs(time)
        .setItemId(item)
        .setUnitPriceMinorUnits(price)
        .putAttributes("category", category)
        .putAttributes("time", Long.toString(time))
        .build();
  }

  private static FeatureView view(long windowMillis, int edgePoints, int keysMax) {
    String numbers =
        List.of("sum", "mean", "min", "max", "variance").stream()
            .map(function ->
                "      - {name: %s, type: double, aggregate: {function: %s, of: unit_price_minor_units, events: [click], window: %ds, edge_points: %d}}\n"
                    .formatted(function, function, windowMillis / 1000, edgePoints))
            .collect(Collectors.joining());
    String yaml =
        """
        entities:
          user: {event_field: user_id}
        views:
          - name: v
            entity: user
            features:
              - {name: count, type: int64, aggregate: {function: count, events: [click], window: WINDOW, edge_points: POINTS}}
        NUMBERS
              - {name: distinct, type: int64, aggregate: {function: distinct, of: item_id, events: [click], window: WINDOW}}
              - {name: by, type: double_map, aggregate: {function: count, events: [click], window: WINDOW, by: attributes.category, keys_max: KEYS, edge_points: POINTS}}
              - {name: declared, type: float_vector, aggregate: {function: count, events: [click], window: WINDOW, by: attributes.category, keys: [c1, c0], edge_points: POINTS}}
              - {name: top, type: string_list, aggregate: {function: top_k, of: attributes.category, k: 3, weight: unit_price_minor_units, events: [click], window: WINDOW, keys_max: KEYS, edge_points: POINTS}}
              - {name: first, type: string_list, aggregate: {function: first, k: 32, of: attributes.time, events: [click], window: WINDOW}}
        """
            .replace("NUMBERS\n", numbers)
            .replace("WINDOW", windowMillis / 1000 + "s")
            .replace("POINTS", Integer.toString(edgePoints))
            .replace("KEYS", Integer.toString(keysMax));
    return RegistryBuilder.first(RegistryYaml.read(yaml)).allViews().iterator().next();
  }

  private static FeatureView only(String feature) {
    return RegistryBuilder.first(
            RegistryYaml.read(
                """
                entities:
                  user: {event_field: user_id}
                views:
                  - name: v
                    entity: user
                    features:
                      - FEATURE
                """
                    .replace("FEATURE", feature)))
        .allViews()
        .iterator()
        .next();
  }

  private static int column(FeatureView view, String feature) {
    Integer column = view.column(feature);
    assertThat(column).isNotNull();
    return column;
  }

  private static Value value(FeatureView view, AggregateRow row, String feature, long at) {
    Value value = row.valueAt(column(view, feature), at);
    assertThat(value).isNotNull();
    return value;
  }

  private static Map<String, Double> mapOf(Value value) {
    Map<String, Double> map = new TreeMap<>();
    for (int i = 0; i < value.getDoubleMap().getKeysCount(); i++) {
      map.put(value.getDoubleMap().getKeys(i), value.getDoubleMap().getValues(i));
    }
    return map;
  }

  private static Map<String, Double> grouped(List<Event> events, ToDoubleFunction<Event> number) {
    return events.stream()
        .collect(
            Collectors.groupingBy(
                event -> event.getAttributesOrThrow("category"),
                TreeMap::new,
                Collectors.summingDouble(number)));
  }

  private static List<Event> in(List<Event> events, long edge) {
    Predicate<Event> inside = event -> event.getEventTimeUnixMs() > edge;
    return events.stream().filter(inside).toList();
  }

  private static DoubleStream prices(List<Event> events) {
    return events.stream().mapToDouble(Event::getUnitPriceMinorUnits);
  }

  private static long newest(List<Event> events) {
    return events.stream().mapToLong(Event::getEventTimeUnixMs).max().orElseThrow();
  }
}
