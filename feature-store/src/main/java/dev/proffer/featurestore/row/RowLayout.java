// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.row;

import com.google.protobuf.ByteString;
import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.FloatVector;
import dev.proffer.proto.featurestore.v1.Int64List;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where each column of one schema version lies in a packed row, and how to read and write it.
///
/// A row is `header | null bitmap | fixed columns | variable columns`, little-endian. The bitmap is
/// there only when a column is null; a null fixed column keeps its room, so that every fixed column
/// has one place; variable columns follow each other in order, each with its length, and a null one
/// is empty.
public final class RowLayout {
  private final FeatureType[] types;
  private final int[] place; // of a fixed column: its byte; of a variable one: how many precede it
  private final int fixedBytes;
  private final int bitmapBytes;

  public RowLayout(List<FeatureType> columns) {
    this.types = columns.toArray(FeatureType[]::new);
    this.place = new int[types.length];
    int fixed = 0;
    int variable = 0;
    for (int column = 0; column < types.length; column++) {
      place[column] = types[column].isNumeric() ? fixed : variable++;
      fixed += types[column].fixedBytes();
    }
    this.fixedBytes = fixed;
    this.bitmapBytes = (types.length + 7) / 8;
  }

  public int columns() {
    return types.length;
  }

  /// Packs values that are known to have the right types and sizes.
  public byte[] pack(int schemaVersion, long eventTimeUnixMillis, @Nullable Value[] values) {
    boolean nulls = false;
    for (int column = 0; column < types.length; column++) {
      nulls |= values[column] == null;
    }
    ByteWriter out = new ByteWriter();
    RowHeader.write(out, nulls ? RowHeader.FLAG_NULLS : 0, schemaVersion, eventTimeUnixMillis);
    if (nulls) {
      for (int from = 0; from < types.length; from += 8) {
        int bits = 0;
        for (int i = 0; i < 8 && from + i < types.length; i++) {
          bits |= values[from + i] == null ? 1 << i : 0;
        }
        out.u8(bits);
      }
    }
    for (int column = 0; column < types.length; column++) {
      Value value = values[column];
      switch (types[column]) {
        case FLOAT -> out.i32(value == null ? 0 : Float.floatToRawIntBits(value.getFloatValue()));
        case DOUBLE -> out.f64(value == null ? 0 : value.getDoubleValue());
        case INT64 -> out.i64(value == null ? 0 : value.getInt64Value());
        case BOOL -> out.u8(value != null && value.getBoolValue() ? 1 : 0);
        case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP -> {}
      }
    }
    for (int column = 0; column < types.length; column++) {
      if (!types[column].isNumeric()) {
        packVariable(out, types[column], values[column]);
      }
    }
    return out.toBytes();
  }

  private static void packVariable(ByteWriter out, FeatureType type, @Nullable Value value) {
    byte[] payload = value == null ? new byte[0] : payload(type, value);
    out.varint(payload.length).bytes(payload);
  }

  /// The bytes of a text, list or vector in a row, without their length.
  public static byte[] payload(FeatureType type, Value value) {
    ByteWriter out = new ByteWriter();
    switch (type) {
      case STRING -> {
        return value.getStringValueBytes().toByteArray();
      }
      case FLOAT_VECTOR -> {
        FloatVector vector = value.getFloatVector();
        for (int i = 0; i < vector.getValuesCount(); i++) {
          out.i32(Float.floatToRawIntBits(vector.getValues(i)));
        }
      }
      case STRING_LIST -> value.getStringList().getValuesList().forEach(out::text);
      case INT64_LIST -> value.getInt64List().getValuesList().forEach(out::zigzag);
      case DOUBLE_MAP -> {
        DoubleMap map = value.getDoubleMap();
        for (int i = 0; i < map.getKeysCount(); i++) {
          out.text(map.getKeys(i)).f64(map.getValues(i));
        }
      }
      case FLOAT, DOUBLE, INT64, BOOL -> throw new IllegalArgumentException(type.text());
    }
    return out.toBytes();
  }

  /// Whether the fixed part of a row is all there.
  public boolean isWhole(byte[] row) {
    return row.length >= fixedAt(row) + fixedBytes;
  }

  /// Where a numeric column lies in a whole row.
  public int byteOf(byte[] row, int column) {
    return fixedAt(row) + place[column];
  }

  public boolean isNull(byte[] row, int column) {
    return (RowHeader.flags(row) & RowHeader.FLAG_NULLS) != 0
        && (row[RowHeader.BYTES + column / 8] >> (column % 8) & 1) != 0;
  }

