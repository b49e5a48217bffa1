// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What the feature store said of items lately, so that it need not be asked again for each of the
/// hundreds of candidates of each request. Most of them are candidates of many requests.
///
/// Bounded by a fixed number of places: an item has one, by its number, and another may take it,
/// which costs a read and never an answer. Safe for use by many threads.
final class ItemFeatures {
  private static final int PLACES = 1 << 17;

  private final int width;
  private final long ageNanos;
  private final AtomicReferenceArray<@Nullable Row> places = new AtomicReferenceArray<>(PLACES);

  /// Rows can be used again by whoever reads the same numbers of the same feature set.
  ///
  /// @param columns the numbers of an item in order
  record Of(String featureSetHash, List<String> columns) {}

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Row(int item, float[] values, long readAtNanos) {}

  /// @param age how old a row may be when it is used again
  ItemFeatures(Of of, Duration age) {
    this.width = of.columns().size();
    this.ageNanos = age.toNanos();
  }

  /// Copies the numbers of an item; false when they are not known, or were read too long ago.
  ///
  /// @param row the row of `into` that they are copied to
  boolean isCopied(int item, long nowNanos, float[] into, int row) {
    Row kept = places.getAcquire(item & (PLACES - 1));
    if (kept == null || kept.item != item || nowNanos - kept.readAtNanos >= ageNanos) {
      return false;
    }
    System.arraycopy(kept.values, 0, into, row * width, width);
    return true;
  }

  /// Keeps the numbers of an item.
  ///
  /// @param row the row of `from` that has them
  void keep(int item, long readAtNanos, float[] from, int row) {
    if (ageNanos > 0) {
      float[] values = new float[width];
      System.arraycopy(from, row * width, values, 0, width);
      places.setRelease(item & (PLACES - 1), new Row(item, values, readAtNanos));
    }
  }
}
