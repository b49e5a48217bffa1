// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.online;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Fetches that are under way, by entity, so that a hot entity whose copy has just grown old is
/// asked for once and not by every request that wants it.
///
/// A flight carries nothing: whoever waited for one finds the row among the copies, or fetches it
/// after all.
public final class Flights {
  private final Map<String, Flight> byEntity = new ConcurrentHashMap<>();

  /// One fetch of many rows.
  public static final class Flight {
    private final CountDownLatch landed = new CountDownLatch(1);

    /// Waits until the fetch has ended, however it ended.
    ///
    /// @return false when it did not end in time
    public boolean await(long nanos) {
      try {
        return landed.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  /// Joins the flight of an entity. Null means that there was none, and that `mine` is it now.
  public @Nullable Flight join(String entityId, Flight mine) {
    return byEntity.putIfAbsent(entityId, mine);
  }

  /// Takes an entity off a flight, after its copy was put.
  public void leave(String entityId, Flight mine) {
    byEntity.remove(entityId, mine);
  }

  /// Lets all who wait go on; to be called after [#leave] for each entity.
  public static void land(Flight mine) {
    mine.landed.countDown();
  }
}
