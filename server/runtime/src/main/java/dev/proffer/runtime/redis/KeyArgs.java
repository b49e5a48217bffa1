// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;

/// Many keys as the arguments of one command, encoded on the caller's thread in one array.
///
/// The arguments of the library take an object and a pooled buffer for each key and are encoded on
/// the event loop, which all callers of a connection share.
final class KeyArgs extends CommandArgs<byte[], byte[]> {
  private final int count;
  private final byte[] firstKey;
  private final byte[] encoded;

  /// @param positions which of the keys; at least one
  KeyArgs(List<byte[]> keys, int[] positions) {
    super(ByteArrayCodec.INSTANCE);
    this.count = positions.length;
    this.firstKey = keys.get(positions[0]);
    int size = 0;
    for (int position : positions) {
      int length = keys.get(position).length;
      size += length + 5 + digits(length);
    }
    this.encoded = new byte[size];
    int at = 0;
    for (int position : positions) {
      byte[] key = keys.get(position);
      encoded[at++] = '$';
      int digits = digits(key.length);
      for (int i = at + digits - 1, rest = key.length; i >= at; i--, rest /= 10) {
        encoded[i] = (byte) ('0' + rest % 10);
      }
      at += digits;
      encoded[at++] = '\r';
      encoded[at++] = '\n';
      System.arraycopy(key, 0, encoded, at, key.length);
      at += key.length;
      encoded[at++] = '\r';
      encoded[at++] = '\n';
    }
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public ByteBuffer getFirstEncodedKey() {
    return ByteBuffer.wrap(firstKey);
  }

  @Override
  public void encode(ByteBuf buf) {
    buf.writeBytes(encoded);
  }

  @Override
  public String toString() {
    return count + " keys";
  }

  @Override
  public String toCommandString() {
    return toString();
  }

  private static int digits(int number) {
    int digits = 1;
    for (int rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
