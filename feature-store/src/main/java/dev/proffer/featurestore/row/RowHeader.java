// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.row;

/// The first 12 bytes of every stored row, little-endian: `magic u8 | flags u8 | schema version u16
/// | event time i64`.
public final class RowHeader {
  public static final int BYTES = 12;
  public static final int MAGIC = 0xF5;

  /// The row has a null bitmap.
  public static final int FLAG_NULLS = 1;

  /// The row holds the state of aggregations instead of values. Earlier formats of states had 2 and
  /// 4; rows of them are made again from the log.
  public static final int FLAG_AGGREGATE = 8;

  private RowHeader() {}

  public static void write(ByteWriter out, int flags, int schemaVersion, long eventTimeUnixMillis) {
    out.u8(MAGIC).u8(flags).u16(schemaVersion).i64(eventTimeUnixMillis);
  }

  /// Whether the bytes can be a row at all.
  public static boolean isRow(byte[] row) {
    return row.length >= BYTES && (row[0] & 0xFF) == MAGIC;
  }

  public static int flags(byte[] row) {
    return row[1] & 0xFF;
  }

  public static int schemaVersion(byte[] row) {
    return (row[2] & 0xFF) | (row[3] & 0xFF) << 8;
  }

  public static long eventTimeUnixMillis(byte[] row) {
    return (long) ByteWriter.LONG.get(row, 4);
  }
}
