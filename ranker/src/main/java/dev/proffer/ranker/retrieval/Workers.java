// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Threads that share a long computation and end with it.
public final class Workers {
  private static final int BLOCK = 64;

  private Workers() {}

  /// Runs the same work on some threads, each told its number from 0, and waits for all of them.
  ///
  /// @param name what the threads are called, and in the message when waiting is interrupted
  /// @throws IllegalStateException with the cause, when one of them failed
  public static void run(String name, int threads, IntConsumer work) {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Thread[] running = new Thread[Math.max(1, threads)];
    for (int t = 0; t < running.length; t++) {
      int number = t;
      running[t] =
          Thread.ofPlatform()
              .name(name + "-" + t)
              .start(() -> {
                try {
                  work.accept(number);
                } catch (RuntimeException | Error e) {
                  failures.add(e);
                }
              });
    }
    try {
      for (Thread thread : running) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(name + ": interrupted", e);
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.getFirst());
    }
  }

  /// Does the same for each row; threads take blocks of rows as they get done.
  ///
  /// @param worker makes what works on the rows of one thread
  public static void rows(String name, int rows, int threads, Supplier<IntConsumer> worker) {
    AtomicInteger next = new AtomicInteger();
    run(
        name,
        threads,
        _ -> {
          IntConsumer work = worker.get();
          for (int from = next.getAndAdd(BLOCK); from < rows; from = next.getAndAdd(BLOCK)) {
            for (int row = from; row < Math.min(rows, from + BLOCK); row++) {
              work.accept(row);
            }
          }
        });
  }
}
