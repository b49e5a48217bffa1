// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.featurestore.aggregation.AggregateRow;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import dev.proffer.featurestore.registry.RegistryBuilder;
import dev.proffer.featurestore.registry.RegistryYaml;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FloatVector;
import dev.proffer.proto.featurestore.v1.Int64List;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Stored bytes that are not what was written: found out, or read as something, but never a crash.
class CorruptRowTest {
  private static final Registry REGISTRY =
      RegistryBuilder.first(
          RegistryYaml.read(
              """
              entities:
                user: {event_field: user_id}
              views:
                - name: written
                  entity: user
                  features:
                    - {name: a, type: float}
                    - {name: b, type: int64}
                    - {name: c, type: string}
                    - {name: d, type: float_vector, length: 3}
                    - {name: e, type: string_list}
                    - {name: f, type: int64_list}
                    - {name: g, type: double_map}
                - name: counted
                  entity: user
                  features:
                    - {name: n, type: int64, aggregate: {function: count, events: [click], window: 7d}}
                    - {name: v, type: double, aggregate: {function: variance, of: quantity, events: [click], window: 7d}}
                    - {name: d, type: int64, aggregate: {function: distinct, of: item_id, events: [click], window: 7d, exact: 4, precision: 4}}
                    - {name: s, type: double, aggregate: {function: decayed_sum, weights: {click: 1}, half_life: 7d}}
                    - {name: l, type: string_list, aggregate: {function: last, k: 5, of: item_id, events: [click]}}
                    - {name: f, type: string_list, aggregate: {function: first, k: 5, of: item_id, events: [click], window: 7d}}
                    - {name: m, type: double_map, aggregate: {function: count, events: [click], window: 7d, by: item_id}}
                    - {name: t, type: string_list, aggregate: {function: top_k, of: item_id, k: 3, events: [click]}}
              """));
  private static final long NOW = 1_780_000_000_000L;

  @Test
  void writtenRowsThatAreDamagedAreFoundOutOrReadAsSomething() {
    FeatureView view = view("written");
    ViewDecoder decoder = new ViewDecoder(REGISTRY, view);
    byte[] row =
        new RowLayout(view.features().stream().map(feature -> feature.type()).toList())
            .pack(view.schemaVersion(), NOW, values());
    assertThat(decoder.accepts(row)).isTrue();
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = damaged(row, random);
      refused += decoder.accepts(damaged) && isRead(decoder, damaged) ? 0 : 1;
    }
    assertThat(refused).isBetween(2_000, 19_000);
  }

  @Test
  void aggregatedRowsThatAreDamagedAreAlwaysFoundOut() {
    ViewDecoder decoder = new ViewDecoder(REGISTRY, view("counted"));
    byte[] row = counted();
    assertThat(decoder.accepts(row)).isTrue();
    Random random = new Random(6);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = damaged(row, random);
      assertThat(Arrays.equals(damaged, row) || !decoder.accepts(damaged)).isTrue();
    }
  }

  @Test
  void statesWithARightChecksumAndWrongContentAreReadAsSomethingOrRefused() {
    FeatureView view = view("counted");
    byte[] row = counted();
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = damaged(row, random);
      for (int column = 0; column < view.features().size(); column++) {
        try {
          ByteReader parts = AggregateRow.parts(damaged);
          for (int skip = 0; skip < column; skip++) {
            parts.skipPart();
          }
          double _ = AggregateRow.numberAt(view, parts.part(), column, NOW);
          Object _ =
              AggregateRow.stateOf(view, damaged, column)
                  .valueAt(NOW, view.features().get(column).type());
        } catch (CorruptRowException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isPositive();
  }

  private static boolean isRead(ViewDecoder decoder, byte[] row) {
    try {
      float[] numbers = new float[2];
      decoder.numbers(row, NOW, new int[] {0, 1}, numbers);
      for (int column = 0; column < decoder.view().features().size(); column++) {
        Value value = decoder.value(row, NOW, column);
        if (value != null) {
          assertThat(value.toByteArray()).isNotNull();
        }
      }
      return true;
    } catch (CorruptRowException e) {
      return false;
    }
  }

  private static byte[] damaged(byte[] row, Random random) {
    byte[] damaged =
        random.nextInt(4) == 0 ? Arrays.copyOf(row, random.nextInt(row.length + 8)) : row.clone();
    for (int flips = 1 + random.nextInt(3); flips > 0 && damaged.length > 0; flips--) {
      damaged[random.nextInt(damaged.length)] =
          (byte) (random.nextBoolean() ? random.nextInt() : -1);
    }
    return damaged;
  }

  private static byte[] counted() {
    AggregateRow row = new AggregateRow(view("counted"));
    for (int i = 0; i < 60; i++) {
      row.apply(
          i,
          Event.newBuilder()
              .setType(EventType.EVENT_TYPE_CLICK)
              .setEventTimeUnixMs(NOW - i * 3_000_000L)
              .setItemId("i" + i % 9)
              .setQuantity(i)
              .build());
    }
    return row.write(new ByteWriter(), 7);
  }

  private static Value[] values() {
    return new Value[] {
      Value.newBuilder().setFloatValue(1.5f).build(),
      null,
      Value.newBuilder().setStringValue("text 文").build(),
      Value.newBuilder()
          .setFloatVector(FloatVector.newBuilder().addValues(1).addValues(2).addValues(3))
          .build(),
      Value.newBuilder()
          .setStringList(StringList.newBuilder().addValues("a").addValues("b"))
          .build(),
      Value.newBuilder()
          .setInt64List(Int64List.newBuilder().addValues(-5).addValues(1L << 40))
          .build(),
      Value.newBuilder()
          .setDoubleMap(
              DoubleMap.newBuilder().addKeys("k").addValues(1.25).addKeys("l").addValues(2))
          .build()
    };
  }

  private static FeatureView view(String name) {
    FeatureView view = REGISTRY.view(name);
    assertThat(view).isNotNull();
    return view;
  }
}
