// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.row;

import java.nio.charset.StandardCharsets;

/// Reads what [ByteWriter] wrote. Anything that does not fit throws [CorruptRowException].
public final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private int at;

  public ByteReader(byte[] bytes, int from, int to) {
    if (from < 0 || to > bytes.length || from > to) {
      throw new CorruptRowException("a part lies outside its row");
    }
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  public int position() {
    return at;
  }

  public boolean hasMore() {
    return at < end;
  }

  public int u8() {
    need(1);
    return bytes[at++] & 0xFF;
  }

  public int i32() {
    need(4);
    int value = (int) ByteWriter.INT.get(bytes, at);
    at += 4;
    return value;
  }

  public long i64() {
    need(8);
    long value = (long) ByteWriter.LONG.get(bytes, at);
    at += 8;
    return value;
  }

  public double f64() {
    return Double.longBitsToDouble(i64());
  }

  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new CorruptRowException("a number is too long");
  }

  /// A count of things that take at least one byte each, so that a corrupt one allocates nothing.
  public int count() {
    long count = varint();
    if (count < 0 || count > end - at) {
      throw new CorruptRowException("a count is too large");
    }
    return (int) count;
  }

  public long zigzag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  public double number() {
    long tagged = varint();
    if ((tagged & 1) == 1) {
      return f64();
    }
    long value = tagged >>> 1;
    return (value >>> 1) ^ -(value & 1);
  }

  public String text() {
    int length = count();
    String value = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return value;
  }

  /// The next part, which begins with its length.
  public ByteReader part() {
    int length = i32();
    need(length);
    ByteReader part = new ByteReader(bytes, at, at + length);
    at += length;
    return part;
  }

  /// Moves past the next part.
  public void skipPart() {
    int length = i32();
    need(length);
    at += length;
  }

  private void need(int more) {
    if (more < 0 || more > end - at) {
      throw new CorruptRowException("a row is too short");
    }
  }
}
