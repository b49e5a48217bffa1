// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/// A kind of thing that features describe, and how its rows are spread over the slots of Redis.
///
/// @param name such as `user` or `item`
/// @param eventField the field of an event that names it, such as `user_id`
/// @param buckets 0 gives each entity a slot of its own, so that all its rows are together;
///   otherwise entities are spread over this many slots, so that many are read with few commands.
///   It can never be changed without writing all rows again.
public record Entity(String name, String eventField, int buckets) {
  /// The key of a row. The view comes first: its name decides how the rest is built, so no two
  /// entity ids, whatever characters they have, can share a key.
  public byte[] key(String view, String entityId) {
    byte[] id = entityId.getBytes(StandardCharsets.UTF_8);
    int bucket = buckets == 0 ? 0 : bucketOf(entityId);
    int digits =
        buckets == 0
            ? 0
            : bucket < 10 ? 1 : bucket < 100 ? 2 : bucket < 1000 ? 3 : bucket < 10_000 ? 4 : 5;
    // f:view:{id} or f:view:{bucket}:id; names of views are ASCII.
    byte[] key = new byte[view.length() + id.length + (buckets == 0 ? 5 : 6 + digits)];
    key[0] = 'f';
    key[1] = ':';
    int at = 2;
    for (int i = 0; i < view.length(); i++) {
      key[at++] = (byte) view.charAt(i);
    }
    key[at++] = ':';
    key[at++] = '{';
    if (buckets > 0) {
      for (int i = at + digits - 1, rest = bucket; i >= at; i--, rest /= 10) {
        key[i] = (byte) ('0' + rest % 10);
      }
      at += digits;
      key[at++] = '}';
      key[at++] = ':';
    }
    System.arraycopy(id, 0, key, at, id.length);
    if (buckets == 0) {
      key[at + id.length] = '}';
    }
    return key;
  }

  private int bucketOf(String entityId) {
    return Math.floorMod(Hashing.murmur3_32_fixed().hashUnencodedChars(entityId).asInt(), buckets);
  }
}
