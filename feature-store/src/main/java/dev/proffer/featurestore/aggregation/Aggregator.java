// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import com.google.common.hash.Hashing;
import dev.proffer.featurestore.eventlog.EventLog;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.online.OnlineStore;
import dev.proffer.featurestore.online.OnlineStore.Content;
import dev.proffer.featurestore.online.OnlineStore.Fetched;
import dev.proffer.featurestore.online.OnlineStore.NewRow;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the event log and keeps the aggregated rows in the online store.
///
/// How it stays exact, whatever crashes:
/// 1. The position is a checkpoint that is kept in the online store itself and written after the
///    rows that it covers. A store that loses its last writes, or everything, loses the checkpoint
///    with them, so what has to be replayed is always known.
/// 2. Every row holds the offset of its last event, so replaying an event that a row has changes
///    nothing.
/// 3. The checkpoint is compared and set: when it is not the one written before, the store was
///    emptied or fell back meanwhile, so the new one does not vouch for rows that are gone, and the
///    position is read again.
///
/// 4. The checkpoint is looked at again between reading rows and storing them, so that a row is
///    never begun anew because a lost one was taken for one that never was.
///
/// After any failure nothing in memory is trusted: rows and position are read again.
public final class Aggregator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Aggregator.class);

  /// Part of what a checkpoint vouches for: rows whose states were written otherwise are made
  /// again.
  private static final String STATE_FORMAT = "states 3\n";

  private static final int BATCH_MAX = 20_000;
  private static final int FETCH_MAX = 2_000;
  private static final int SAVE_MAX = 2_000;
  private static final Duration FETCH_PATIENCE = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofMillis(200);
  private static final long VERIFY_EVERY_NANOS = 1_000_000_000;
  private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

  private final EventLog events;
  private final OnlineStore store;
  private final NearCache near;
  private final Supplier<Registry> registry;
  private final long rowsBytesMax;
  private final ByteWriter writer = new ByteWriter();
  private final AtomicLong late = new AtomicLong();
  private final Thread thread;
  private final ExecutorService storing =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("aggregator-storing").factory());
  private final Queue<Forget> tasks = new ConcurrentLinkedQueue<>();
  private final List<byte[]> checkpointKeys = new ArrayList<>();
  private final List<Content> checkpoints = new ArrayList<>();
  private volatile boolean closing;
  private volatile long position;
  private volatile boolean positioned;
  private volatile long rebuildTarget;
  private long watermarkUnixMillis;
  private long viewsSignature;
  private long verifiedAtNanos = System.nanoTime();
  private volatile int plannedVersion;
  private List<ViewPlan> plans = List.of();

  /// A view as the aggregator sees it, and its rows that are kept in memory, those used last at the
  /// end.
  private static final class ViewPlan {
    final FeatureView view;
    final EventField idField;
    final int typeMask;
    final Map<String, AggregateRow> kept = new LinkedHashMap<>(1024, 0.75f, true);
    long keptBytes;

    ViewPlan(FeatureView view, EventField idField, int typeMask) {
      this.view = view;
      this.idField = idField;
      this.typeMask = typeMask;
    }

    boolean reads(EventType type) {
      return type != EventType.UNRECOGNIZED && (typeMask >>> type.getNumber() & 1) != 0;
    }

    /// The entity of an event; empty when the event is not for this view.
    String idOf(Event event) {
      return reads(event.getType()) ? idField.text(event) : "";
    }

    void keep(String id, AggregateRow row, int bytesBefore) {
      keptBytes += row.bytesInMemory() - (kept.put(id, row) == null ? 0 : bytesBefore);
    }

    void forget(String id) {
      AggregateRow row = kept.remove(id);
      keptBytes -= row == null ? 0 : row.bytesInMemory();
    }

    void forgetOldest() {
      Iterator<AggregateRow> oldest = kept.values().iterator();
      if (oldest.hasNext()) {
        keptBytes -= oldest.next().bytesInMemory();
        oldest.remove();
      }
    }
  }

  /// A row that events of a batch are for.
  private static final class Touched {
    final ViewPlan plan;
    final String id;
    @Nullable AggregateRow row;
    boolean changed;

    Touched(ViewPlan plan, String id) {
      this.plan = plan;
      this.id = id;
      this.row = plan.kept.get(id);
    }

    byte[] storeKey() {
      return plan.view.entity().key(plan.view.name(), id);
    }
  }

  /// @param rowsBytesMax about how many bytes of rows are kept in memory between batches
  public Aggregator(
      EventLog events,
      OnlineStore store,
      NearCache near,
      Supplier<Registry> registry,
      long rowsBytesMax) {
    this.events = events;
    this.store = store;
    this.near = near;
    this.registry = registry;
    this.rowsBytesMax = rowsBytesMax;
    this.thread = Thread.ofPlatform().name("aggregator").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /// The offset up to which the rows in the online store are complete.
  public long position() {
    return position;
  }

  /// Events that came too late for some view since the start.
  public long late() {
    return late.get();
  }

  /// Whether rows are being made again from the log because the online store lost them, so that
  /// they may be incomplete.
  public boolean isRebuilding() {
    return registry.get().version() != plannedVersion || !positioned || position < rebuildTarget;
  }

  /// Removes the rows of entities, and what is kept of them in memory, between two batches. Returns
  /// how many rows there were.
  ///
  /// @throws RuntimeException when the online store cannot be reached
  public int forget(List<EntityRow> forgotten) throws InterruptedException {
    Forget task = new Forget(forgotten, new CompletableFuture<>());
    tasks.add(task);
    try {
      return task.done.get(FETCH_PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("rows could not be removed", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("rows could not be removed in time", e);
    }
  }

  /// One row to forget.
  public record EntityRow(FeatureView view, String entityId) {}

  private record Forget(List<EntityRow> rows, CompletableFuture<Integer> done) {}

  private void runTasks() {
    for (Forget task = tasks.poll(); task != null; task = tasks.poll()) {
      try {
        List<byte[]> keys = new ArrayList<>();
        for (EntityRow row : task.rows) {
          for (ViewPlan plan : plans) {
            if (plan.view.name().equals(row.view.name())) {
              plan.forget(row.entityId);
            }
          }
          keys.add(row.view.entity().key(row.view.name(), row.entityId));
        }
        int removed = store.delete(keys);
        for (EntityRow row : task.rows) {
          near.view(row.view.name()).forget(row.entityId);
        }
        task.done.complete(removed);
      } catch (RuntimeException e) {
        task.done.completeExceptionally(e);
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join();
      storing.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean failing = false;
    while (!closing) {
      try {
        step();
        failing = false;
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        positioned = false;
        if (closing) {
          return;
        }
        if (!failing) {
          log.warn("aggregation pauses: {}", e.toString());
          log.debug("cause", e);
        }
        failing = true;
        runTasks();
        pause();
      }
    }
  }

  private void step() throws InterruptedException {
    plan();
    runTasks();
    if (!positioned) {
      takePosition();
    }
    if (!events.awaitEvent(position, IDLE)) {
      if (System.nanoTime() - verifiedAtNanos > VERIFY_EVERY_NANOS) {
        verifyCheckpoints();
        verifiedAtNanos = System.nanoTime();
      }
      return;
    }
    EventLog.Run run = events.read(position, BATCH_MAX);
    if (run.nextOffset() == position) {
      return;
    }
    apply(run.entries());
    commit(run.nextOffset());
  }

  private void plan() {
    Registry now = registry.get();
    if (now.version() == plannedVersion) {
      return;
    }
    List<ViewPlan> next = new ArrayList<>();
    for (FeatureView view : now.allViews()) {
      if (!view.isAggregated()) {
        continue;
      }
      int mask = 0;
      for (EventType type : EventType.values()) {
        if (type != EventType.UNRECOGNIZED) {
          mask |= AggregateRow.reads(view, type) ? 1 << type.getNumber() : 0;
        }
      }
      next.add(new ViewPlan(view, EventField.of(view.entity().eventField()), mask));
    }
    plans = next;
    viewsSignature =
        Hashing.murmur3_128()
            .hashString(
                STATE_FORMAT
                    + String.join(
                        "\n",
                        next.stream()
                            .map(plan -> plan.view + " " + plan.view.entity())
                            .sorted()
                            .toList()),
                StandardCharsets.UTF_8)
            .asLong();
    positioned = false;
    plannedVersion = now.version();
  }

  /// Applies events to rows and stores the rows that changed.
  private void apply(List<Entry> entries) throws InterruptedException {
    int width = plans.size();
    @Nullable Touched[] of = new Touched[entries.size() * width];
    List<Touched> missing = new ArrayList<>();
    for (int p = 0; p < width; p++) {
      ViewPlan plan = plans.get(p);
      Map<String, Touched> touched = new HashMap<>();
      for (int e = 0; e < entries.size(); e++) {
        String id = plan.idOf(entries.get(e).event());
        if (id.isEmpty()) {
          continue;
        }
        Touched known = touched.get(id);
        if (known == null) {
          known = new Touched(plan, id);
          touched.put(id, known);
          if (known.row == null) {
            missing.add(known);
          }
        }
        of[e * width + p] = known;
      }
    }
    if (!missing.isEmpty()) {
      load(missing);
      // A row that is not there may be new, or lost a moment ago. Only the checkpoint can tell, and
      // only before a row made from nothing is stored: its offset would hide what was lost.
      verifyCheckpoints();
    }
    List<Touched> changed = new ArrayList<>();
    for (int e = 0; e < entries.size(); e++) {
      long offset = entries.get(e).offset();
      Event event = entries.get(e).event();
      long time = event.getEventTimeUnixMs();
      boolean wasLate = false;
      for (int p = 0; p < width; p++) {
        Touched touched = of[e * width + p];
        if (touched == null) {
          continue;
        }
        long lateness = touched.plan.view.declaration().latenessMillis();
        if (lateness > 0 && time < watermarkUnixMillis - lateness) {
          wasLate = true;
          continue;
        }
        if (touched.row != null && touched.row.apply(offset, event) && !touched.changed) {
          touched.changed = true;
          changed.add(touched);
        }
      }
      if (wasLate) {
        late.incrementAndGet();
      }
      watermarkUnixMillis = Math.max(watermarkUnixMillis, time);
    }
    save(changed);
  }

  private void load(List<Touched> missing) {
    for (int from = 0; from < missing.size(); from += FETCH_MAX) {
      List<Touched> part = missing.subList(from, Math.min(missing.size(), from + FETCH_MAX));
      List<byte[]> keys = part.stream().map(Touched::storeKey).toList();
      Fetched fetched = store.fetch(keys, FETCH_PATIENCE);
      Throwable failure = fetched.failure();
      if (failure != null) {
        throw new IllegalStateException("rows cannot be read: " + failure.getMessage(), failure);
      }
      for (int i = 0; i < part.size(); i++) {
        Touched touched = part.get(i);
        try {
          touched.row = AggregateRow.read(touched.plan.view, fetched.rows()[i], events.epoch());
        } catch (CorruptRowException e) {
          // The row is the only one that knows how far it was: without it, replay from the start.
          log.warn(
              "{}: {}; it is made again from the log", touched.plan.view.name(), e.getMessage());
          dropCheckpoints();
          store.delete(List.of(keys.get(i)));
          throw e;
        }
      }
    }
  }

  /// Stores rows in runs: while one is on its way, the next is written.
  private void save(List<Touched> changed) throws InterruptedException {
    Future<?> underWay = CompletableFuture.completedFuture(null);
    for (int from = 0; from < changed.size(); from += SAVE_MAX) {
      List<Touched> part = changed.subList(from, Math.min(changed.size(), from + SAVE_MAX));
      List<NewRow> news = new ArrayList<>(part.size());
      for (Touched touched : part) {
        AggregateRow row = touched.row;
        if (row != null) {
          int bytesBefore = row.bytesInMemory();
          byte[] stored = row.write(writer, events.epoch());
          news.add(new NewRow(touched.storeKey(), stored, touched.plan.view.keepMillis()));
          touched.plan.keep(touched.id, row, bytesBefore);
        }
      }
      await(underWay);
      underWay = storing.submit(() -> store(part, news));
    }
    await(underWay);
    forgetOldest();
  }

  private void store(List<Touched> part, List<NewRow> news) {
    store.put(news);
    for (int i = 0; i < news.size(); i++) {
      Touched touched = part.get(i);
      near.view(touched.plan.view.name()).refresh(touched.id, news.get(i).row());
    }
  }

  private static void await(Future<?> underWay) throws InterruptedException {
    try {
      underWay.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    }
  }

  private void forgetOldest() {
    long bytes = 0;
    for (ViewPlan plan : plans) {
      bytes += plan.keptBytes;
    }
    while (bytes > rowsBytesMax) {
      ViewPlan largest = plans.getFirst();
      for (ViewPlan plan : plans) {
        largest = plan.keptBytes > largest.keptBytes ? plan : largest;
      }
      bytes -= largest.keptBytes;
      largest.forgetOldest();
      bytes += largest.keptBytes;
    }
  }

  // Checkpoints: `log epoch i32 | views i64 | position i64 | watermark i64`, one for each key.

  private void commit(long nextOffset) {
    byte[] next =
        new ByteWriter()
            .i32(events.epoch())
            .i64(viewsSignature)
            .i64(nextOffset)
            .i64(watermarkUnixMillis)
            .toBytes();
    if (!store.compareAndSet(checkpointKeys, checkpoints, next)) {
      throw lostWrites();
    }
    checkpoints.replaceAll(_ -> new Content(next));
    position = nextOffset;
  }

  private static IllegalStateException lostWrites() {
    return new IllegalStateException(
        "the online store lost writes; rows are made again from the log");
  }

  private void verifyCheckpoints() {
    List<Content> now = readCheckpoints();
    for (int i = 0; i < checkpoints.size(); i++) {
      if (!checkpoints.get(i).is(now.get(i).value())) {
        throw lostWrites();
      }
    }
  }

  private void takePosition() {
    for (ViewPlan plan : plans) {
      plan.kept.clear();
      plan.keptBytes = 0;
    }
    checkpointKeys.clear();
    for (int i = 0; i < store.checkpoints(); i++) {
      String key = "c:" + Integer.toHexString(events.epoch()) + ":{" + i + "}";
      checkpointKeys.add(key.getBytes(StandardCharsets.UTF_8));
    }
    List<Content> now = readCheckpoints();
    checkpoints.clear();
    checkpoints.addAll(now);
    long oldest = Long.MAX_VALUE;
    long watermark = 0;
    for (Content content : now) {
      byte[] checkpoint = content.value();
      long at = 0;
      long itsWatermark = 0;
      if (checkpoint != null && checkpoint.length == 28) {
        ByteReader in = new ByteReader(checkpoint, 0, checkpoint.length);
        // Other views need other rows: they are made from the whole log.
        if (in.i32() == events.epoch() && in.i64() == viewsSignature) {
          at = in.i64();
          itsWatermark = in.i64();
        }
      }
      if (at < oldest) {
        oldest = at;
        watermark = itsWatermark;
      }
    }
    if (oldest > events.endOffset()) {
      throw new IllegalStateException("the online store is ahead of the event log");
    }
    long end = events.endOffset();
    if (oldest < end) {
      log.info("aggregation goes on at event {} of {}", oldest, end);
    }
    position = oldest;
    watermarkUnixMillis = watermark;
    rebuildTarget = oldest == 0 ? end : 0;
    positioned = true;
  }

  private List<Content> readCheckpoints() {
    Fetched fetched = store.fetch(checkpointKeys, FETCH_PATIENCE);
    Throwable failure = fetched.failure();
    if (failure != null) {
      throw new IllegalStateException(
          "the online store does not answer: " + failure.getMessage(), failure);
    }
    List<Content> contents = new ArrayList<>(checkpointKeys.size());
    for (byte[] value : fetched.rows()) {
      contents.add(new Content(value));
    }
    return contents;
  }

  private void dropCheckpoints() {
    if (!checkpointKeys.isEmpty()) {
      store.delete(checkpointKeys);
    }
  }

  private void pause() {
    try {
      Thread.sleep(RETRY_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
