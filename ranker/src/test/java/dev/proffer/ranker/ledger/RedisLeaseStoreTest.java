// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.runtime.redis.EmbeddedRedis;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLinkOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class RedisLeaseStoreTest extends LeaseStoreContract {
  @TempDir Path folder;
  private EmbeddedRedis redis;
  private RedisLink link;

  @BeforeEach
  void start() throws Exception {
    redis = EmbeddedRedis.start(folder);
    link =
        RedisLink.open(
            new RedisLinkOptions(
                redis.uri(), Duration.ofSeconds(5), Duration.ofSeconds(5), 1, 2_000),
            "leases",
            new SimpleMeterRegistry());
  }

  @AfterEach
  void stop() {
    link.close();
    redis.close();
  }

  @Override
  LeaseStore store() {
    return new RedisLeaseStore(link);
  }
}
