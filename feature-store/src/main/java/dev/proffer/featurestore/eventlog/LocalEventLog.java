// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import com.google.common.hash.Hashing;
import dev.proffer.proto.featurestore.v1.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An event log in a folder of this machine.
///
/// One thread writes. It takes what callers have queued, looks each id up, writes all records with
/// one write, forces the file once (group commit) and only then answers all of them. When a write
/// or force fails, the state of the file is unknown, so the log refuses everything from then on
/// until it is opened again; opening cuts off a torn tail.
public final class LocalEventLog implements EventLog {
  private static final Logger log = LoggerFactory.getLogger(LocalEventLog.class);
  private static final int QUEUE_MAX = 1024;
  private static final int GROUP_BYTES_MAX = 8 << 20;
  private static final long INDEX_EVERY = 1_000_000;

  private final Path folder;
  private final Clock clock;
  private final long segmentBytes;
  private final int epoch;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
  private final EventIdIndex ids;
  private final BlockingQueue<Request> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Thread writer;
  private final ReentrantLock endLock = new ReentrantLock();
  private final Condition grown = endLock.newCondition();
  private volatile long end;
  private volatile @Nullable EventLogException failed;
  private volatile boolean closing;

  // The group that is being written: ids are confirmed against it before the file has it.
  private long groupBase;
  private List<String> groupIds = new ArrayList<>();
  private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
  private int[] lengths = new int[1024];

  /// Work for the writer.
  private sealed interface Request {
    CompletableFuture<?> done();
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Append(
      List<Event> events,
      byte[][] bodies,
      long[] fingerprints,
      CompletableFuture<List<Appended>> done)
      implements Request {}

  private record Erase(List<Long> offsets, CompletableFuture<?> done) implements Request {}

  private LocalEventLog(
      Path folder, Clock clock, long segmentBytes, FileChannel lockChannel, FileLock lock)
      throws IOException {
    this.folder = folder;
    this.clock = clock;
    this.segmentBytes = segmentBytes;
    this.lockChannel = lockChannel;
    this.lock = lock;
    this.epoch = readOrMakeEpoch(folder);
    finishErasure();
    List<Path> files = segmentFiles(folder);
    for (int i = 0; i < files.size(); i++) {
      long base = Long.parseLong(nameOf(files.get(i)).replace(".log", ""));
      if (base != end) {
        throw new EventLogException(
            folder + ": the segment that starts at offset " + end + " is missing");
      }
      Segment segment = Segment.open(files.get(i), base, i == files.size() - 1);
      segments.put(base, segment);
      end = segment.lastOffsetExclusive();
    }
    if (segments.isEmpty()) {
      segments.put(0L, Segment.create(folder, 0));
      forceFolder();
    }
    this.ids = EventIdIndex.open(folder.resolve("ids.index"), epoch, end);
    catchUpIndex();
    this.writer = Thread.ofPlatform().name("event-log-writer").unstarted(this::write);
  }

