// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.online;

import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Stored rows by key. Safe for use by many threads; calls block.
public interface OnlineStore extends AutoCloseable {
  /// Reads rows. It never throws: what did not arrive in time is reported as not answered.
  Fetched fetch(List<byte[]> keys, Duration timeout);

  /// Stores each row unless a row with a newer event time is there. An equal event time replaces
  /// the row and renews its time to live. Rows of one key are taken in order.
  List<PutOutcome> putNewer(List<NewRow> rows);

  /// Stores rows whatever is there. For rows with one writer.
  ///
  /// @throws RuntimeException when some row may not be stored
  void put(List<NewRow> rows);

  /// Removes rows and returns how many there were.
  int delete(List<byte[]> keys);

  /// Sets each key whose value is the one expected, atomically for each, and says whether all were.
  ///
  /// @param expected for each key what must be there; a null value means nothing
  /// @throws RuntimeException when it cannot be said what happened
  boolean compareAndSet(List<byte[]> keys, List<Content> expected, byte[] value);

  /// How many keys of one name must be watched to notice that any server lost its last writes.
  int checkpoints();

  /// What is lost, in one sentence; empty when all is well.
  String shortcoming();

  @Override
  void close();

  /// A row to store.
  ///
  /// @param keepMillis how long it stays; 0 means forever
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record NewRow(byte[] key, byte[] row, long keepMillis) {}

  /// The content of a key; null when there is none.
  @SuppressWarnings("ArrayRecordComponent") // Compared by content where it is compared.
  record Content(byte @Nullable [] value) {
    public boolean is(byte @Nullable [] other) {
      return Arrays.equals(value, other);
    }
  }

  /// What became of a row.
  enum PutOutcome {
    APPLIED,
    STALE,
    /// Whether it was stored is not known.
    UNAVAILABLE
  }

  /// Rows by position.
  ///
  /// @param failure why the first that was not answered was not; null when all were
  @SuppressWarnings("ArrayRecordComponent") // Never compared; indexed on the hot path.
  record Fetched(byte[] @Nullable [] rows, BitSet answered, @Nullable Throwable failure) {}
}
