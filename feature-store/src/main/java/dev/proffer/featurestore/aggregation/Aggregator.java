// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
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
  private static final String STATE_FORMAT = "states 2\n";

  private static final int BATCH_MAX = 20_000;
  private static final int FETCH_MAX = 2_000;
  private static final Duration FETCH_PATIENCE = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofMillis(200);
  private static final long VERIFY_EVERY_NANOS = 1_000_000_000;
  private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

  private final EventLog events;
  private final OnlineStore store;
  private final NearCache near;
  private final Supplier<Registry> registry;
  private final Cache<RowKey, AggregateRow> rows;
  private final ByteWriter writer = new ByteWriter();
  private final AtomicLong late = new AtomicLong();
  private final Thread thread;
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

  private record RowKey(String view, String entityId) {}

  /// A view as the aggregator sees it.
  private record ViewPlan(FeatureView view, EventField idField, int typeMask) {
    boolean reads(EventType type) {
      return type != EventType.UNRECOGNIZED && (typeMask >>> type.getNumber() & 1) != 0;
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
    this.rows =
        Caffeine.newBuilder()
            .maximumWeight(rowsBytesMax)
            .weigher((RowKey _, AggregateRow row) -> row.bytesInMemory())
            .executor(Runnable::run)
            .build();
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
          rows.invalidate(new RowKey(row.view.name(), row.entityId));
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
  private void apply(List<Entry> entries) {
    Map<RowKey, AggregateRow> touched = new LinkedHashMap<>();
    List<RowKey> missing = new ArrayList<>();
    for (Entry entry : entries) {
      for (ViewPlan plan : plans) {
        RowKey key = keyOf(plan, entry.event());
        if (key != null && !touched.containsKey(key)) {
          AggregateRow known = rows.getIfPresent(key);
          if (known == null) {
            missing.add(key);
            known = new AggregateRow(plan.view);
          }
          touched.put(key, known);
        }
      }
    }
    if (!missing.isEmpty()) {
      load(missing, touched);
      // A row that is not there may be new, or lost a moment ago. Only the checkpoint can tell, and
      // only before a row made from nothing is stored: its offset would hide what was lost.
      verifyCheckpoints();
    }
    Map<RowKey, AggregateRow> changed = new LinkedHashMap<>();
    for (Entry entry : entries) {
      Event event = entry.event();
      long time = event.getEventTimeUnixMs();
      boolean wasLate = false;
      for (ViewPlan plan : plans) {
        RowKey key = keyOf(plan, event);
        if (key == null) {
          continue;
        }
        long lateness = plan.view.declaration().latenessMillis();
        if (lateness > 0 && time < watermarkUnixMillis - lateness) {
          wasLate = true;
          continue;
        }
        AggregateRow row = touched.get(key);
        if (row != null && row.apply(entry.offset(), event)) {
          changed.put(key, row);
        }
      }
      if (wasLate) {
        late.incrementAndGet();
      }
      watermarkUnixMillis = Math.max(watermarkUnixMillis, time);
    }
    save(changed);
  }

  private static @Nullable RowKey keyOf(ViewPlan plan, Event event) {
    if (!plan.reads(event.getType())) {
      return null;
    }
    String id = plan.idField.text(event);
    return id.isEmpty() ? null : new RowKey(plan.view.name(), id);
  }

  private void load(List<RowKey> missing, Map<RowKey, AggregateRow> into) {
    for (int from = 0; from < missing.size(); from += FETCH_MAX) {
      List<RowKey> part = missing.subList(from, Math.min(missing.size(), from + FETCH_MAX));
      List<byte[]> keys = part.stream().map(this::storeKey).toList();
      Fetched fetched = store.fetch(keys, FETCH_PATIENCE);
      Throwable failure = fetched.failure();
      if (failure != null) {
        throw new IllegalStateException("rows cannot be read: " + failure.getMessage(), failure);
      }
      for (int i = 0; i < part.size(); i++) {
        RowKey key = part.get(i);
        try {
          into.put(key, AggregateRow.read(viewOf(key), fetched.rows()[i], events.epoch()));
        } catch (CorruptRowException e) {
          // The row is the only one that knows how far it was: without it, replay from the start.
          log.warn("{}: {}; it is made again from the log", key.view, e.getMessage());
          dropCheckpoints();
          store.delete(List.of(keys.get(i)));
          throw e;
        }
      }
    }
  }

  private void save(Map<RowKey, AggregateRow> changed) {
    List<NewRow> news = new ArrayList<>(changed.size());
    List<RowKey> keys = new ArrayList<>(changed.size());
    changed.forEach((key, row) -> {
      byte[] stored = row.write(writer, events.epoch());
      news.add(new NewRow(storeKey(key), stored, viewOf(key).keepMillis()));
      keys.add(key);
    });
    store.put(news);
    for (int i = 0; i < keys.size(); i++) {
      RowKey key = keys.get(i);
      AggregateRow row = changed.get(key);
      if (row != null) {
        rows.put(key, row);
      }
      near.view(key.view).refresh(key.entityId, news.get(i).row());
    }
  }

  private byte[] storeKey(RowKey key) {
    return viewOf(key).entity().key(key.view, key.entityId);
  }

  private FeatureView viewOf(RowKey key) {
    for (ViewPlan plan : plans) {
      if (plan.view.name().equals(key.view)) {
        return plan.view;
      }
    }
    throw new IllegalStateException("view: " + key.view);
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
    rows.invalidateAll();
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
