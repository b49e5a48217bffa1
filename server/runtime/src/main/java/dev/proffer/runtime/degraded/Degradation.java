// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.degraded;

import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.common.v1.DegradedReason;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Collects what was missing while one request is answered. Safe for use by the threads of one
/// request.
public final class Degradation {
  private final List<DegradedReason> reasons = new ArrayList<>();
  private double coverage = 1.0;
  private long featureAgeMillis;
  private String modelVersion = "";

  /// Records a missing part, the share of the work that it was, and what stood in for it.
  public synchronized void missing(
      String part, DegradedCause cause, String fallback, String detail, double share) {
    for (DegradedReason known : reasons) {
      if (known.getPart().equals(part)) {
        return;
      }
    }
    reasons.add(
        DegradedReason.newBuilder()
            .setPart(part)
            .setCause(cause)
            .setFallback(fallback)
            .setDetail(detail)
            .build());
    coverage = Math.max(0.0, coverage - share);
  }

  /// Records a missing part by what was thrown.
  public void missing(String part, Throwable thrown, String fallback, double share) {
    missing(part, causeOf(thrown), fallback, String.valueOf(thrown.getMessage()), share);
  }

  /// Takes over the reasons of a reply that this one was made from.
  public synchronized void absorb(Degraded other, double share) {
    for (DegradedReason reason : other.getReasonsList()) {
      missing(reason.getPart(), reason.getCause(), reason.getFallback(), reason.getDetail(), 0);
    }
    coverage = Math.max(0.0, coverage - share * (1 - other.getCoverage()));
    featureAgeMillis = Math.max(featureAgeMillis, other.getFeatureAgeMs());
  }

  public synchronized void modelVersion(String version) {
    this.modelVersion = version;
  }

  public synchronized void featureAge(long millis) {
    this.featureAgeMillis = Math.max(featureAgeMillis, millis);
  }

  public synchronized List<String> parts() {
    return reasons.stream().map(DegradedReason::getPart).toList();
  }

  /// The message for the reply, or null when nothing was missing.
  public synchronized @Nullable Degraded toProto() {
    if (reasons.isEmpty()) {
      return null;
    }
    return Degraded.newBuilder()
        .setCoverage(coverage)
        .addAllReasons(reasons)
        .setModelVersion(modelVersion)
        .setFeatureAgeMs(featureAgeMillis)
        .build();
  }

  /// Classifies what was thrown by a dependency.
  public static DegradedCause causeOf(Throwable thrown) {
    return switch (thrown) {
      case CallNotPermittedException _ -> DegradedCause.DEGRADED_CAUSE_CIRCUIT_OPEN;
      case BulkheadFullException _ -> DegradedCause.DEGRADED_CAUSE_OVERLOAD;
      case TimeoutException _ -> DegradedCause.DEGRADED_CAUSE_DEADLINE;
      case StatusRuntimeException status
          when status.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED ->
          DegradedCause.DEGRADED_CAUSE_DEADLINE;
      case StatusRuntimeException status
          when status.getStatus().getCode() == Status.Code.UNAVAILABLE ->
          DegradedCause.DEGRADED_CAUSE_UNAVAILABLE;
      case java.io.IOException _ -> DegradedCause.DEGRADED_CAUSE_UNAVAILABLE;
      case io.lettuce.core.RedisCommandTimeoutException _ -> DegradedCause.DEGRADED_CAUSE_DEADLINE;
      case io.lettuce.core.RedisException _ -> DegradedCause.DEGRADED_CAUSE_UNAVAILABLE;
      default -> DegradedCause.DEGRADED_CAUSE_FAILED;
    };
  }
}
