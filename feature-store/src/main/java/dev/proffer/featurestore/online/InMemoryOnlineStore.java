// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.online;

import dev.proffer.featurestore.row.RowHeader;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The twin of [RedisOnlineStore] that keeps rows in memory.
public final class InMemoryOnlineStore implements OnlineStore {
  private final Clock clock;
  private final Map<ByteBuffer, Stored> stored = new HashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Stored(byte[] value, long diesAtUnixMillis) {}

  public InMemoryOnlineStore(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Fetched fetch(List<byte[]> keys, Duration timeout) {
    byte[] @Nullable [] rows = new byte[keys.size()][];
    BitSet answered = new BitSet();
    answered.set(0, keys.size());
    for (int i = 0; i < rows.length; i++) {
      rows[i] = get(keys.get(i));
    }
    return new Fetched(rows, answered, null);
  }

  @Override
  public synchronized List<PutOutcome> putNewer(List<NewRow> rows) {
    List<PutOutcome> outcomes = new ArrayList<>(rows.size());
    for (NewRow row : rows) {
      byte[] known = get(row.key());
      if (known != null
          && RowHeader.isRow(known)
          && RowHeader.eventTimeUnixMillis(known) > RowHeader.eventTimeUnixMillis(row.row())) {
        outcomes.add(PutOutcome.STALE);
      } else {
        set(row);
        outcomes.add(PutOutcome.APPLIED);
      }
    }
    return outcomes;
  }

  @Override
  public synchronized void put(List<NewRow> rows) {
    rows.forEach(this::set);
  }

  @Override
  public synchronized int delete(List<byte[]> keys) {
    int deleted = 0;
    for (byte[] key : keys) {
      deleted += get(key) == null ? 0 : 1;
      stored.remove(ByteBuffer.wrap(key));
    }
    return deleted;
  }

  @Override
  public synchronized boolean compareAndSet(
      List<byte[]> keys, List<Content> expected, byte[] value) {
    boolean all = true;
    for (int i = 0; i < keys.size(); i++) {
      if (expected.get(i).is(get(keys.get(i)))) {
        set(new NewRow(keys.get(i), value, 0));
      } else {
        all = false;
      }
    }
    return all;
  }

  @Override
  public int checkpoints() {
    return 1;
  }

  @Override
  public String shortcoming() {
    return "";
  }

  @Override
  public void close() {}

  private byte @Nullable [] get(byte[] key) {
    Stored known = stored.get(ByteBuffer.wrap(key));
    return known == null || known.diesAtUnixMillis <= clock.millis() ? null : known.value;
  }

  private void set(NewRow row) {
    stored.put(
        ByteBuffer.wrap(row.key()),
        new Stored(
            row.row(), row.keepMillis() == 0 ? Long.MAX_VALUE : clock.millis() + row.keepMillis()));
  }
}
