// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import com.google.protobuf.MessageLite;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.runtime.failure.Failures;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens around every call, from the outside in: request id, limit of calls under way, limit
/// of message size, deadline, translation of what was thrown, metrics and access log.
///
/// It works on undecoded messages, so that a message that cannot be decoded is refused like any
/// other bad input. All of it is one interceptor because each step needs the same fact: how the
/// call ended.
final class CallGuard implements ServerInterceptor, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CallGuard.class);
  private static final Logger access = LoggerFactory.getLogger("dev.proffer.access");

  private final GrpcLimits limits;
  private final MeterRegistry meters;
  private final Semaphore calls;
  // Health watches and followers of the event log end only when somebody ends them.
  private final Set<GuardedCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService deadlines =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("call-deadlines").factory());

  CallGuard(GrpcLimits limits, MeterRegistry meters) {
    this.limits = limits;
    this.meters = meters;
    this.calls = new Semaphore(limits.callsMax());
    meters.gauge(
        "proffer.grpc.calls", this, guard -> limits.callsMax() - guard.calls.availablePermits());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String requestId = RequestId.fromOrNew(headers);
    GuardedCall<Q, R> guarded = new GuardedCall<>(call, requestId);
    boolean limited = isLimited(call.getMethodDescriptor());
    Admission.Ticket ticket = Admission.ticket();
    if (ticket != null) {
      if (!ticket.isAdmitted()) {
        guarded.fail(overloaded("the calls before this one wait for a core"));
        return new ServerCall.Listener<>() {};
      }
      ticket.begin();
    }
    if (limited) {
      if (!calls.tryAcquire()) {
        guarded.fail(overloaded("too many calls are under way"));
        return new ServerCall.Listener<>() {};
      }
      guarded.onEnd(calls::release);
    } else {
      streams.add(guarded);
      guarded.onEnd(() -> streams.remove(guarded));
    }
    Context context =
        Context.current()
            .withValues(RequestId.CONTEXT, requestId, Caller.NAMED, Caller.named(headers));
    if (limited) {
      context = withDeadline(context, guarded);
    }
    try {
      return new GuardedListener<>(
          Contexts.interceptCall(context, guarded, headers, next),
          guarded,
          limits.requestBytesMax());
    } catch (RuntimeException e) {
      guarded.fail(e);
      return new ServerCall.Listener<>() {};
    }
  }

  /// A stream that follows the event log lives as long as its reader: it must not use up the places
  /// of calls that come and go.
  static boolean isLimited(MethodDescriptor<?, ?> method) {
    return method.getType().clientSendsOneMessage() && method.getType().serverSendsOneMessage();
  }

  private ProfferException overloaded(String detail) {
    return ProfferException.exhausted(
        ErrorReason.ERROR_REASON_OVERLOADED,
        detail,
        Map.of("calls_max", Integer.toString(limits.callsMax())),
        Duration.ofMillis(200));
  }

  private Context withDeadline(Context context, GuardedCall<?, ?> call) {
    Deadline asked = context.getDeadline();
    Duration longest = asked == null ? limits.deadlineDefault() : limits.deadlineMax();
    Context.CancellableContext bounded =
        context.withDeadlineAfter(longest.toMillis(), TimeUnit.MILLISECONDS, deadlines);
    // The transport ends calls whose caller set a deadline; this one ends those that we bounded.
    bounded.addListener(
        ended -> {
          if (ended.cancellationCause() instanceof java.util.concurrent.TimeoutException) {
            call.fail(
                new ProfferException(
                    Status.Code.DEADLINE_EXCEEDED,
                    ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED,
                    "the deadline passed before the work was done",
                    Map.of()));
          }
        },
        Runnable::run);
    call.onEnd(() -> bounded.cancel(null));
    return bounded;
  }

  /// Ends streams that go on, so that a server that stops need not wait for them. Their callers see
  /// `UNAVAILABLE` and follow elsewhere.
  void endStreams() {
    for (GuardedCall<?, ?> stream : streams) {
      stream.fail(Status.UNAVAILABLE.withDescription("the server stops").asRuntimeException());
    }
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
  }

  private static StatusRuntimeException undecodable(Throwable thrown, String requestId) {
    if (thrown instanceof StatusRuntimeException status
        && status.getStatus().getCode() == Status.Code.INTERNAL
        && String.valueOf(status.getStatus().getDescription()).contains("Invalid protobuf")) {
      return ProfferException.invalidField("request", "must be a message of the declared type")
          .toGrpc();
    }
    return Failures.toStatus(thrown, requestId);
  }

  /// A call that ends once, whoever ends it, and tells how.
  private final class GuardedCall<Q, R>
      extends ForwardingServerCall.SimpleForwardingServerCall<Q, R> {
    private final String requestId;
    private final long startedNanos = System.nanoTime();
    private boolean headersSent;
    private boolean ended;
    private @Nullable Runnable atEnd;

    GuardedCall(ServerCall<Q, R> call, String requestId) {
      super(call);
      this.requestId = requestId;
    }

    synchronized void onEnd(Runnable action) {
      if (ended) {
        action.run();
        return;
      }
      Runnable before = atEnd;
      atEnd =
          before == null
              ? action
              : () -> {
                before.run();
                action.run();
              };
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!ended) {
        headers.put(RequestId.HEADER, requestId);
        headersSent = true;
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(R message) {
      if (!ended) {
        super.sendMessage(message);
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      // A handler that calls onError with something we do not know would send UNKNOWN.
      if (status.getCode() == Status.Code.UNKNOWN && status.getCause() != null) {
        fail(status.getCause());
        return;
      }
      end(status, trailers);
    }

    void fail(Throwable thrown) {
      StatusRuntimeException mapped = undecodable(thrown, requestId);
      Status.Code code = mapped.getStatus().getCode();
      if (code == Status.Code.INTERNAL || code == Status.Code.UNKNOWN) {
        log.error(
            "{} failed, request {}", getMethodDescriptor().getFullMethodName(), requestId, thrown);
      }
      Metadata trailers = mapped.getTrailers();
      end(mapped.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    private void end(Status status, Metadata trailers) {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
        if (!headersSent) {
          trailers.discardAll(RequestId.HEADER);
          trailers.put(RequestId.HEADER, requestId);
        }
        super.close(status, trailers);
      }
      finish(status.getCode(), status);
    }

    void cancelled() {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
      }
      finish(Status.Code.CANCELLED, Status.CANCELLED);
    }

    private void finish(Status.Code code, Status status) {
      long nanos = System.nanoTime() - startedNanos;
      Runnable action = atEnd;
      if (action != null) {
        action.run();
      }
      String method = getMethodDescriptor().getFullMethodName();
      Timer.builder("proffer.grpc.call")
          .tag("method", method)
          .tag("code", code.name())
          .publishPercentileHistogram()
          .register(meters)
          .record(nanos, TimeUnit.NANOSECONDS);
      boolean failed = code != Status.Code.OK;
      if (limits.accessLog() == GrpcSettings.AccessLog.ALL
          || (failed && limits.accessLog() == GrpcSettings.AccessLog.ERRORS)) {
        access.info(
            "method={} code={} ms={} request={} detail=\"{}\"",
            method,
            code,
            Math.round(nanos / 1e5) / 10.0,
            requestId,
            failed ? oneLine(status.getDescription()) : "");
      }
    }

    private static String oneLine(@Nullable String text) {
      if (text == null) {
        return "";
      }
      String line = text.replaceAll("[\\p{Cntrl}\"]+", " ");
      return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
  }

  /// Keeps whatever a handler throws from becoming `UNKNOWN`, and large messages from being
  /// decoded.
  private static final class GuardedListener<Q>
      extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
    private final CallGuard.GuardedCall<?, ?> call;
    private final int bytesMax;
    private boolean refused;

    GuardedListener(ServerCall.Listener<Q> next, CallGuard.GuardedCall<?, ?> call, int bytesMax) {
      super(next);
      this.call = call;
      this.bytesMax = bytesMax;
    }

    @Override
    public void onMessage(Q message) {
      guard(() -> {
        int size = bytes(message);
        if (size > bytesMax) {
          throw ProfferException.exhausted(
              ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE,
              "request: has " + size + " bytes (at most " + bytesMax + ")",
              Map.of("field", "request", "limit_bytes", Integer.toString(bytesMax)),
              null);
        }
        super.onMessage(message);
      });
    }

    /// From the network come streams of bytes, from this process messages as they are.
    private static int bytes(Object message) throws IOException {
      return switch (message) {
        case InputStream stream -> stream.available();
        case MessageLite whole -> whole.getSerializedSize();
        default -> 0;
      };
    }

    @Override
    public void onHalfClose() {
      guard(super::onHalfClose);
    }

    @Override
    public void onReady() {
      guard(super::onReady);
    }

    @Override
    public void onCancel() {
      call.cancelled();
      guard(super::onCancel);
    }

    @Override
    public void onComplete() {
      guard(super::onComplete);
    }

    private void guard(Step step) {
      if (refused) {
        return;
      }
      try {
        step.run();
      } catch (IOException | RuntimeException e) {
        refused = true;
        call.fail(e);
      }
    }

    private interface Step {
      void run() throws IOException;
    }
  }
}
