// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;

/// Runs the transactions of many callers in one, because a transaction costs a write to disk and
/// the embedded database has one writer.
///
/// Each piece of work has a savepoint: what it did is undone when it fails, without the others. No
/// caller hears of success before the whole is on disk; when that fails, all of them hear so.
public final class GroupCommit implements AutoCloseable {
  private static final class Job<T> extends Batcher.Job<T> {
    private final Database.Work<T> work;

    Job(Database.Work<T> work) {
      this.work = work;
    }
  }

  private final Database database;
  private final Batcher<Job<?>> batcher;

  /// @param name of the thread that writes
  public GroupCommit(Database database, String name) {
    this.database = database;
    this.batcher = new Batcher<>(name, this::writeTogether);
  }

  public <T> T write(Database.Work<T> work) {
    Job<T> job = new Job<>(work);
    return batcher.run(job, job);
  }

  private void writeTogether(List<Job<?>> jobs) {
    List<Runnable> tellings;
    try {
      tellings = runAll(jobs);
    } catch (SqlFailure e) {
      if (!e.isDeadlock()) {
        throw e;
      }
      // Another server and this one were in each other's way; the database undid all of it.
      tellings = runAll(jobs);
    }
    tellings.forEach(Runnable::run);
  }

  private List<Runnable> runAll(List<Job<?>> jobs) {
    return database.write(connection -> {
      List<Runnable> ran = new ArrayList<>(jobs.size());
      for (Job<?> job : jobs) {
        ran.add(run(job, connection));
      }
      return ran;
    });
  }

  /// Runs one piece of work, and returns how to tell its caller once all is on disk.
  private static <T> Runnable run(Job<T> job, Connection connection) throws SQLException {
    Savepoint savepoint = connection.setSavepoint();
    try {
      T result = job.work.run(connection);
      connection.releaseSavepoint(savepoint);
      return () -> job.complete(result);
    } catch (SQLException e) {
      if (new SqlFailure(e).isDeadlock()) {
        throw e;
      }
      connection.rollback(savepoint);
      return () -> job.fail(new SqlFailure(e));
    } catch (RuntimeException e) {
      connection.rollback(savepoint);
      return () -> job.fail(e);
    }
  }

  @Override
  public void close() {
    batcher.close();
  }
}
