// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was started, to be stopped in reverse order, each part once and whatever the others do.
final class Parts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  private record Part(String name, AutoCloseable closeable) {}

  private final Deque<Part> parts = new ArrayDeque<>();

  synchronized <T extends AutoCloseable> T add(String name, T part) {
    parts.addLast(new Part(name, part));
    return part;
  }

  /// Stops all parts. A second caller waits until the first is done.
  @Override
  public synchronized void close() {
    for (@Nullable Part part = parts.pollLast(); part != null; part = parts.pollLast()) {
      try {
        part.closeable().close();
      } catch (Exception e) {
        log.warn("{} did not stop cleanly", part.name(), e);
      }
    }
  }
}
