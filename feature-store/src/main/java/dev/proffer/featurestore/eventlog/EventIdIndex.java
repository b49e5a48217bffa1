// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.LongPredicate;

/// Where each event id is in the log: an open-addressing hash table in a mapped file, so that
/// memory stays bounded however many ids there are.
///
/// A slot is `fingerprint i64 | offset + 1 i64`; a zero offset means free. Two ids may share a
/// fingerprint, so a hit is confirmed against the log by the caller. The table may lag behind the
/// log after a crash, and may hold offsets that the log lost: it says up to which offset it is
/// complete ([#completeTo]), the log adds the rest again, and stale slots are not confirmed. Used
/// by one thread.
final class EventIdIndex implements AutoCloseable {
  private static final long MAGIC = 0x50524F4646494458L;
  private static final long HEADER_BYTES = 64;
  private static final long SLOT_BYTES = 16;
  private static final long CAPACITY_MIN = 1 << 16;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private Arena arena;
  private MemorySegment table;
  private long capacity;
  private long size;

  private EventIdIndex(Path file, Arena arena, MemorySegment table, long capacity) {
    this.file = file;
    this.arena = arena;
    this.table = table;
    this.capacity = capacity;
  }

  /// Opens the table of a log, or an empty one when there is none or it belongs to another log.
  static EventIdIndex open(Path file, int logEpoch, long logEnd) throws IOException {
    if (Files.exists(file) && Files.size(file) >= HEADER_BYTES + CAPACITY_MIN * SLOT_BYTES) {
      EventIdIndex index = map(file, (Files.size(file) - HEADER_BYTES) / SLOT_BYTES);
      if (index.table.get(LONG, 0) == MAGIC
          && index.table.get(LONG, 8) == logEpoch
          && Long.bitCount(index.capacity) == 1
          && index.completeTo() <= logEnd) {
        index.size = index.count();
        return index;
      }
      index.close();
      Files.delete(file);
    }
    EventIdIndex index = map(file, CAPACITY_MIN);
    index.table.fill((byte) 0);
    index.table.set(LONG, 8, logEpoch);
    index.table.set(LONG, 0, MAGIC);
    return index;
  }

  private static EventIdIndex map(Path file, long capacity) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment table =
          channel.map(
              FileChannel.MapMode.READ_WRITE, 0, HEADER_BYTES + capacity * SLOT_BYTES, arena);
      return new EventIdIndex(file, arena, table, capacity);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// All events before this offset are in the table, also after a crash of the machine.
  long completeTo() {
    return table.get(LONG, 16);
  }

  /// Writes the table to disk and remembers that it is complete up to an offset.
  void complete(long offset) {
    table.force();
    table.set(LONG, 16, offset);
    table.force();
  }

  /// The offset with this fingerprint that the caller confirms, or -1.
  long find(long fingerprint, LongPredicate confirms) {
    for (long slot = slotOf(fingerprint); ; slot = (slot + 1) & (capacity - 1)) {
      long at = HEADER_BYTES + slot * SLOT_BYTES;
      long offset = table.get(LONG, at + 8) - 1;
      if (offset < 0) {
        return -1;
      }
      if (table.get(LONG, at) == fingerprint && confirms.test(offset)) {
        return offset;
      }
    }
  }

  /// Adds an id, or does nothing when exactly this entry is there.
  void add(long fingerprint, long offset) throws IOException {
    if (size * 3 > capacity * 2) {
      grow();
    }
    if (put(fingerprint, offset)) {
      size++;
    }
  }

  private boolean put(long fingerprint, long offset) {
    for (long slot = slotOf(fingerprint); ; slot = (slot + 1) & (capacity - 1)) {
      long at = HEADER_BYTES + slot * SLOT_BYTES;
      long known = table.get(LONG, at + 8) - 1;
      if (known == offset && table.get(LONG, at) == fingerprint) {
        return false;
      }
      if (known < 0) {
        table.set(LONG, at, fingerprint);
        table.set(LONG, at + 8, offset + 1);
        return true;
      }
    }
  }

  private void grow() throws IOException {
    Path larger = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(larger);
    EventIdIndex next = map(larger, capacity * 2);
    next.table.set(LONG, 8, table.get(LONG, 8));
    next.table.set(LONG, 16, table.get(LONG, 16));
    next.table.set(LONG, 0, MAGIC);
    for (long slot = 0; slot < capacity; slot++) {
      long at = HEADER_BYTES + slot * SLOT_BYTES;
      long offset = table.get(LONG, at + 8) - 1;
      if (offset >= 0) {
        next.put(table.get(LONG, at), offset);
      }
    }
    next.table.force();
    Files.move(larger, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    arena.close();
    arena = next.arena;
    table = next.table;
    capacity = next.capacity;
  }

  private long count() {
    long count = 0;
    for (long slot = 0; slot < capacity; slot++) {
      if (table.get(LONG, HEADER_BYTES + slot * SLOT_BYTES + 8) != 0) {
        count++;
      }
    }
    return count;
  }

  private long slotOf(long fingerprint) {
    return ((fingerprint * 0x9E3779B97F4A7C15L) >>> 20) & (capacity - 1);
  }

  @Override
  public void close() {
    arena.close();
  }
}
