// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.runtime.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Runs the transactions of many callers in one, because a transaction costs a write to disk and
/// the embedded database has one writer.
///
/// Each piece of work has a savepoint: what it did is undone when it fails, without the others. No
/// caller hears of success before the whole is on disk; when that fails, all of them hear so.
final class GroupCommit implements AutoCloseable {
  private static final int WAITING_MAX = 10_000;
  private static final int TOGETHER_MAX = 256;

  private record Job<T>(Database.Work<T> work, CompletableFuture<T> done) {
    void fail(Throwable cause) {
      done.completeExceptionally(cause);
    }
  }

  /// A piece of work that ran, and how to tell its caller.
  private record Outcome(Runnable tell) {}

  private final Database database;
  private final LinkedBlockingQueue<Job<?>> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
  private final Thread writer;
  private volatile boolean closed;

  GroupCommit(Database database) {
    this.database = database;
    this.writer = Thread.ofPlatform().name("ledger-writer").daemon().start(this::run);
  }

  <T> T write(Database.Work<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    if (closed || !waiting.offer(new Job<>(work, done))) {
      throw new RejectedExecutionException("the ledger takes no more work");
    }
    if (closed && !writer.isAlive()) {
      done.completeExceptionally(new RejectedExecutionException("the ledger is closed"));
    }
    try {
      return done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }

  private void run() {
    List<Job<?>> jobs = new ArrayList<>();
    while (!closed || !waiting.isEmpty()) {
      try {
        Job<?> first = waiting.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        jobs.add(first);
        waiting.drainTo(jobs, TOGETHER_MAX - 1);
        writeTogether(jobs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      } finally {
        jobs.clear();
      }
    }
    for (Job<?> job : waiting) {
      job.fail(new RejectedExecutionException("the ledger is closed"));
    }
  }

  private void writeTogether(List<Job<?>> jobs) {
    try {
      List<Outcome> outcomes =
          database.write(connection -> {
            List<Outcome> ran = new ArrayList<>(jobs.size());
            for (Job<?> job : jobs) {
              ran.add(run(job, connection));
            }
            return ran;
          });
      outcomes.forEach(outcome -> outcome.tell().run());
    } catch (RuntimeException e) {
      jobs.forEach(job -> job.fail(e));
    }
  }

  private static <T> Outcome run(Job<T> job, Connection connection) throws SQLException {
    Savepoint savepoint = connection.setSavepoint();
    try {
      T result = job.work().run(connection);
      connection.releaseSavepoint(savepoint);
      return new Outcome(() -> job.done().complete(result));
    } catch (SQLException e) {
      connection.rollback(savepoint);
      return new Outcome(() -> job.fail(new dev.proffer.runtime.sql.SqlFailure(e)));
    } catch (RuntimeException e) {
      connection.rollback(savepoint);
      return new Outcome(() -> job.fail(e));
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      writer.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
