// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.console;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// Says in a line or two what went wrong. Stacks are for `--debug`.
public final class FailureText {
  private FailureText() {}

  /// The lines for people, the first of which says it all.
  public static List<String> of(Throwable thrown) {
    Throwable cause = unwrap(thrown);
    return switch (cause) {
      case Failure failure -> List.of(message(failure));
      case StatusRuntimeException status -> ofStatus(status);
      case NoSuchFileException missing -> List.of(missing.getFile() + ": there is no such file");
      case AccessDeniedException denied -> List.of(denied.getFile() + ": access is denied");
      case IOException io -> List.of(message(io));
      case IllegalArgumentException illegal -> message(illegal).lines().toList();
      default ->
          List.of(
              "unexpected "
                  + cause.getClass().getSimpleName()
                  + ": "
                  + message(cause)
                  + " (--debug shows where)");
    };
  }

  private static List<String> ofStatus(StatusRuntimeException thrown) {
    Status status = thrown.getStatus();
    String description = status.getDescription();
    List<String> lines = new ArrayList<>();
    String code = status.getCode().name();
    lines.add(code + (description == null ? "" : ": " + description));
    com.google.rpc.Status details = StatusProto.fromThrowable(thrown);
    if (details != null) {
      details.getDetailsList().forEach(any -> addDetail(any, lines));
    }
    switch (status.getCode()) {
      case UNAVAILABLE -> lines.add("is the server running? './proffer serve' starts one");
      case UNIMPLEMENTED -> lines.add("this server does not offer that yet");
      default -> {}
    }
    return lines;
  }

  private static void addDetail(com.google.protobuf.Any any, List<String> lines) {
    try {
      if (any.is(BadRequest.class)) {
        for (BadRequest.FieldViolation violation :
            any.unpack(BadRequest.class).getFieldViolationsList()) {
          lines.add("  " + violation.getField() + ": " + violation.getDescription());
        }
      } else if (any.is(ErrorInfo.class)) {
        String requestId = any.unpack(ErrorInfo.class).getMetadataOrDefault("request_id", "");
        if (!requestId.isEmpty()) {
          lines.add("  request id: " + requestId);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      // A detail of a newer server: the first line says enough.
      lines.add("  (a detail could not be read)");
    }
  }

  private static String message(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException
            || cause instanceof ExecutionException
            || cause instanceof UncheckedIOException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
