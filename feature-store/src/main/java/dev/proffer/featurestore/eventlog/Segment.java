// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import dev.proffer.proto.featurestore.v1.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// One file of the log: records one after another, and in memory the position of every 16th.
///
/// A record is, little-endian, `length u32 | crc32c u32 | body`; the body is `arrival time i64 |
/// kind u8 | event`. The checksum covers the length and the body, so that neither a torn tail nor a
/// run of zeros passes for a record.
final class Segment implements AutoCloseable {
  static final int HEADER_BYTES = 8;
  static final int BODY_PREFIX_BYTES = 9;
  static final int BODY_BYTES_MAX = 8 << 20;
  static final byte KIND_EVENT = 1;
  static final byte KIND_ERASED = 2;

  private static final int MARK_EVERY = 16;
  private static final int READ_BYTES_MIN = 8 << 10;
  private static final int READ_BYTES_MAX = 256 << 10;

  private final Path file;
  private final long baseOffset;
  private final FileChannel channel;
  private long[] marks = new long[16];
  private volatile int count;
  private volatile long bytes;

  private Segment(Path file, long baseOffset, FileChannel channel) {
    this.file = file;
    this.baseOffset = baseOffset;
    this.channel = channel;
  }

  static Path fileOf(Path folder, long baseOffset) {
    return folder.resolve(String.format("%020d.log", baseOffset));
  }

