// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.service;

import io.grpc.BindableService;
import java.util.List;

/// A started service.
public interface RunningService extends AutoCloseable {
  /// The gRPC services to bind.
  List<BindableService> services();

  /// What is not there yet or is lost, by part (`redis` → `connection refused`); empty when all is
  /// well. It is shown by health checks; a lost dependency never takes a service that can degrade
  /// out of service.
  List<Shortcoming> shortcomings();

  /// Exercises what requests will need, so that the first of them is not the slowest. The host
  /// calls it once, when peers that it hosts too can be reached and before health says SERVING.
  default void warmUp() {}

  /// Stops taking work, finishes what is under way, and makes everything acknowledged durable.
  @Override
  void close();

  /// A part that is missing and one sentence about it.
  record Shortcoming(String part, String detail) {}
}
