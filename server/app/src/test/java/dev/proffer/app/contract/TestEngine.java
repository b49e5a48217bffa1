// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.contract;

import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.runtime.redis.EmbeddedRedis;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A whole engine on a folder and free ports, as `serve` starts it, without the chatbot.
final class TestEngine implements AutoCloseable {
  private final Engine engine;

  private TestEngine(Engine engine) {
    this.engine = engine;
  }

  static TestEngine start(Path folder) throws Exception {
    return new TestEngine(
        Engine.start(
            new EnginePlan(
                DataFolder.at(folder),
                List.of(Peers.FEATURE_STORE, Peers.RANKER),
                ServiceModules.find(Optional.empty()),
                Map.of("grpc.port", "0", "web.enabled", "false", "grpc.access-log", "off"))));
  }

  int port() {
    String address = engine.address().grpc();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  boolean hosts(String service) {
    return engine.address().services().contains(service);
  }

  Collection<RunningService> services() {
    return engine.services();
  }

  long redisPid() {
    return engine.redis().map(EmbeddedRedis::pid).orElse(-1L);
  }

  @Override
  public void close() {
    engine.close();
  }
}
