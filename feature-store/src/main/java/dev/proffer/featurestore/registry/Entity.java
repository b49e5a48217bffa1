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
    String key =
        buckets == 0
            ? "f:" + view + ":{" + entityId + "}"
            : "f:" + view + ":{" + bucketOf(entityId) + "}:" + entityId;
    return key.getBytes(StandardCharsets.UTF_8);
  }

  private int bucketOf(String entityId) {
    return Math.floorMod(Hashing.murmur3_32_fixed().hashUnencodedChars(entityId).asInt(), buckets);
  }
}
