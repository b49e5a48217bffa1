// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.failure;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.proffer.proto.common.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A failure that knows what the caller is told: a status code, a reason of the contract, and a
/// sentence that names the field or thing and says what would be right.
///
/// Handlers throw it; [Failures#toStatus] and the error interceptor turn it into a gRPC status with
/// `google.rpc` details. Anything else that is thrown is a bug and becomes `INTERNAL`.
public final class ProfferException extends RuntimeException {
  /// The domain of every `google.rpc.ErrorInfo`.
  public static final String DOMAIN = "proffer.dev";

  // Details travel in trailers, and peers refuse trailers of more than 8 KiB. What a caller sent
  // may
  // be of any length and must not be what makes the answer undeliverable.
  private static final int MESSAGE_LENGTH_MAX = 400;
  private static final int TEXT_LENGTH_MAX = 200;
  private static final int VIOLATIONS_MAX = 8;

  private static final long serialVersionUID = 1L;

  private final Status.Code code;
  private final ErrorReason reason;
  private final transient Map<String, String> metadata;
  private final transient List<FieldViolation> violations;
  private final java.time.@Nullable Duration retryAfter;

  /// One field that breaks a rule: its path in the request and what would be right.
  public record FieldViolation(String field, String description) {}

  public ProfferException(
      Status.Code code, ErrorReason reason, String message, Map<String, String> metadata) {
    this(code, reason, message, metadata, List.of(), null, null);
  }

  private ProfferException(
      Status.Code code,
      ErrorReason reason,
      String message,
      Map<String, String> metadata,
      List<FieldViolation> violations,
      java.time.@Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = reason;
    this.metadata = Map.copyOf(metadata);
    this.violations = List.copyOf(violations);
    this.retryAfter = retryAfter;
  }

  /// `INVALID_ARGUMENT` for one field, such as `invalidField("k", "must be between 1 and 500")`.
  public static ProfferException invalidField(String field, String description) {
    return invalidFields(List.of(new FieldViolation(field, description)));
  }

  /// `INVALID_ARGUMENT` for several fields at once, so that a caller can mend them in one go.
  public static ProfferException invalidFields(List<FieldViolation> violations) {
    if (violations.isEmpty()) {
      throw new IllegalArgumentException("violations: must not be empty");
    }
    FieldViolation first = violations.getFirst();
    String message =
        first.field()
            + ": "
            + first.description()
            + (violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)");
    return new ProfferException(
        Status.Code.INVALID_ARGUMENT,
        ErrorReason.ERROR_REASON_INVALID_FIELD,
        message,
        Map.of("field", first.field()),
        violations,
        null,
        null);
  }

  /// `NOT_FOUND`, such as `notFound(ERROR_REASON_UNKNOWN_ITEM, "item_id", "sku-1")`.
  public static ProfferException notFound(ErrorReason reason, String field, String id) {
    return new ProfferException(
        Status.Code.NOT_FOUND,
        reason,
        field + ": nothing has the id '" + id + "'",
        Map.of(field, id));
  }

  /// `FAILED_PRECONDITION`: the request is well formed but the state of the thing forbids it.
  public static ProfferException precondition(
      ErrorReason reason, String message, Map<String, String> metadata) {
    return new ProfferException(Status.Code.FAILED_PRECONDITION, reason, message, metadata);
  }

  /// `RESOURCE_EXHAUSTED` with a time after which a retry makes sense.
  public static ProfferException exhausted(
      ErrorReason reason,
      String message,
      Map<String, String> metadata,
      java.time.@Nullable Duration retryAfter) {
    return new ProfferException(
        Status.Code.RESOURCE_EXHAUSTED, reason, message, metadata, List.of(), retryAfter, null);
  }

  /// `UNAVAILABLE`: a store that this call cannot do without is not reachable.
  public static ProfferException unavailable(String dependency, @Nullable Throwable cause) {
    return new ProfferException(
        Status.Code.UNAVAILABLE,
        ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        dependency + " is not reachable",
        Map.of("dependency", dependency),
        List.of(),
        java.time.Duration.ofSeconds(1),
        cause);
  }

  /// `UNIMPLEMENTED` for an rpc or option that this server does not offer yet.
  public static ProfferException notImplemented(String method, String detail) {
    return new ProfferException(
        Status.Code.UNIMPLEMENTED,
        ErrorReason.ERROR_REASON_NOT_IMPLEMENTED,
        method + ": " + detail,
        Map.of("method", method));
  }

  public Status.Code code() {
    return code;
  }

  public ErrorReason reason() {
    return reason;
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  public List<FieldViolation> violations() {
    return violations;
  }

  /// The gRPC form, with `ErrorInfo` and, where they apply, `BadRequest` and `RetryInfo`.
  public StatusRuntimeException toGrpc() {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(cut(getMessage(), MESSAGE_LENGTH_MAX));
    ErrorInfo.Builder info =
        ErrorInfo.newBuilder()
            .setReason(reason.name().substring("ERROR_REASON_".length()))
            .setDomain(DOMAIN);
    metadata.forEach((key, value) -> info.putMetadata(key, cut(value, TEXT_LENGTH_MAX)));
    status.addDetails(Any.pack(info.build()));
    if (!violations.isEmpty()) {
      BadRequest.Builder badRequest = BadRequest.newBuilder();
      violations.stream()
          .limit(VIOLATIONS_MAX)
          .forEach(v ->
              badRequest.addFieldViolations(
                  BadRequest.FieldViolation.newBuilder()
                      .setField(cut(v.field(), TEXT_LENGTH_MAX))
                      .setDescription(cut(v.description(), TEXT_LENGTH_MAX))));
      status.addDetails(Any.pack(badRequest.build()));
    }
    if (retryAfter != null) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      Duration.newBuilder()
                          .setSeconds(retryAfter.toSeconds())
                          .setNanos(retryAfter.toNanosPart()))
                  .build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static String cut(String text, int lengthMax) {
    if (text.length() <= lengthMax) {
      return text;
    }
    // Never between the halves of a character outside the basic plane.
    int end = Character.isHighSurrogate(text.charAt(lengthMax - 1)) ? lengthMax - 1 : lengthMax;
    return text.substring(0, end) + "…";
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? reason.name() : message;
  }
}
