// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.row;

import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueType;
import java.util.Locale;

/// The type of a feature.
public enum FeatureType {
  FLOAT(4, ValueType.VALUE_TYPE_FLOAT, Value.KindCase.FLOAT_VALUE),
  DOUBLE(8, ValueType.VALUE_TYPE_DOUBLE, Value.KindCase.DOUBLE_VALUE),
  INT64(8, ValueType.VALUE_TYPE_INT64, Value.KindCase.INT64_VALUE),
  BOOL(1, ValueType.VALUE_TYPE_BOOL, Value.KindCase.BOOL_VALUE),
  STRING(0, ValueType.VALUE_TYPE_STRING, Value.KindCase.STRING_VALUE),
  FLOAT_VECTOR(0, ValueType.VALUE_TYPE_FLOAT_VECTOR, Value.KindCase.FLOAT_VECTOR),
  STRING_LIST(0, ValueType.VALUE_TYPE_STRING_LIST, Value.KindCase.STRING_LIST),
  INT64_LIST(0, ValueType.VALUE_TYPE_INT64_LIST, Value.KindCase.INT64_LIST),
  DOUBLE_MAP(0, ValueType.VALUE_TYPE_DOUBLE_MAP, Value.KindCase.DOUBLE_MAP);

  /// Limits of the contract.
  public static final int STRING_BYTES_MAX = 4096;

  public static final int VECTOR_MAX = 2048;
  public static final int LIST_MAX = 256;

  private final int fixedBytes;
  private final ValueType proto;
  private final Value.KindCase kind;

  FeatureType(int fixedBytes, ValueType proto, Value.KindCase kind) {
    this.fixedBytes = fixedBytes;
    this.proto = proto;
    this.kind = kind;
  }

  /// Bytes in the fixed part of a row; 0 for types of variable length.
  public int fixedBytes() {
    return fixedBytes;
  }

  /// Whether a value fits into one cell of a float matrix.
  public boolean isNumeric() {
    return fixedBytes > 0;
  }

  public ValueType proto() {
    return proto;
  }

  /// The only kind of value that a feature of this type takes.
  public Value.KindCase kind() {
    return kind;
  }

  /// The name in declarations, such as `string_list`.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
