// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Refuses calls when those before them wait for a core, so that an overloaded server answers as
/// many as it can in time instead of all of them late.
///
/// What is watched is how long admitted calls wait between their arrival and the first step of
/// their work. That time grows with work that keeps cores busy and not with calls that wait for a
/// disk or a peer, so no limit has to be known for each rpc. When the mean wait was too long for
/// several windows in a row, the number of calls that may be under way falls by a tenth with each
/// further one; otherwise it rises again. A burst that is over by then is answered whole.
///
/// The decision is made on the thread that reads the connection, where a refusal costs next to
/// nothing and does not queue behind the work that it is refused for.
final class Admission extends ServerStreamTracer.Factory {
  private static final Context.Key<Ticket> TICKET = Context.key("proffer-admission");
  private static final long WINDOW_NANOS = Duration.ofMillis(100).toNanos();
  private static final ServerStreamTracer UNCOUNTED = new ServerStreamTracer() {};
  // Fewer calls than this say nothing about a queue.
  private static final int WINDOW_CALLS_MIN = 8;
  private static final double SHRINK = 0.9;
  private static final int GROW_SHARE = 16;
  private static final int LONG_WINDOWS_MIN = 3;
  // So few are never too many: they end soon, or they wait for something else than a core.
  private static final int LIMIT_MIN = 32;

  private final int callsMax;
  private final long waitMaxNanos;
  private final Set<String> methods;
  private final LongSupplier nanoTime;

  private final AtomicInteger underWay = new AtomicInteger();
  private volatile int limit;

  private final AtomicLong windowEnd;
  private final LongAdder windowCalls = new LongAdder();
  private final LongAdder windowWaitNanos = new LongAdder();
  private final AtomicInteger windowPeak = new AtomicInteger();
  private final AtomicInteger longWindows = new AtomicInteger();

  /// @param callsMax most calls under way, however short the waits are
  /// @param waitMax mean wait for a core above which calls are refused; zero for no such refusal
  /// @param methods full names of the unary methods whose calls are counted
  Admission(int callsMax, Duration waitMax, Set<String> methods, LongSupplier nanoTime) {
    this.callsMax = callsMax;
    this.waitMaxNanos = waitMax.toNanos();
    this.methods = Set.copyOf(methods);
    this.nanoTime = nanoTime;
    this.limit = callsMax;
    this.windowEnd = new AtomicLong(nanoTime.getAsLong() + WINDOW_NANOS);
  }

  /// The place of one call, from its arrival to its end.
  final class Ticket extends ServerStreamTracer {
    private final long arrivedNanos = nanoTime.getAsLong();
    private final boolean admitted;
    private final AtomicBoolean returned = new AtomicBoolean();

    private Ticket() {
      int now = underWay.incrementAndGet();
      admitted = now <= limit;
      if (admitted) {
        windowPeak.accumulateAndGet(now, Math::max);
      } else {
        underWay.decrementAndGet();
      }
    }

    boolean isAdmitted() {
      return admitted;
    }

    /// Says that the work of the call begins.
    void begin() {
      long now = nanoTime.getAsLong();
      windowCalls.increment();
      windowWaitNanos.add(now - arrivedNanos);
      long end = windowEnd.get();
      if (now - end >= 0 && windowEnd.compareAndSet(end, now + WINDOW_NANOS)) {
        adjust();
      }
    }

    @Override
    public Context filterContext(Context context) {
      return context.withValue(TICKET, this);
    }

    @Override
    public void streamClosed(Status status) {
      if (admitted && !returned.getAndSet(true)) {
        underWay.decrementAndGet();
      }
    }
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return methods.contains(fullMethodName) ? new Ticket() : UNCOUNTED;
  }

  /// The ticket of the call that is being handled; null for calls that are not counted.
  static @Nullable Ticket ticket() {
    return TICKET.get();
  }

  /// How many calls may be under way now.
  int limit() {
    return limit;
  }

  private void adjust() {
    long calls = windowCalls.sumThenReset();
    long waitNanos = windowWaitNanos.sumThenReset();
    int peak = windowPeak.getAndSet(underWay.get());
    if (waitMaxNanos > 0 && calls >= WINDOW_CALLS_MIN && waitNanos / calls > waitMaxNanos) {
      if (longWindows.incrementAndGet() >= LONG_WINDOWS_MIN) {
        // What was never reached did not hold anything back: the next limit is below what was.
        limit = Math.min(callsMax, Math.max(LIMIT_MIN, (int) (Math.min(limit, peak) * SHRINK)));
      }
      return;
    }
    longWindows.set(0);
    if (limit < callsMax) {
      limit = Math.min(callsMax, limit + 1 + limit / GROW_SHARE);
    }
  }
}
