// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import dev.proffer.runtime.settings.Setting;
import java.time.Duration;
import java.util.List;

/// Settings of the online store.
public final class RedisSettings {
  public static final Setting<String> URI =
      Setting.text(
          "redis.uri",
          "embedded",
          "Address of the online store: 'embedded' starts a redis-server of our own; otherwise"
              + " redis://host:port, rediss:// for TLS, redis-sentinel://host:port/#master, or"
              + " redis-cluster://host:port,host:port");

  public static final Setting<Duration> COMMAND_TIMEOUT =
      Setting.duration(
          "redis.command-timeout", "50ms", "How long one command may take before it is given up");

  public static final Setting<Duration> CONNECT_TIMEOUT =
      Setting.duration("redis.connect-timeout", "2s", "How long opening a connection may take");

  public static final Setting<Integer> CONNECTIONS =
      Setting.integer("redis.connections", 2, 1, 16, "Read connections to each node, used in turn");

  public static final Setting<Integer> QUEUE_MAX =
      Setting.integer(
          "redis.queue-max",
          5000,
          16,
          100000,
          "Commands that may wait on one connection; more are refused at once");

  private RedisSettings() {}

  public static List<Setting<?>> all() {
    return List.of(URI, COMMAND_TIMEOUT, CONNECT_TIMEOUT, CONNECTIONS, QUEUE_MAX);
  }
}
