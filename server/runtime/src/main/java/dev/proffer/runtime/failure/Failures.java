// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.failure;

import dev.proffer.proto.common.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/// The one place that translates what was thrown into what the caller is told.
public final class Failures {
  private Failures() {}

  /// Whether this is a bug that must be logged with its stack, as opposed to an expected refusal.
  public static boolean isBug(Throwable thrown) {
    Status.Code code = toStatus(thrown, "").getStatus().getCode();
    return code == Status.Code.INTERNAL || code == Status.Code.UNKNOWN;
  }

  /// The gRPC form of anything that was thrown. The text of strangers never reaches the caller.
  public static StatusRuntimeException toStatus(Throwable thrown, String requestId) {
    Throwable cause = unwrap(thrown);
    return switch (cause) {
      case ProfferException known -> known.toGrpc();
      case StatusRuntimeException status when status.getStatus().getCode() != Status.Code.UNKNOWN ->
          status;
      case StatusException status when status.getStatus().getCode() != Status.Code.UNKNOWN ->
          new StatusRuntimeException(status.getStatus(), status.getTrailers());
      case TimeoutException _ ->
          new ProfferException(
                  Status.Code.DEADLINE_EXCEEDED,
                  ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED,
                  "the deadline passed before the work was done",
                  Map.of())
              .toGrpc();
      case CancellationException _ -> Status.CANCELLED.asRuntimeException();
      default ->
          new ProfferException(
                  Status.Code.INTERNAL,
                  ErrorReason.ERROR_REASON_INTERNAL,
                  "internal error; the log of the server has it under this request id",
                  Map.of("request_id", requestId))
              .toGrpc();
    };
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
