// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import dev.proffer.runtime.grpc.RawBytes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/// Sends requests by the clock and measures each from the moment it was due.
///
/// A server that stalls delays no request that comes after: those are sent and wait, as people
/// would, and their waiting counts. Messages are bytes on both sides, so that the generator costs
/// little of the machine that it shares with the server.
final class OpenLoop implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final long SPIN_NANOS = 50_000;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final MethodDescriptor<byte[], byte[]> method;

  /// @param connections over which requests are spread
  OpenLoop(String host, int port, MethodDescriptor<?, ?> method, int connections) {
    for (int i = 0; i < connections; i++) {
      channels.add(
          NettyChannelBuilder.forAddress(host, port).usePlaintext().directExecutor().build());
    }
    this.method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method.getFullMethodName())
            .setRequestMarshaller(new RawBytes())
            .setResponseMarshaller(new RawBytes())
            .build();
  }

  /// Runs a schedule, waits for the last answer, and says what became of all.
  ///
  /// @param requests the request of a number
  Samples run(Schedule schedule, IntFunction<byte[]> requests) throws InterruptedException {
    int count = schedule.count();
    Samples samples = new Samples(count);
    CountDownLatch open = new CountDownLatch(count);
    long start = System.nanoTime() + 1_000_000;
    for (int number = 0; number < count; number++) {
      byte[] request = requests.apply(number);
      long due = start + schedule.dueNanos(number);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        if (left > SPIN_NANOS) {
          LockSupport.parkNanos(left - SPIN_NANOS);
        } else {
          Thread.onSpinWait();
        }
      }
      samples.sent(number, due - start, System.nanoTime() - start);
      send(request, number, due, samples, open);
    }
    if (!open.await(DEADLINE.plusSeconds(5).toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(open.getCount() + " requests never ended");
    }
    return samples;
  }

  private void send(byte[] request, int number, long due, Samples samples, CountDownLatch open) {
    ClientCall<byte[], byte[]> call =
        channels
            .get(number % channels.size())
            .newCall(
                method,
                CallOptions.DEFAULT.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            samples.answered(number, System.nanoTime() - due, status.getCode());
            open.countDown();
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
  }

  @Override
  public void close() {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
  }
}
