// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionReward;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.ListDecisionsResponse;
import dev.proffer.runtime.failure.PageToken;
import dev.proffer.runtime.sql.Database;
import dev.proffer.runtime.sql.SqlFailure;
import java.sql.Connection;
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

  // A write to disk costs as much as a tenth of a recommendation: those of a moment share one.
  private static final long GATHER_MILLIS = 20;
  private static final int PAGE_DEFAULT = 100;
  private static final int TRIM_EVERY_BATCHES = 200;
  private static final long RETRY_MILLIS = 500;
  private static final int TOUCHES_MAX = 500;

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
    long below = PageToken.number(request.getPageToken(), Long.MAX_VALUE);
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
      for (Decision.Builder decision : page.getDecisionsBuilderList()) {
        addRewards(connection, decision);
      }
      return page.build();
    });
  }

  private static void addRewards(Connection connection, Decision.Builder decision)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT event_id, event_type, item_id, event_time_unix_ms, revenue_minor_units,"
                + " margin_minor_units, last_touch, first_touch, linear FROM decision_reward"
                + " WHERE request_id = ? ORDER BY event_time_unix_ms, event_id")) {
      select.setString(1, decision.getRequestId());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          decision.addRewards(
              DecisionReward.newBuilder()
                  .setEventId(rows.getString(1))
                  .setEventType(rows.getString(2))
                  .setItemId(rows.getString(3))
                  .setEventTimeUnixMs(rows.getLong(4))
                  .setRevenueMinorUnits(rows.getLong(5))
                  .setMarginMinorUnits(rows.getLong(6))
                  .setLastTouch(rows.getDouble(7))
                  .setFirstTouch(rows.getDouble(8))
                  .setLinear(rows.getDouble(9)));
        }
      }
    }
  }

  /// The share of a decision in an event.
  record JoinedReward(String requestId, String userId, DecisionReward reward) {}

  /// Decisions for a person, or for a visit of nobody known, between two times, oldest first; the
  /// newest of them when there are too many.
  List<Decision> of(String userId, String sessionId, long[] fromTo) {
    return database.read(connection -> {
      List<Decision> found = new ArrayList<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT decision FROM decision WHERE "
                  + (userId.isEmpty() ? "session_id = ? AND user_id = ''" : "user_id = ?")
                  + " AND decided_at_unix_ms >= ? AND decided_at_unix_ms <= ?"
                  + " ORDER BY decided_at_unix_ms DESC, sequence DESC LIMIT "
                  + TOUCHES_MAX)) {
        select.setString(1, userId.isEmpty() ? sessionId : userId);
        select.setLong(2, fromTo[0]);
        select.setLong(3, fromTo[1]);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            found.add(parse(rows.getBytes(1)));
          }
        }
      }
      return found.reversed();
    });
  }

  /// When the oldest decision was made; the end of time when there is none.
  long oldestDecidedAt() {
    return database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT MIN(decided_at_unix_ms) FROM decision");
          ResultSet rows = select.executeQuery()) {
        rows.next();
        long oldest = rows.getLong(1);
        return rows.wasNull() ? Long.MAX_VALUE : oldest;
      }
    });
  }

  /// The offset of the event log from which rewards are not joined yet.
  long rewardOffset() {
    return database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT next_offset FROM reward_offset WHERE one = 1");
          ResultSet rows = select.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    });
  }

  /// Writes rewards and moves the offset, both or none. False when another server had moved it.
  boolean join(long fromOffset, long nextOffset, List<JoinedReward> rewards) {
    return database.write(connection -> {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE reward_offset SET next_offset = ?"
                  + " WHERE one = 1 AND next_offset <= ? AND next_offset < ?")) {
        update.setLong(1, nextOffset);
        update.setLong(2, fromOffset);
        update.setLong(3, nextOffset);
        if (update.executeUpdate() == 0) {
          return false;
        }
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO decision_reward (event_id, request_id, item_id, user_id, event_type,"
                  + " event_time_unix_ms, revenue_minor_units, margin_minor_units, last_touch,"
                  + " first_touch, linear) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                  + " ON CONFLICT DO NOTHING")) {
        for (JoinedReward joined : rewards) {
          DecisionReward reward = joined.reward();
          insert.setString(1, reward.getEventId());
          insert.setString(2, joined.requestId());
          insert.setString(3, reward.getItemId());
          insert.setString(4, joined.userId());
          insert.setString(5, reward.getEventType());
          insert.setLong(6, reward.getEventTimeUnixMs());
          insert.setLong(7, reward.getRevenueMinorUnits());
          insert.setLong(8, reward.getMarginMinorUnits());
          insert.setDouble(9, reward.getLastTouch());
          insert.setDouble(10, reward.getFirstTouch());
          insert.setDouble(11, reward.getLinear());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      return true;
    });
  }

  /// Forgets every decision for a person and what followed, and returns the number of rows.
  public int erase(String userId) {
    try {
      flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return database.write(connection -> {
      int erased = 0;
      for (String table : List.of("decision", "decision_reward")) {
        try (PreparedStatement delete =
            connection.prepareStatement("DELETE FROM " + table + " WHERE user_id = ?")) {
          delete.setString(1, userId);
          erased += delete.executeUpdate();
        }
      }
      return erased;
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
          if (!closing && queue.size() < BATCH_MAX) {
            Thread.sleep(GATHER_MILLIS);
          }
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
                  + " (sequence, request_id, user_id, decided_at_unix_ms, decision, session_id)"
                  + " VALUES (?, ?, ?, ?, ?, ?)")) {
        for (Decision decision : batch) {
          insert.setLong(1, ++sequence);
          insert.setString(2, decision.getRequestId());
          insert.setString(3, decision.getUserId());
          insert.setLong(4, decision.getDecidedAtUnixMs());
          insert.setBytes(5, decision.toByteArray());
          insert.setString(6, decision.getSessionId());
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
        if (delete.executeUpdate() == 0) {
          return 0;
        }
      }
      try (PreparedStatement delete =
          connection.prepareStatement(
              "DELETE FROM decision_reward WHERE event_time_unix_ms <"
                  + " (SELECT MIN(decided_at_unix_ms) FROM decision)")) {
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
