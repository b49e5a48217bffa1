// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One thread that does together what many callers asked for while it was busy, because a
/// transaction costs the same write to disk for one as for a hundred.
public final class Batcher<J extends Batcher.Job<?>> implements AutoCloseable {
  private static final int WAITING_MAX = 10_000;
  private static final int TOGETHER_MAX = 256;

  /// What a caller waits for.
  public static class Job<T> {
    private final CompletableFuture<T> done = new CompletableFuture<>();

    public final void complete(T result) {
      done.complete(result);
    }

    public final void fail(Throwable cause) {
      done.completeExceptionally(cause);
    }
  }

  private final Consumer<List<J>> together;
  private final LinkedBlockingQueue<J> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
  private final Thread worker;
  private volatile boolean closed;

  /// @param together completes or fails every job that it is given; what it throws fails those that
  ///   it left
  public Batcher(String name, Consumer<List<J>> together) {
    this.together = together;
    this.worker = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  /// Hands a job over and waits for its result.
  ///
  /// @param job one that was handed to nobody before
  public <T> T run(Job<T> own, J job) {
    if (closed || !waiting.offer(job)) {
      throw new RejectedExecutionException("more work waits than can be taken");
    }
    if (closed && !worker.isAlive()) {
      job.fail(new RejectedExecutionException("the database is being closed"));
    }
    try {
      return own.done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }

  private void run() {
    List<J> jobs = new ArrayList<>();
    while (!closed || !waiting.isEmpty()) {
      try {
        J first = waiting.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        jobs.add(first);
        waiting.drainTo(jobs, TOGETHER_MAX - 1);
        together.accept(jobs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      } catch (RuntimeException e) {
        jobs.forEach(job -> job.fail(e));
      } finally {
        jobs.clear();
      }
    }
    for (J job : waiting) {
      job.fail(new RejectedExecutionException("the database is being closed"));
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      worker.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
