// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.function.Supplier;

/// Repeats calls that are safe to repeat while the server is away or overloaded, with pauses that
/// double up to a limit, and gives up with a sentence that says so.
public final class Retry {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

  private final int attemptsMax;
  private final Sleeper sleeper;

  /// Waits about half a minute in all before it gives up.
  public Retry() {
    this(12, pause -> Thread.sleep(pause));
  }

  Retry(int attemptsMax, Sleeper sleeper) {
    this.attemptsMax = attemptsMax;
    this.sleeper = sleeper;
  }

  /// Waits.
  interface Sleeper {
    void sleep(Duration pause) throws InterruptedException;
  }

  /// Calls until there is an answer. Answers that another attempt cannot change are thrown as they
  /// are.
  public <T> T call(String what, Supplier<T> call) {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        if (!isPassing(e.getStatus()) || isTooLarge(e.getStatus())) {
          throw e;
        }
        if (attempt == attemptsMax) {
          throw new ImportFailure(
              "%s failed %d times, last with %s: %s. What was acknowledged is safe; start again to continue."
                  .formatted(
                      what, attempt, e.getStatus().getCode(), e.getStatus().getDescription()),
              e);
        }
        try {
          sleeper.sleep(pause);
        } catch (InterruptedException interrupt) {
          Thread.currentThread().interrupt();
          throw new ImportFailure(what + " was interrupted; start again to continue", interrupt);
        }
        pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
      }
    }
  }

  private static boolean isPassing(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, ABORTED -> true;
      case OK,
          CANCELLED,
          UNKNOWN,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          INTERNAL,
          DATA_LOSS,
          UNAUTHENTICATED ->
          false;
    };
  }

  /// gRPC reports a message above the size limit with the same code as overload.
  private static boolean isTooLarge(Status status) {
    String description = String.valueOf(status.getDescription());
    return description.contains("larger") || description.contains("exceeds maximum size");
  }
}
