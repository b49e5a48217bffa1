// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisLinkTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path folder;

  @Test
  void readsManyKeysInOrderAndSaysWhichDoNotExist() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder);
        RedisLink link = open(redis.uri(), Duration.ofSeconds(2))) {
      List<byte[]> keys = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        keys.add(bytes("k" + i));
      }
      link.pipeline(
              keys.subList(0, 999),
              i ->
                  RedisLink.command(
                      CommandType.SET,
                      new StatusOutput<>(ByteArrayCodec.INSTANCE),
                      RedisLink.args().addKey(keys.get(i)).add(bytes("v" + i))),
              SECOND)
          .orThrow();

      RedisLink.Answers<byte[]> answers = link.mget(keys, SECOND);

      assertThat(answers.failure()).isNull();
      assertThat(answers.value(0)).isEqualTo(bytes("v0"));
      assertThat(answers.value(998)).isEqualTo(bytes("v998"));
      assertThat(answers.value(999)).isNull();
      assertThat(answers.answered(999)).isTrue();
    }
  }

  @Test
  void failsAtOnceWhenRedisIsKilledAndComesBackByItself() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder);
        RedisLink link = open(redis.uri(), Duration.ofMillis(50))) {
      awaitAvailable(link);
      ProcessHandle.of(redis.pid()).orElseThrow().destroyForcibly();
      long slowestMillis = 0;
      int failed = 0;
      for (int i = 0; i < 50; i++) {
        long start = System.nanoTime();
        failed += link.mget(List.of(bytes("a")), SECOND).failure() == null ? 0 : 1;
        slowestMillis = Math.max(slowestMillis, (System.nanoTime() - start) / 1_000_000);
        Thread.sleep(5);
      }
      assertThat(failed).isGreaterThan(40);
      assertThat(slowestMillis).isLessThan(150);
      assertThat(link.isAvailable()).isFalse();
      assertThatThrownBy(() -> link.call(commands -> commands.get(bytes("a"))));

      awaitAvailable(link);
      assertThat(link.disconnects()).isPositive();
    }
  }

  @Test
  void opensWhileRedisIsAwayAndConnectsWhenItIsThere() throws Exception {
    int port;
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
      port = redis.port();
    }
    try (RedisLink link = open("redis://127.0.0.1:" + port, Duration.ofMillis(50))) {
      assertThat(link.mget(List.of(bytes("a")), SECOND).failure()).isNotNull();
      try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
        assertThat(redis.port()).isEqualTo(port);
        awaitAvailable(link);
      }
    }
  }

  private static void awaitAvailable(RedisLink link) throws InterruptedException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (link.mget(List.of(bytes("a")), SECOND).failure() != null || !link.isAvailable()) {
      assertThat(System.nanoTime()).as("Redis came back within 10 s").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static RedisLink open(String uri, Duration timeout) {
    return RedisLink.open(
        new RedisLinkOptions(uri, timeout, Duration.ofSeconds(2), 2, 5000),
        "test",
        new SimpleMeterRegistry());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
