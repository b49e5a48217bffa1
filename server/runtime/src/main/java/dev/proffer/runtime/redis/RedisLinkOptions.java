// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import dev.proffer.runtime.settings.Settings;
import java.time.Duration;

/// How to reach Redis and how much patience to have.
///
/// @param uri address as in [RedisSettings#URI], but not `embedded`
/// @param commandTimeout how long a call may take, waiting in queues included
/// @param connectTimeout how long opening a connection and its handshake may take
/// @param connections connections to each node, used in turn
/// @param queueMax commands that may wait on one connection
public record RedisLinkOptions(
    String uri, Duration commandTimeout, Duration connectTimeout, int connections, int queueMax) {
  public static RedisLinkOptions of(Settings settings) {
    return new RedisLinkOptions(
        settings.get(RedisSettings.URI),
        settings.get(RedisSettings.COMMAND_TIMEOUT),
        settings.get(RedisSettings.CONNECT_TIMEOUT),
        settings.get(RedisSettings.CONNECTIONS),
        settings.get(RedisSettings.QUEUE_MAX));
  }

  /// For a link that carries writes in large batches: one connection and more patience.
  public RedisLinkOptions forBatches(Duration patience) {
    return new RedisLinkOptions(uri, patience, connectTimeout, 1, Math.max(queueMax, 50_000));
  }
}
