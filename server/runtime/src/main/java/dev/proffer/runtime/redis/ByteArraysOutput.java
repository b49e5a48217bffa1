// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Receives the reply of `MGET` straight into an array: no list, no key-value pairs, one copy.
final class ByteArraysOutput extends CommandOutput<byte[], byte[], byte[] @Nullable []> {
  private final byte[] @Nullable [] values;
  private int next;

  ByteArraysOutput(int expected) {
    super(ByteArrayCodec.INSTANCE, null);
    this.values = new byte[expected][];
    this.output = values;
  }

  @Override
  @SuppressWarnings("NullAway") // Lettuce passes null for a key that does not exist.
  public void set(@Nullable ByteBuffer bytes) {
    if (next >= values.length) {
      throw new IllegalStateException("more values than keys");
    }
    if (bytes == null) {
      values[next++] = null;
      return;
    }
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);
    values[next++] = value;
  }
}
