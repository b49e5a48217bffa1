// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was started, to be stopped in reverse order, each part once and whatever the others do.
final class Parts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  private record Part(String name, AutoCloseable closeable) {}

  private final Deque<Part> parts = new ArrayDeque<>();
  private final Thread hook = new Thread(this::close, "engine-shutdown");
  private boolean closed;

  /// Parts that are also stopped when the process is told to end, even while others still start.
  static Parts stoppedWithTheProcess() {
    Parts parts = new Parts();
    Runtime.getRuntime().addShutdownHook(parts.hook);
    return parts;
  }

  <T extends AutoCloseable> T add(String name, T part) {
    synchronized (this) {
      if (!closed) {
        parts.addLast(new Part(name, part));
        return part;
      }
    }
    stop(new Part(name, part));
    throw new CancellationException("stopped while starting");
  }

  /// Stops all parts. A second caller waits until the first is done.
  @Override
  public synchronized void close() {
    closed = true;
    for (@Nullable Part part = parts.pollLast(); part != null; part = parts.pollLast()) {
      stop(part);
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook is what runs or has run.
      log.debug("stopped with the process", e);
    }
  }

  private static void stop(Part part) {
    try {
      part.closeable().close();
    } catch (Exception e) {
      log.warn("{} did not stop cleanly", part.name(), e);
    }
  }
}
