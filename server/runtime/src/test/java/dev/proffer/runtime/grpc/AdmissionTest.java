// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
  private static final long MILLI = 1_000_000;

  private long nanos;

  private Admission admission(Duration waitMax) {
    return new Admission(100, waitMax, Set.of("shop/Buy"), () -> nanos);
  }

  private static Admission.Ticket arrive(Admission admission) {
    return (Admission.Ticket) admission.newServerStreamTracer("shop/Buy", new Metadata());
  }

  @Test
  void admitsAsManyAsMayBeUnderWayWhenNobodyWaits() {
    Admission admission = admission(Duration.ofMillis(10));
    Deque<Admission.Ticket> underWay = new ArrayDeque<>();
    for (int i = 0; i < 100; i++) {
      Admission.Ticket ticket = arrive(admission);
      assertThat(ticket.isAdmitted()).isTrue();
      ticket.begin();
      underWay.add(ticket);
    }
    assertThat(arrive(admission).isAdmitted()).isFalse();
    underWay.remove().streamClosed(Status.OK);
    assertThat(arrive(admission).isAdmitted()).isTrue();
  }

  @Test
  void countsACallThatEndsTwiceOnce() {
    Admission admission = admission(Duration.ofMillis(10));
    Admission.Ticket first = arrive(admission);
    for (int i = 0; i < 99; i++) {
      arrive(admission);
    }
    first.streamClosed(Status.CANCELLED);
    first.streamClosed(Status.CANCELLED);
    assertThat(arrive(admission).isAdmitted()).isTrue();
    assertThat(arrive(admission).isAdmitted()).isFalse();
  }

  @Test
  void aRefusedCallGivesNoPlaceBack() {
    Admission admission = admission(Duration.ofMillis(10));
    for (int i = 0; i < 100; i++) {
      arrive(admission);
    }
    arrive(admission).streamClosed(Status.RESOURCE_EXHAUSTED);
    assertThat(arrive(admission).isAdmitted()).isFalse();
  }

  @Test
  void whatIsNotCountedIsNotLimited() {
    Admission admission = admission(Duration.ofMillis(10));
    for (int i = 0; i < 200; i++) {
      ServerStreamTracer tracer = admission.newServerStreamTracer("shop/Watch", new Metadata());
      assertThat(tracer).isNotInstanceOf(Admission.Ticket.class);
    }
    assertThat(arrive(admission).isAdmitted()).isTrue();
  }

  @Test
  void withoutALongestWaitOnlyTheNumberCounts() {
    Admission admission = admission(Duration.ZERO);
    serve(admission, 2, 1_000, 20);
    assertThat(admission.limit()).isEqualTo(100);
  }

  /// A server that does one call a millisecond and is offered three.
  @Test
  void shedsWhatWouldOnlyWaitAndKeepsTheServerBusy() {
    Admission admission = admission(Duration.ofMillis(10));
    Served served = serve(admission, 3, 1, 20_000);
    assertThat(served.done()).isGreaterThan(19_500);
    assertThat(served.longestWaitMillisAtTheEnd()).isBetween(1L, 60L);
    assertThat(served.refused()).isGreaterThan(30_000);
  }

  @Test
  void answersABurstWhole() {
    Admission admission = admission(Duration.ofMillis(10));
    assertThat(serve(admission, 3, 1, 40).refused()).isZero();
    assertThat(serve(admission, 0, 1, 200).refused()).isZero();
    assertThat(admission.limit()).isEqualTo(100);
  }

  @Test
  void takesEverybodyAgainWhenTheRushIsOver() {
    Admission admission = admission(Duration.ofMillis(10));
    serve(admission, 3, 1, 5_000);
    assertThat(admission.limit()).isLessThan(50);
    Served calm = serve(admission, 1, 1, 20_000);
    assertThat(admission.limit()).isEqualTo(100);
    assertThat(calm.refused()).isLessThan(400);
  }

  private record Served(int done, int refused, long longestWaitMillisAtTheEnd) {}

  /// Lets calls arrive in a queue of one worker.
  ///
  /// @param arrivals a millisecond
  /// @param workMillis what each takes
  private Served serve(Admission admission, int arrivals, int workMillis, int millis) {
    record Waiting(Admission.Ticket ticket, long since) {}
    Deque<Waiting> queue = new ArrayDeque<>();
    Admission.Ticket working = null;
    long freeAt = nanos;
    int done = 0;
    int refused = 0;
    long longest = 0;
    for (int milli = 0; milli < millis; milli++) {
      nanos += MILLI;
      if (working != null && nanos >= freeAt) {
        working.streamClosed(Status.OK);
        working = null;
        done++;
      }
      for (int i = 0; i < arrivals; i++) {
        Admission.Ticket ticket = arrive(admission);
        if (ticket.isAdmitted()) {
          queue.add(new Waiting(ticket, nanos));
        } else {
          refused++;
        }
      }
      if (working == null && !queue.isEmpty()) {
        Waiting next = queue.remove();
        if (milli > millis / 2) {
          longest = Math.max(longest, (nanos - next.since()) / MILLI);
        }
        working = next.ticket();
        working.begin();
        freeAt = nanos + workMillis * MILLI;
      }
    }
    if (working != null) {
      working.streamClosed(Status.OK);
    }
    queue.forEach(waiting -> waiting.ticket().streamClosed(Status.CANCELLED));
    return new Served(done, refused, longest);
  }
}
