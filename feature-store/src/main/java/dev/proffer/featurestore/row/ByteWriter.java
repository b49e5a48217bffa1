// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.row;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Appends little-endian values to a growing array. Used by one thread.
public final class ByteWriter {
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[256];
  private int size;

  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  public ByteWriter u8(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public ByteWriter u16(int value) {
    return u8(value).u8(value >>> 8);
  }

  public ByteWriter i32(int value) {
    ensure(4);
    INT.set(bytes, size, value);
    size += 4;
    return this;
  }

  public ByteWriter i64(long value) {
    ensure(8);
    LONG.set(bytes, size, value);
    size += 8;
    return this;
  }

  public ByteWriter f64(double value) {
    return i64(Double.doubleToRawLongBits(value));
  }

  public ByteWriter bytes(byte[] value) {
    ensure(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  /// An unsigned number in groups of 7 bits, least significant first.
  public ByteWriter varint(long value) {
    ensure(10);
    if ((value & ~0x7FL) == 0) {
      bytes[size++] = (byte) value;
      return this;
    }
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  /// A signed number, small in either direction.
  public ByteWriter zigzag(long value) {
    return varint((value << 1) ^ (value >> 63));
  }

  /// A double that is short when it is a whole number, exact always.
  public ByteWriter number(double value) {
    long whole = (long) value;
    if (whole == value && Math.abs(whole) < 1L << 53 && !isNegativeZero(value)) {
      return varint((((whole << 1) ^ (whole >> 63)) << 1));
    }
    return varint(1).f64(value);
  }

  public ByteWriter text(String value) {
    int length = value.length();
    if (length < 0x80) {
      // Short ids in ASCII are their own UTF-8.
      ensure(length + 1);
      int at = size + 1;
      int i = 0;
      while (i < length && value.charAt(i) < 0x80) {
        bytes[at + i] = (byte) value.charAt(i);
        i++;
      }
      if (i == length) {
        bytes[size] = (byte) length;
        size = at + length;
        return this;
      }
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return varint(utf8.length).bytes(utf8);
  }

  /// Sets 4 bytes of an array that was written before.
  public static void putI32(byte[] bytes, int at, int value) {
    INT.set(bytes, at, value);
  }

  /// Leaves room for a length, to be filled in by [#endLength].
  public int beginLength() {
    ensure(4);
    size += 4;
    return size;
  }

  public void endLength(int begin) {
    INT.set(bytes, begin - 4, size - begin);
  }

  private static boolean isNegativeZero(double value) {
    return value == 0 && 1 / value < 0;
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