  /// A numeric column of a checked row as a float; NaN when it is null.
  public float number(byte[] row, int column) {
    if (isNull(row, column)) {
      return Float.NaN;
    }
    int at = fixedAt(row) + place[column];
    return switch (types[column]) {
      case FLOAT -> Float.intBitsToFloat((int) ByteWriter.INT.get(row, at));
      case DOUBLE -> (float) Double.longBitsToDouble((long) ByteWriter.LONG.get(row, at));
      case INT64 -> (float) (long) ByteWriter.LONG.get(row, at);
      case BOOL -> row[at];
      case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP ->
          throw new IllegalArgumentException("column " + column + " is not a number");
    };
  }

  /// A numeric column of a whole row as it is stored; NaN when it is null.
  public double exactNumber(byte[] row, int column) {
    if (isNull(row, column)) {
      return Double.NaN;
    }
    int at = fixedAt(row) + place[column];
    return switch (types[column]) {
      case FLOAT -> Float.intBitsToFloat((int) ByteWriter.INT.get(row, at));
      case DOUBLE -> Double.longBitsToDouble((long) ByteWriter.LONG.get(row, at));
      case INT64 -> (double) (long) ByteWriter.LONG.get(row, at);
      case BOOL -> row[at];
      case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP ->
          throw new IllegalArgumentException("column " + column + " is not a number");
    };
  }

  /// Where the payload of a variable column lies in a row: its first byte in the upper half, the
  /// byte after its last in the lower half; -1 when it is null.
  public long payloadAt(byte[] row, int column) {
    if (isNull(row, column)) {
      return -1;
    }
    ByteReader in = variable(row, column);
    int length = in.count();
    return ((long) in.position() << 32) | (in.position() + length);
  }

  /// Any column of a checked row; null when it is null.
  public @Nullable Value value(byte[] row, int column) {
    if (isNull(row, column)) {
      return null;
    }
    int at = fixedAt(row) + place[column];
    return switch (types[column]) {
      case FLOAT ->
          Value.newBuilder()
              .setFloatValue(Float.intBitsToFloat((int) ByteWriter.INT.get(row, at)))
              .build();
      case DOUBLE ->
          Value.newBuilder()
              .setDoubleValue(Double.longBitsToDouble((long) ByteWriter.LONG.get(row, at)))
              .build();
      case INT64 -> Value.newBuilder().setInt64Value((long) ByteWriter.LONG.get(row, at)).build();
      case BOOL -> Value.newBuilder().setBoolValue(row[at] != 0).build();
      case STRING -> {
        ByteReader in = variable(row, column);
        int length = in.count();
        ByteString text = ByteString.copyFrom(row, in.position(), length);
        if (!text.isValidUtf8()) {
          throw new CorruptRowException("a text is not UTF-8");
        }
        yield Value.newBuilder().setStringValueBytes(text).build();
      }
      case FLOAT_VECTOR -> {
        ByteReader in = variable(row, column);
        int count = in.count() / 4;
        FloatVector.Builder vector = FloatVector.newBuilder();
        for (int i = 0; i < count; i++) {
          vector.addValues(Float.intBitsToFloat(in.i32()));
        }
        yield Value.newBuilder().setFloatVector(vector).build();
      }
      case STRING_LIST -> {
        ByteReader in = inner(row, column);
        StringList.Builder list = StringList.newBuilder();
        while (in.hasMore()) {
          list.addValues(in.text());
        }
        yield Value.newBuilder().setStringList(list).build();
      }
      case INT64_LIST -> {
        ByteReader in = inner(row, column);
        Int64List.Builder list = Int64List.newBuilder();
        while (in.hasMore()) {
          list.addValues(in.zigzag());
        }
        yield Value.newBuilder().setInt64List(list).build();
      }
      case DOUBLE_MAP -> {
        ByteReader in = inner(row, column);
        DoubleMap.Builder map = DoubleMap.newBuilder();
        while (in.hasMore()) {
          map.addKeys(in.text()).addValues(in.f64());
        }
        yield Value.newBuilder().setDoubleMap(map).build();
      }
    };
  }

  private ByteReader inner(byte[] row, int column) {
    ByteReader in = variable(row, column);
    int length = in.count();
    return new ByteReader(row, in.position(), in.position() + length);
  }

  /// A reader that stands at the length of a variable column.
  private ByteReader variable(byte[] row, int column) {
    int from = fixedAt(row) + fixedBytes;
    for (int skip = 0; skip < place[column]; skip++) {
      ByteReader in = new ByteReader(row, from, row.length);
      int length = in.count();
      from = in.position() + length;
    }
    return new ByteReader(row, from, row.length);
  }

  private int fixedAt(byte[] row) {
    return RowHeader.BYTES + ((RowHeader.flags(row) & RowHeader.FLAG_NULLS) != 0 ? bitmapBytes : 0);
  }
}