  /// Opens the log of a folder, or makes one.
  ///
  /// @param segmentBytes size at which a new file is begun
  /// @throws EventLogException when another process has it open or a file is damaged
  public static LocalEventLog open(Path folder, long segmentBytes, Clock clock) {
    try {
      Files.createDirectories(folder);
      FileChannel lockChannel =
          FileChannel.open(
              folder.resolve("log.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = lockChannel.tryLock();
      if (lock == null) {
        lockChannel.close();
        throw new EventLogException(folder + ": another process has this event log open");
      }
      try {
        LocalEventLog opened = new LocalEventLog(folder, clock, segmentBytes, lockChannel, lock);
        opened.writer.start();
        return opened;
      } catch (IOException | RuntimeException e) {
        lockChannel.close();
        throw e;
      }
    } catch (java.nio.channels.OverlappingFileLockException e) {
      throw new EventLogException(folder + ": this process has this event log open already", e);
    } catch (IOException e) {
      throw new EventLogException(folder + ": the event log cannot be opened", e);
    }
  }

  @Override
  public int epoch() {
    return epoch;
  }

  @Override
  public long endOffset() {
    return end;
  }

  @Override
  public List<Appended> append(List<Event> events) {
    if (events.isEmpty()) {
      return List.of();
    }
    byte[][] bodies = new byte[events.size()][];
    long[] fingerprints = new long[events.size()];
    for (int i = 0; i < bodies.length; i++) {
      bodies[i] = events.get(i).toByteArray();
      fingerprints[i] = fingerprint(events.get(i).getEventId());
    }
    CompletableFuture<List<Appended>> done = new CompletableFuture<>();
    submit(new Append(events, bodies, fingerprints, done));
    return await(done);
  }

  @Override
  public void erase(List<Long> offsets) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    submit(new Erase(List.copyOf(offsets), done));
    await(done);
  }

  @Override
  public Run read(long fromOffset, int eventsMax) {
    List<Entry> entries = new ArrayList<>(Math.min(eventsMax, 4096));
    long next = fromOffset;
    long readableEnd = end;
    int left = eventsMax;
    while (next < readableEnd && left > 0) {
      Map.Entry<Long, Segment> at = segments.floorEntry(next);
      if (at == null) {
        throw new EventLogException(folder + ": offset " + next + " is not in the log");
      }
      long read = at.getValue().read(next, (int) Math.min(left, readableEnd - next), entries);
      if (read == next) {
        break;
      }
      left -= (int) (read - next);
      next = read;
    }
    return new Run(entries, next);
  }

  @Override
  public boolean awaitEvent(long offset, Duration patience) throws InterruptedException {
    if (end > offset) {
      return true;
    }
    long left = patience.toNanos();
    endLock.lock();
    try {
      while (end <= offset && !closing) {
        if (left <= 0) {
          return false;
        }
        left = grown.awaitNanos(left);
      }
      return end > offset;
    } finally {
      endLock.unlock();
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    signalGrown();
    refuseQueued();
    try {
      if (failed == null) {
        ids.complete(end);
      }
      ids.close();
      segments.values().forEach(Segment::close);
      lock.release();
      lockChannel.close();
    } catch (IOException e) {
      log.warn("{}: could not be closed cleanly", folder, e);
    }
  }

  private void submit(Request request) {
    EventLogException failure = failed;
    if (failure != null) {
      throw failure;
    }
    if (closing) {
      throw new EventLogException(folder + ": the event log is closed");
    }
    try {
      while (!queue.offer(request, 100, TimeUnit.MILLISECONDS)) {
        if (closing || failed != null) {
          throw new EventLogException(folder + ": the event log is closed or failed");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EventLogException("interrupted", e);
    }
    if (closing && !writer.isAlive()) {
      refuseQueued();
    }
  }

  private static <T> T await(CompletableFuture<T> done) {
    try {
      return done.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof EventLogException known
          ? known
          : new EventLogException("the event log failed", e);
    }
  }

  private void write() {
    List<Request> group = new ArrayList<>();
    while (!closing || !queue.isEmpty()) {
      try {
        Request first = queue.poll(50, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        group.clear();
        group.add(first);
        long bytes = 0;
        while (bytes < GROUP_BYTES_MAX) {
          bytes += sizeOf(group.getLast());
          Request next = queue.poll();
          if (next == null) {
            break;
          }
          group.add(next);
        }
        commit(group);
      } catch (InterruptedException e) {
        fail(e, group);
      } catch (IOException | RuntimeException e) {
        fail(e, group);
      }
      if (failed != null) {
        refuseQueued();
      }
    }
  }

  private void commit(List<Request> group) throws IOException {
    List<Append> appends = new ArrayList<>(group.size());
    for (Request request : group) {
      switch (request) {
        case Append append -> appends.add(append);
        case Erase erase -> {
          commitAppends(appends);
          appends.clear();
          commitErasure(erase);
        }
      }
    }
    commitAppends(appends);
  }

  private void commitAppends(List<Append> appends) throws IOException {
    if (appends.isEmpty()) {
      return;
    }
    Segment segment = segments.lastEntry().getValue();
    if (segment.bytes() >= segmentBytes) {
      segment = Segment.create(folder, end);
      forceFolder();
      segments.put(end, segment);
    }
    long now = clock.millis();
    groupBase = end;
    groupIds.clear();
    buffer.clear();
    List<List<Appended>> results = new ArrayList<>(appends.size());
    for (Append append : appends) {
      List<Appended> result = new ArrayList<>(append.events.size());
      for (int i = 0; i < append.bodies.length; i++) {
        String id = append.events.get(i).getEventId();
        long known = ids.find(append.fingerprints[i], offset -> confirms(offset, id));
        if (known >= 0) {
          result.add(new Appended(known, true));
          continue;
        }
        long offset = groupBase + groupIds.size();
        put(append.bodies[i], now);
        groupIds.add(id);
        ids.add(append.fingerprints[i], offset);
        result.add(new Appended(offset, false));
      }
      results.add(result);
    }
    if (!groupIds.isEmpty()) {
      buffer.flip();
      segment.write(buffer);
      segment.force();
      segment.published(lengths, groupIds.size());
      end = groupBase + groupIds.size();
      signalGrown();
      if (end - ids.completeTo() >= INDEX_EVERY) {
        ids.complete(end);
      }
    }
    for (int i = 0; i < appends.size(); i++) {
      appends.get(i).done.complete(results.get(i));
    }
  }

  private void put(byte[] body, long now) {
    int length = Segment.BODY_PREFIX_BYTES + body.length;
    int needed = Segment.HEADER_BYTES + length;
    if (buffer.remaining() < needed) {
      ByteBuffer larger =
          ByteBuffer.allocateDirect(Math.max(buffer.capacity() * 2, buffer.position() + needed))
              .order(ByteOrder.LITTLE_ENDIAN);
      larger.put(buffer.flip());
      buffer = larger;
    }
    int index = groupIds.size();
    if (index == lengths.length) {
      lengths = Arrays.copyOf(lengths, index * 2);
    }
    lengths[index] = needed;
    int start = buffer.position();
    buffer.putInt(length).putInt(0).putLong(now).put(Segment.KIND_EVENT).put(body);
    buffer.putInt(start + 4, Segment.checksum(buffer, start + Segment.HEADER_BYTES, length));
  }

  private boolean confirms(long offset, String id) {
    if (offset >= groupBase) {
      long inGroup = offset - groupBase;
      return inGroup < groupIds.size() && groupIds.get((int) inGroup).equals(id);
    }
    Run run = read(offset, 1);
    // An erased event cannot be compared any more. Its retry must not bring it back, so it counts
    // as known; another id with the same 64-bit fingerprint is a risk of 1 in 10^19 for each pair.
    return run.entries().isEmpty() || run.entries().getFirst().event().getEventId().equals(id);
  }

  /// Erases with a note of intent, so that a crash half-way is finished at the next opening.
  private void commitErasure(Erase erase) throws IOException {
    Path intent = folder.resolve("erasure.intent");
    Path draft = folder.resolve("erasure.draft");
    StringBuilder text = new StringBuilder();
    erase.offsets.forEach(offset -> text.append(offset).append('\n'));
    writeDurably(draft, text.toString());
    Files.move(draft, intent, StandardCopyOption.ATOMIC_MOVE);
    forceFolder();
    for (long offset : erase.offsets) {
      Map.Entry<Long, Segment> at = segments.floorEntry(offset);
      if (at != null && offset < end) {
        at.getValue().erase(offset);
      }
    }
    for (Segment segment : segments.values()) {
      segment.force();
    }
    Files.delete(intent);
    forceFolder();
    erase.done.complete(null);
  }

  /// A record that was being erased when the process died may be half overwritten: overwrite it
  /// again before any checksum is looked at. Lengths are never changed by erasing.
  private void finishErasure() throws IOException {
    Path intent = folder.resolve("erasure.intent");
    if (!Files.exists(intent)) {
      return;
    }
    log.info("{}: finishing an erasure that was interrupted", folder);
    List<Path> files = segmentFiles(folder);
    for (String line : Files.readAllLines(intent)) {
      long offset = Long.parseLong(line.strip());
      for (int i = files.size() - 1; i >= 0; i--) {
        long base = Long.parseLong(nameOf(files.get(i)).replace(".log", ""));
        if (base <= offset) {
          Segment.eraseUnopened(files.get(i), base, offset);
          break;
        }
      }
    }
    Files.delete(intent);
    forceFolder();
  }

  private void catchUpIndex() throws IOException {
    long from = ids.completeTo();
    while (from < end) {
      Run run = read(from, 4096);
      for (Entry entry : run.entries()) {
        ids.add(fingerprint(entry.event().getEventId()), entry.offset());
      }
      from = run.nextOffset();
    }
    groupBase = end;
  }

  private void fail(Exception e, List<Request> group) {
    log.error("{}: the event log failed; it refuses events until it is opened again", folder, e);
    EventLogException failure = new EventLogException(folder + ": the event log failed", e);
    failed = failure;
    group.forEach(request -> request.done().completeExceptionally(failure));
  }

  private void refuseQueued() {
    for (Request request = queue.poll(); request != null; request = queue.poll()) {
      request
          .done()
          .completeExceptionally(new EventLogException(folder + ": the event log is closed"));
    }
  }

  private void signalGrown() {
    endLock.lock();
    try {
      grown.signalAll();
    } finally {
      endLock.unlock();
    }
  }

  private void forceFolder() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static long sizeOf(Request request) {
    long bytes = 0;
    if (request instanceof Append append) {
      for (byte[] body : append.bodies) {
        bytes += body.length;
      }
    }
    return bytes;
  }

  private static long fingerprint(String id) {
    return Hashing.murmur3_128().hashString(id, StandardCharsets.UTF_8).asLong();
  }

  private static int readOrMakeEpoch(Path folder) throws IOException {
    Path file = folder.resolve("log.id");
    if (Files.exists(file)) {
      return Integer.parseUnsignedInt(Files.readString(file).strip(), 16);
    }
    if (!segmentFiles(folder).isEmpty()) {
      throw new EventLogException(file + " is missing although there are segments");
    }
    int epoch = new SecureRandom().nextInt() | 1;
    // Moved into place, so that a process that is killed here leaves no empty file behind.
    Path draft = folder.resolve("log.id.draft");
    writeDurably(draft, Integer.toHexString(epoch));
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    return epoch;
  }

  private static void writeDurably(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static List<Path> segmentFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> nameOf(file).matches("\\d{20}\\.log")).sorted().toList();
    }
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }
}