  static Segment create(Path folder, long baseOffset) throws IOException {
    Path file = fileOf(folder, baseOffset);
    return new Segment(
        file,
        baseOffset,
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /// Opens a file and checks every record. What follows the last whole record is cut off when this
  /// is the last segment, because a crash tore it before it was acknowledged, and refused
  /// otherwise.
  static Segment open(Path file, long baseOffset, boolean last) throws IOException {
    Segment segment =
        new Segment(
            file,
            baseOffset,
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    long size = segment.channel.size();
    Cursor cursor = segment.new Cursor(0, size, Integer.MAX_VALUE);
    int records = 0;
    while (cursor.next()) {
      segment.markAt(records++, cursor.start);
      segment.bytes = cursor.end;
    }
    segment.count = records;
    if (segment.bytes < size) {
      if (!last) {
        throw new EventLogException(
            file + ": record " + segment.lastOffsetExclusive() + " is damaged");
      }
      segment.channel.truncate(segment.bytes);
      segment.channel.force(true);
    }
    return segment;
  }

  long baseOffset() {
    return baseOffset;
  }

  long lastOffsetExclusive() {
    return baseOffset + count;
  }

  long bytes() {
    return bytes;
  }

  Path file() {
    return file;
  }

  /// Writes whole records at the end. They count only after [#published].
  void write(ByteBuffer records) throws IOException {
    long position = bytes;
    while (records.hasRemaining()) {
      position += channel.write(records, position);
    }
  }

  void force() throws IOException {
    channel.force(false);
  }

  /// Makes records that were written and forced visible to readers.
  ///
  /// @param lengths the length of each, header included
  void published(int[] lengths, int records) {
    long position = bytes;
    int published = count;
    for (int i = 0; i < records; i++) {
      markAt(published + i, position);
      position += lengths[i];
    }
    bytes = position;
    count = published + records;
  }

  private void markAt(int index, long position) {
    if (index % MARK_EVERY == 0) {
      synchronized (this) {
        int mark = index / MARK_EVERY;
        if (mark == marks.length) {
          marks = Arrays.copyOf(marks, mark * 2);
        }
        marks[mark] = position;
      }
    }
  }

  private synchronized long markBefore(int index) {
    return marks[index / MARK_EVERY];
  }

  /// Adds the entries from an offset on to the list, at most so many records. Returns the offset at
  /// which to read on.
  long read(long fromOffset, int recordsMax, List<Entry> into) {
    int from = Math.toIntExact(fromOffset - baseOffset);
    int to = (int) Math.min(count, (long) from + recordsMax);
    if (from >= to) {
      return fromOffset;
    }
    try {
      Cursor cursor = new Cursor(markBefore(from), bytes, MARK_EVERY + recordsMax);
      for (int skip = from / MARK_EVERY * MARK_EVERY; skip < from; skip++) {
        cursor.require(baseOffset + skip);
      }
      for (int i = from; i < to; i++) {
        cursor.require(baseOffset + i);
        if (cursor.kind() == KIND_EVENT) {
          into.add(new Entry(baseOffset + i, cursor.arrivalUnixMillis(), cursor.event()));
        }
      }
      return baseOffset + to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Erases a record of a file whose checksums cannot be trusted, and forces it.
  static void eraseUnopened(Path file, long baseOffset, long offset) throws IOException {
    try (Segment segment =
        new Segment(
            file,
            baseOffset,
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
      Cursor cursor = segment.new Cursor(0, segment.channel.size(), Integer.MAX_VALUE);
      for (long skip = baseOffset; skip <= offset; skip++) {
        cursor.requireLengthOnly(skip);
      }
      segment.overwrite(cursor.start, (int) (cursor.end - cursor.start) - HEADER_BYTES);
      segment.force();
    }
  }

  /// Overwrites the body of a record by zeros of the same length, marked as erased. The caller
  /// forces. Doing it twice is the same as doing it once.
  void erase(long offset) throws IOException {
    int index = Math.toIntExact(offset - baseOffset);
    Cursor cursor = new Cursor(markBefore(index), bytes, MARK_EVERY);
    for (int skip = index / MARK_EVERY * MARK_EVERY; skip < index; skip++) {
      cursor.requireLengthOnly(baseOffset + skip);
    }
    cursor.requireLengthOnly(baseOffset + index);
    overwrite(cursor.start, (int) (cursor.end - cursor.start) - HEADER_BYTES);
  }

  private void overwrite(long start, int length) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(0, length);
    record.put(HEADER_BYTES + 8, KIND_ERASED);
    record.putInt(4, checksum(record, HEADER_BYTES, length));
    long position = start;
    while (record.hasRemaining()) {
      position += channel.write(record, position);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int checksum(ByteBuffer record, int bodyAt, int length) {
    CRC32C crc = new CRC32C();
    crc.update(length);
    crc.update(length >>> 8);
    crc.update(length >>> 16);
    crc.update(length >>> 24);
    crc.update(record.slice(bodyAt, length));
    return (int) crc.getValue();
  }

  /// Walks over records in file order.
  final class Cursor {
    private final long limit;
    private ByteBuffer window;
    private long windowAt;
    private long start;
    private long end;
    private int body;
    private int bodyLength;

    /// Reads about so many records; a wrong guess costs time only.
    Cursor(long position, long limit, int records) {
      this.window =
          ByteBuffer.allocate(Math.clamp(records * 256L, READ_BYTES_MIN, READ_BYTES_MAX))
              .order(ByteOrder.LITTLE_ENDIAN);
      this.windowAt = position;
      this.end = position;
      this.limit = limit;
      window.limit(0);
    }

    /// Moves to the next whole record with a right checksum; false when there is none.
    boolean next() throws IOException {
      return advance(true);
    }

    void require(long offset) throws IOException {
      if (!advance(true)) {
        throw new EventLogException(file + ": record " + offset + " is damaged");
      }
    }

    void requireLengthOnly(long offset) throws IOException {
      if (!advance(false)) {
        throw new EventLogException(file + ": record " + offset + " is damaged");
      }
    }

    private boolean advance(boolean check) throws IOException {
      start = end;
      if (start + HEADER_BYTES > limit) {
        return false;
      }
      int at = load(start, HEADER_BYTES);
      int length = window.getInt(at);
      int crc = window.getInt(at + 4);
      if (length < BODY_PREFIX_BYTES
          || length > BODY_BYTES_MAX
          || start + HEADER_BYTES + length > limit) {
        return false;
      }
      body = load(start, HEADER_BYTES + length) + HEADER_BYTES;
      bodyLength = length;
      if (check && checksum(window, body, length) != crc) {
        return false;
      }
      end = start + HEADER_BYTES + length;
      return true;
    }

    byte kind() {
      return window.get(body + 8);
    }

    long arrivalUnixMillis() {
      return window.getLong(body);
    }

    Event event() {
      try {
        return Event.parseFrom(
            window.slice(body + BODY_PREFIX_BYTES, bodyLength - BODY_PREFIX_BYTES));
      } catch (InvalidProtocolBufferException e) {
        throw new EventLogException(file + ": an event cannot be parsed", e);
      }
    }

    /// Makes bytes of the file available in the window and returns where they are in it.
    private int load(long position, int needed) throws IOException {
      long inWindow = position - windowAt;
      if (inWindow >= 0 && inWindow + needed <= window.limit()) {
        return (int) inWindow;
      }
      if (needed > window.capacity()) {
        window = ByteBuffer.allocate(needed).order(ByteOrder.LITTLE_ENDIAN);
      }
      window.clear();
      window.limit((int) Math.min(window.capacity(), limit - position));
      long from = position;
      while (window.hasRemaining()) {
        int read = channel.read(window, from);
        if (read < 0) {
          break;
        }
        from += read;
      }
      window.flip();
      windowAt = position;
      return 0;
    }
  }
}
