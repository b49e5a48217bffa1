// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.Value;
import org.jspecify.annotations.Nullable;

/// How the value of one feature is computed from the events of one entity.
///
/// The same class serves online and replays history: a state takes events in log order and gives
/// the value at any time from the newest event on. States do not depend on the wall clock, so the
/// same events give the same state, bit by bit, whenever they are replayed.
public interface Aggregation {
  /// Whether a feature of this type can hold the value.
  boolean gives(FeatureType type);

  /// Whether events of a type can change the value.
  boolean reads(EventType type);

  /// Whether an event changes the value.
  default boolean reads(Event event) {
    return reads(event.getType());
  }

  /// The state before any event.
  State empty();

  /// A state that was written by [State#write].
  State read(ByteReader in);

  /// The value of a written state at a time as a number, as [State#numberAt].
  default double numberAt(ByteReader state, long unixMillis) {
    return read(state).numberAt(unixMillis);
  }

  /// The declaration in words, such as `count(purchase) over 7d`. It is part of the hash of feature
  /// sets: two aggregations with the same words give the same values.
  String describe();

  /// What is remembered about the events of one entity.
  interface State {
    /// Takes one event. Events that the aggregation does not read change nothing.
    void add(Event event);

    void write(ByteWriter out);

    /// The value at a time as a number; NaN when it is null or not a number.
    double numberAt(long unixMillis);

    /// The value at a time; null when there is none.
    default @Nullable Value valueAt(long unixMillis, FeatureType type) {
      double number = numberAt(unixMillis);
      if (Double.isNaN(number)) {
        return null;
      }
      return switch (type) {
        case FLOAT -> Value.newBuilder().setFloatValue((float) number).build();
        case DOUBLE -> Value.newBuilder().setDoubleValue(number).build();
        case INT64 -> Value.newBuilder().setInt64Value(Math.round(number)).build();
        case BOOL -> Value.newBuilder().setBoolValue(number != 0).build();
        case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP ->
            throw new IllegalStateException("not a number: " + type.text());
      };
    }
  }
}
