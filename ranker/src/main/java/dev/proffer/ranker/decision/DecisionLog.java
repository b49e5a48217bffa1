// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.ListDecisionsResponse;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import dev.proffer.runtime.sql.SqlFailure;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The decision log: every choice with its propensity, written behind the reply.
///
/// Decisions wait in a bounded queue and one thread writes them to disk in batches, so a reply
/// never waits for the disk. What is in the queue when the process is killed is lost; an orderly
/// stop loses nothing. When the queue is full the decision is not taken, and the caller says so in
/// its reply. The oldest entries go when there are too many.
public final class DecisionLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DecisionLog.class);
  private static final int BATCH_MAX = 500;
  private static final int PAGE_DEFAULT = 100;
  private static final int TRIM_EVERY_BATCHES = 200;
  private static final long RETRY_MILLIS = 500;

  private final Database database;
  private final BlockingQueue<Decision> queue;
  private final long rowsMax;
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final Thread writer;
  private volatile boolean closing;
  private volatile String problem = "";
  private long sequence;

  /// @param queueMax decisions that may wait for the disk
  /// @param rowsMax decisions that are kept
  public DecisionLog(Database database, int queueMax, long rowsMax) {
    this.database = database;
    this.queue = new ArrayBlockingQueue<>(queueMax);
    this.rowsMax = rowsMax;
    database.migrate("decisions");
    this.sequence = lastSequence();
    this.writer = Thread.ofPlatform().name("decision-log").daemon().start(this::write);
  }

  /// Takes a decision to be written soon. False when the log cannot keep up.
  public boolean append(Decision decision) {
    if (closing || !queue.offer(decision)) {
      dropped.incrementAndGet();
      return false;
    }
    accepted.incrementAndGet();
    return true;
  }

  /// Decisions that were not taken since the start.
  public long dropped() {
    return dropped.get();
  }

  /// Why decisions are not written now; empty when they are.
  public String problem() {
    return problem;
  }

  /// Waits until everything that was taken before is on disk.
  public void flush() throws InterruptedException {
    long target = accepted.get();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (written.get() < target && System.nanoTime() < deadline) {
      Thread.sleep(2);
    }
  }

  /// A page of decisions, newest first.
  public ListDecisionsResponse list(ListDecisionsRequest request) {
    long below = Long.MAX_VALUE;
    if (!request.getPageToken().isEmpty()) {
      try {
        below = Long.parseLong(request.getPageToken());
      } catch (NumberFormatException e) {
        throw ProfferException.invalidField(
            "page_token", "must be a next_page_token of an earlier reply");
      }
    }
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    long before = below;
    String where =
        (request.getUserId().isEmpty() ? "" : " AND user_id = ?")
            + (request.getRequestId().isEmpty() ? "" : " AND request_id = ?");
    return database.read(connection -> {
      ListDecisionsResponse.Builder page = ListDecisionsResponse.newBuilder();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT sequence, decision FROM decision WHERE sequence < ?"
                  + where
                  + " ORDER BY sequence DESC LIMIT ?")) {
        int i = 1;
        select.setLong(i++, before);
        if (!request.getUserId().isEmpty()) {
          select.setString(i++, request.getUserId());
        }
        if (!request.getRequestId().isEmpty()) {
          select.setString(i++, request.getRequestId());
        }
        select.setInt(i, size + 1);
        try (ResultSet rows = select.executeQuery()) {
          long last = 0;
          while (rows.next()) {
            if (page.getDecisionsCount() == size) {
              page.setNextPageToken(Long.toString(last));
              break;
            }
            last = rows.getLong(1);
            page.addDecisions(parse(rows.getBytes(2)));
          }
        }
      }
      return page.build();
    });
  }

  @Override
  public void close() {
    closing = true;
    try {
      writer.join(TimeUnit.SECONDS.toMillis(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    List<Decision> batch = new ArrayList<>(BATCH_MAX);
    int batches = 0;
    while (!(closing && queue.isEmpty() && batch.isEmpty())) {
      try {
        if (batch.isEmpty()) {
          Decision first = queue.poll(50, TimeUnit.MILLISECONDS);
          if (first == null) {
            continue;
          }
          batch.add(first);
          queue.drainTo(batch, BATCH_MAX - 1);
        }
        insert(batch);
        written.addAndGet(batch.size());
        batch.clear();
        problem = "";
        if (++batches % TRIM_EVERY_BATCHES == 0) {
          trim();
        }
      } catch (SqlFailure e) {
        problem = String.valueOf(e.getMessage());
        log.warn("decisions could not be written; they wait", e);
        if (closing || !pause()) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void insert(List<Decision> batch) {
    database.<Integer>write(connection -> {
      // Replicas may share the table: they take numbers from where it is now.
      try (PreparedStatement select =
              connection.prepareStatement("SELECT MAX(sequence) FROM decision");
          ResultSet rows = select.executeQuery()) {
        sequence = Math.max(sequence, rows.next() ? rows.getLong(1) : 0);
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO decision"
                  + " (sequence, request_id, user_id, decided_at_unix_ms, decision)"
                  + " VALUES (?, ?, ?, ?, ?)")) {
        for (Decision decision : batch) {
          insert.setLong(1, ++sequence);
          insert.setString(2, decision.getRequestId());
          insert.setString(3, decision.getUserId());
          insert.setLong(4, decision.getDecidedAtUnixMs());
          insert.setBytes(5, decision.toByteArray());
          insert.addBatch();
        }
        return insert.executeBatch().length;
      }
    });
  }

  private void trim() {
    database.<Integer>write(connection -> {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM decision WHERE sequence <= ?")) {
        delete.setLong(1, sequence - rowsMax);
        return delete.executeUpdate();
      }
    });
  }

  private long lastSequence() {
    return database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT MAX(sequence) FROM decision");
          ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getLong(1) : 0L;
      }
    });
  }

  private static Decision parse(byte[] bytes) throws SQLException {
    try {
      return Decision.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("decision: unreadable row", e);
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
