// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.proffer.proto.common.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call that failed.
public final class ProfferException extends RuntimeException {
  private static final String DOMAIN = "proffer.dev";
  private static final long serialVersionUID = 1;

  private final Status.Code code;
  private final String reason;
  private final transient List<FieldViolation> fields;
  private final transient Map<String, String> metadata;
  private final @Nullable Duration retryAfter;

  private ProfferException(
      Status status,
      ErrorInfo info,
      BadRequest bad,
      @Nullable Duration retryAfter,
      Throwable cause) {
    super(text(status, info), cause);
    this.code = status.getCode();
    this.reason = info.getDomain().equals(DOMAIN) ? info.getReason() : "";
    this.fields =
        bad.getFieldViolationsList().stream()
            .map(each -> new FieldViolation(each.getField(), each.getDescription()))
            .toList();
    this.metadata = Map.copyOf(info.getMetadataMap());
    this.retryAfter = retryAfter;
  }

  /// The typed error behind what stubs of gRPC throw.
  public static ProfferException from(Throwable thrown) {
    if (thrown instanceof ProfferException already) {
      return already;
    }
    Status status = Status.fromThrowable(thrown);
    @Nullable Metadata trailers = Status.trailersFromThrowable(thrown);
    ErrorInfo info = ErrorInfo.getDefaultInstance();
    BadRequest bad = BadRequest.getDefaultInstance();
    @Nullable Duration retryAfter = null;
    try {
      for (Any detail :
          StatusProto.fromStatusAndTrailers(status, trailers == null ? new Metadata() : trailers)
              .getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          info = detail.unpack(ErrorInfo.class);
        } else if (detail.is(BadRequest.class)) {
          bad = detail.unpack(BadRequest.class);
        } else if (detail.is(RetryInfo.class)) {
          com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
        }
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      // Code and message say what went wrong; details that cannot be read are left out.
      thrown.addSuppressed(e);
    }
    return new ProfferException(status, info, bad, retryAfter, thrown);
  }

  private static String text(Status status, ErrorInfo info) {
    return status.getCode()
        + (info.getReason().isEmpty() ? "" : " (" + info.getReason() + ")")
        + (status.getDescription() == null ? "" : ": " + status.getDescription());
  }

  /// The status of gRPC.
  public Status.Code code() {
    return code;
  }

  /// Why, as a name of [ErrorReason] without its prefix, such as "UNKNOWN_ITEM"; empty when the
  /// failure did not come from Proffer, such as a connection that broke.
  public String reason() {
    return reason;
  }

  /// Whether this is why.
  public boolean is(ErrorReason reason) {
    return reason.name().equals("ERROR_REASON_" + this.reason);
  }

  /// The fields that are wrong; only for bad input.
  public List<FieldViolation> fields() {
    return fields;
  }

  /// Names and ids that the failure is about.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// When the server would like to be asked again, if it said so.
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
