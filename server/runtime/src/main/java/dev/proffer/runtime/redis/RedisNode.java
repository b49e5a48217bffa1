// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.protocol.AsyncCommand;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// One Redis server as it is reached: its connections, used in turn, and its breaker.
final class RedisNode {
  private final List<StatefulConnection<byte[], byte[]>> connections;
  private final CircuitBreaker breaker;
  private final AtomicInteger turn = new AtomicInteger();

  RedisNode(List<StatefulConnection<byte[], byte[]>> connections, CircuitBreaker breaker) {
    this.connections = List.copyOf(connections);
    this.breaker = breaker;
  }

  CircuitBreaker breaker() {
    return breaker;
  }

  boolean isOpen() {
    return connections.stream().anyMatch(StatefulConnection::isOpen);
  }

  /// Sends all commands with one flush on one connection.
  <T> void dispatch(List<AsyncCommand<byte[], byte[], T>> commands) {
    if (connections.isEmpty()) {
      throw new RedisException("Redis is not connected yet");
    }
    connections.get(Math.floorMod(turn.getAndIncrement(), connections.size())).dispatch(commands);
  }
}
