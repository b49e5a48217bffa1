// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.runtime.sql.Database;
import dev.proffer.runtime.sql.SqlFailure;
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
final class GroupCommit implements AutoCloseable {
  private static final class Job<T> extends Batcher.Job<T> {
    private final Database.Work<T> work;

    Job(Database.Work<T> work) {
      this.work = work;
    }
  }

  private final Database database;
  private final Batcher<Job<?>> batcher;

  GroupCommit(Database database) {
    this.database = database;
    this.batcher = new Batcher<>("ledger-writer", this::writeTogether);
  }

  <T> T write(Database.Work<T> work) {
    Job<T> job = new Job<>(work);
    return batcher.run(job, job);
  }

  private void writeTogether(List<Job<?>> jobs) {
    List<Runnable> tellings =
        database.write(connection -> {
          List<Runnable> ran = new ArrayList<>(jobs.size());
          for (Job<?> job : jobs) {
            ran.add(run(job, connection));
          }
          return ran;
        });
    tellings.forEach(Runnable::run);
  }

  /// Runs one piece of work, and returns how to tell its caller once all is on disk.
  private static <T> Runnable run(Job<T> job, Connection connection) throws SQLException {
    Savepoint savepoint = connection.setSavepoint();
    try {
      T result = job.work.run(connection);
      connection.releaseSavepoint(savepoint);
      return () -> job.complete(result);
    } catch (SQLException e) {
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
