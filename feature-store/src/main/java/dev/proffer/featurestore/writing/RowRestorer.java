// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.writing;

import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.online.OnlineStore;
import dev.proffer.featurestore.online.OnlineStore.Content;
import dev.proffer.featurestore.online.OnlineStore.Fetched;
import dev.proffer.featurestore.online.OnlineStore.NewRow;
import dev.proffer.featurestore.online.OnlineStore.PutOutcome;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.training.RowHistory;
import dev.proffer.featurestore.training.RowHistory.Written;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts rows back that were acknowledged and that the online store lost, as one does that fails
/// over to a replica, was killed between two writes to its disk, or was emptied.
///
/// The history of rows is durable and numbers every row before it is stored online. A mark in each
/// server of the online store says up to which number its rows were stored when it was written. It
/// is written after them, so a server that loses its last rows loses its mark with them: what has
/// to be put back is always known. Where the mark is the one that was written last, nothing was
/// lost.
public final class RowRestorer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RowRestorer.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int RUN_MAX = 1000;

  private final RowHistory history;
  private final OnlineStore store;
  private final NearCache near;
  private final Supplier<Registry> registry;
  private final Clock clock;
  private final List<byte[]> keys = new ArrayList<>();
  private final ReadWriteLock writing = new ReentrantReadWriteLock();
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean restoring;
  private List<Content> marks = List.of();
  private long marked;
  private boolean positioned;

  /// @param epoch tells the history of this folder from others on the same online store
  public RowRestorer(
      RowHistory history,
      OnlineStore store,
      NearCache near,
      Supplier<Registry> registry,
      Clock clock,
      int epoch) {
    this.history = history;
    this.store = store;
    this.near = near;
    this.registry = registry;
    this.clock = clock;
    for (int i = 0; i < store.checkpoints(); i++) {
      String key = "w:" + Integer.toHexString(epoch) + ":{" + i + "}";
      keys.add(key.getBytes(StandardCharsets.UTF_8));
    }
    this.thread = Thread.ofPlatform().name("row-restorer").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /// Whether rows may be missing that are being put back.
  public boolean isRestoring() {
    return restoring;
  }

  /// Runs what puts rows into the history and into the store, or takes them out of both, so that no
  /// mark is set and no row is put back between.
  public <T> T whileWriting(Supplier<T> write) {
    writing.readLock().lock();
    try {
      return write.get();
    } finally {
      writing.readLock().unlock();
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
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
        if (positioned) {
          mark();
        } else {
          restore();
        }
        failing = false;
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        positioned = false;
        if (!failing && !closing) {
          log.warn("rows cannot be watched: {}", e.toString());
        }
        failing = true;
        try {
          Thread.sleep(PAUSE);
        } catch (InterruptedException interrupted) {
          return;
        }
      }
    }
  }

  /// Says in the store that all rows up to now are in it, or finds that some were lost.
  private void mark() {
    long stored;
    writing.writeLock().lock();
    try {
      stored = history.lastSequence();
    } finally {
      writing.writeLock().unlock();
    }
    if (stored == marked) {
      List<Content> now = read();
      for (int i = 0; i < keys.size(); i++) {
        positioned &= marks.get(i).is(now.get(i).value());
      }
      return;
    }
    byte[] next = new ByteWriter().i64(stored).toBytes();
    if (!store.compareAndSet(keys, marks, next)) {
      positioned = false;
      return;
    }
    marks = keys.stream().map(_ -> new Content(next)).toList();
    marked = stored;
  }

  private void restore() {
    List<Content> found = read();
    long from = Long.MAX_VALUE;
    long newest = 0;
    for (Content mark : found) {
      byte[] value = mark.value();
      long number = value == null || value.length != 8 ? 0 : new ByteReader(value, 0, 8).i64();
      from = Math.min(from, number);
      newest = Math.max(newest, number);
    }
    // The rows with the highest numbers may have been erased; their numbers stay taken.
    history.numberFrom(newest);
    long last = history.lastSequence();
    if (from < last) {
      restoring = true;
      int rows = 0;
      for (FeatureView view : registry.get().allViews()) {
        if (!view.isAggregated()) {
          List<String> ids = history.entitiesAfter(view.name(), from);
          for (int at = 0; at < ids.size() && !closing; at += RUN_MAX) {
            rows += putBack(view, ids.subList(at, Math.min(ids.size(), at + RUN_MAX)));
          }
        }
      }
      if (rows > 0) {
        log.info("{} rows that the online store did not have were put back", rows);
      }
    }
    // A server without a mark gets one before anything relies on it: were the first mark only set
    // after rows, a server emptied between the two would look like one that was never written to.
    byte[] kept = new ByteWriter().i64(from).toBytes();
    if (found.stream().anyMatch(mark -> mark.value() == null)) {
      if (!store.compareAndSet(keys, found, kept)) {
        return;
      }
      found = keys.stream().map(_ -> new Content(kept)).toList();
    }
    marks = found;
    marked = from;
    positioned = true;
    restoring = false;
  }

  /// Puts the newest rows of entities back unless newer ones are there. Returns how many were not
  /// there.
  private int putBack(FeatureView view, List<String> ids) {
    long now = clock.millis();
    long keep = view.keepMillis();
    List<NewRow> rows = new ArrayList<>();
    List<String> rowIds = new ArrayList<>();
    writing.writeLock().lock();
    try {
      for (Written row : history.newest(view.name(), ids)) {
        long left = keep == 0 ? 0 : row.eventTimeUnixMillis() + keep - now;
        if (left >= 0 && RowHeader.isRow(row.row())) {
          rows.add(
              new NewRow(
                  view.entity().key(view.name(), row.entityId()),
                  row.row(),
                  keep == 0 ? 0 : Math.max(1, left)));
          rowIds.add(row.entityId());
        }
      }
      Fetched there = store.fetch(rows.stream().map(NewRow::key).toList(), PATIENCE);
      if (there.failure() != null) {
        throw new IllegalStateException("the online store does not answer", there.failure());
      }
      List<NewRow> missing = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        if (!new Content(there.rows()[i]).is(rows.get(i).row())) {
          missing.add(rows.get(i));
        }
      }
      int put = 0;
      for (PutOutcome outcome : store.putNewer(missing)) {
        if (outcome == PutOutcome.UNAVAILABLE) {
          throw new IllegalStateException("the online store does not answer");
        }
        put += outcome == PutOutcome.APPLIED ? 1 : 0;
      }
      for (String id : rowIds) {
        near.view(view.name()).forget(id);
      }
      return put;
    } finally {
      writing.writeLock().unlock();
    }
  }

  private List<Content> read() {
    Fetched fetched = store.fetch(keys, PATIENCE);
    Throwable failure = fetched.failure();
    if (failure != null) {
      throw new IllegalStateException("the online store does not answer", failure);
    }
    List<Content> contents = new ArrayList<>(keys.size());
    for (byte[] value : fetched.rows()) {
      contents.add(new Content(value));
    }
    return contents;
  }
}
