// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import io.grpc.Status;
import java.util.Arrays;

/// What became of each request of a run, by its number. Each place is written by one thread.
final class Samples {
  /// Stands for a request that has no answer yet.
  private static final byte OPEN = -1;

  private final long[] dueNanos;
  private final long[] sentNanos;
  private final long[] tookNanos;
  private final byte[] codes;

  Samples(int count) {
    this.dueNanos = new long[count];
    this.sentNanos = new long[count];
    this.tookNanos = new long[count];
    this.codes = new byte[count];
    Arrays.fill(codes, OPEN);
  }

  int count() {
    return codes.length;
  }

  void sent(int number, long dueNanos, long sentNanos) {
    this.dueNanos[number] = dueNanos;
    this.sentNanos[number] = sentNanos;
  }

  /// @param tookNanos from when the request was due
  void answered(int number, long tookNanos, Status.Code code) {
    this.tookNanos[number] = tookNanos;
    codes[number] = (byte) code.value();
  }

  long dueNanos(int number) {
    return dueNanos[number];
  }

  /// How late the generator was.
  long lagNanos(int number) {
    return sentNanos[number] - dueNanos[number];
  }

  long tookNanos(int number) {
    return tookNanos[number];
  }

  /// How it ended; a request without an answer counts as one whose deadline has passed.
  Status.Code code(int number) {
    return codes[number] == OPEN
        ? Status.Code.DEADLINE_EXCEEDED
        : Status.fromCodeValue(codes[number]).getCode();
  }
}
