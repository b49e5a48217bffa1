// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FloatVector;
import dev.proffer.proto.featurestore.v1.Int64List;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import java.time.Instant;
import java.util.List;

/// A row of features to store: `Rows.of("item_stats", "sku-1").put("margin", .25).toRow()`. Its
/// time is now unless it is given. A feature that is left out becomes null.
public final class Rows {
  private final FeatureRow.Builder row = FeatureRow.newBuilder();

  private Rows() {}

  /// A row of a view, for an entity.
  public static Rows of(String featureView, String entityId) {
    Rows rows = new Rows();
    rows.row
        .setFeatureView(featureView)
        .setEntityId(entityId)
        .setEventTimeUnixMs(System.currentTimeMillis());
    return rows;
  }

  /// When the values became true.
  public Rows at(Instant time) {
    row.setEventTimeUnixMs(time.toEpochMilli());
    return this;
  }

  /// A DOUBLE.
  public Rows put(String feature, double value) {
    return put(feature, Value.newBuilder().setDoubleValue(value));
  }

  /// A FLOAT.
  public Rows put(String feature, float value) {
    return put(feature, Value.newBuilder().setFloatValue(value));
  }

  /// An INT64.
  public Rows put(String feature, long value) {
    return put(feature, Value.newBuilder().setInt64Value(value));
  }

  /// An INT64.
  public Rows put(String feature, int value) {
    return put(feature, (long) value);
  }

  /// A BOOL.
  public Rows put(String feature, boolean value) {
    return put(feature, Value.newBuilder().setBoolValue(value));
  }

  /// A STRING.
  public Rows put(String feature, String value) {
    return put(feature, Value.newBuilder().setStringValue(value));
  }

  /// A STRING_LIST.
  public Rows put(String feature, List<String> values) {
    return put(
        feature, Value.newBuilder().setStringList(StringList.newBuilder().addAllValues(values)));
  }

  /// An INT64_LIST.
  public Rows put(String feature, long[] values) {
    Int64List.Builder list = Int64List.newBuilder();
    for (long value : values) {
      list.addValues(value);
    }
    return put(feature, Value.newBuilder().setInt64List(list));
  }

  /// A FLOAT_VECTOR.
  public Rows put(String feature, float[] values) {
    FloatVector.Builder vector = FloatVector.newBuilder();
    for (float value : values) {
      vector.addValues(value);
    }
    return put(feature, Value.newBuilder().setFloatVector(vector));
  }

  /// A null.
  public Rows putNull(String feature) {
    return put(feature, Value.newBuilder());
  }

  private Rows put(String feature, Value.Builder value) {
    row.putValues(feature, value.build());
    return this;
  }

  /// The row.
  public FeatureRow toRow() {
    return row.build();
  }
}
