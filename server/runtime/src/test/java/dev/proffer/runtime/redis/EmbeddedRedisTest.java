// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisTest {
  @TempDir private Path folder;

  @Test
  void keepsItsDataOverRestarts() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
      ask(redis, connection -> connection.sync().set("key", "value"));
    }
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
      String kept = ask(redis, connection -> connection.sync().get("key"));
      assertThat(kept).isEqualTo("value");
    }
  }

  @Test
  void startsAgainOnTheSamePortWhenItIsKilled() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
      long killed = redis.pid();
      ProcessHandle handle = ProcessHandle.of(killed).orElseThrow();
      handle.destroyForcibly();
      handle.onExit().get();

      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (redis.pid() == killed && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
      assertThat(redis.pid()).isNotEqualTo(killed);
      while (System.nanoTime() < deadline) {
        try {
          String answer = ask(redis, connection -> connection.sync().ping());
          assertThat(answer).isEqualTo("PONG");
          return;
        } catch (io.lettuce.core.RedisConnectionException e) {
          Thread.sleep(50);
        }
      }
      throw new AssertionError("redis-server did not come back");
    }
  }

  @Test
  void stopsItsProcess() throws Exception {
    EmbeddedRedis redis = EmbeddedRedis.start(folder);
    ProcessHandle process = ProcessHandle.of(redis.pid()).orElseThrow();
    redis.close();
    assertThat(process.isAlive()).isFalse();
  }

  private static <T> T ask(
      EmbeddedRedis redis, Function<StatefulRedisConnection<String, String>, T> question) {
    RedisClient client = RedisClient.create(redis.uri());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return question.apply(connection);
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }
}
