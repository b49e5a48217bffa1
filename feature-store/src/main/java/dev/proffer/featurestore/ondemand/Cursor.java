// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

/// Walks over the elements of a packed list. One is made for a column, not for a row. A damaged
/// list ends early.
final class Cursor {
  private byte[] bytes = new byte[0];
  private int at;
  private int end;

  boolean open(Slices column, int row) {
    byte[] of = column.bytes(row);
    if (of == null) {
      return false;
    }
    bytes = of;
    at = column.begin(row);
    end = column.end(row);
    return true;
  }

  boolean hasNext() {
    return at < end;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64 && at < end; shift += 7) {
      int next = bytes[at++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    at = end;
    return 0;
  }

  long zigzag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  double number() {
    if (end - at < 8) {
      at = end;
      return Double.NaN;
    }
    long bits = 0;
    for (int i = 7; i >= 0; i--) {
      bits = bits << 8 | (bytes[at + i] & 0xFF);
    }
    at += 8;
    return Double.longBitsToDouble(bits);
  }

  /// Steps over a text and says whether it equals another.
  boolean textEquals(byte[] other, int from, int to) {
    long length = varint();
    if (length < 0 || length > end - at) {
      at = end;
      return false;
    }
    int begin = at;
    at += (int) length;
    return java.util.Arrays.equals(bytes, begin, at, other, from, to);
  }
}
