// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.app.console.Failure;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.service.Peers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EngineSessionTest {
  private static final Map<String, String> QUIET = Map.of("grpc.port", "0", "web.enabled", "false");

  private final List<String> said = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void asksTheServerThatRunsOnTheDataFolder() throws Exception {
    DataFolder data = DataFolder.at(folder);
    try (Engine _ = server(data, FakeModules.all().names());
        EngineSession session = open(data, Map.of(), Peers.RANKER)) {
      assertThat(session.isHosting()).isFalse();
      assertThat(said).isEmpty();
      assertThat(recommend(session)).isEqualTo(FakeModules.LOG_END_OFFSET);
    }
  }

  @Test
  void hostsTheServicesItselfWhenNoServerRunsAndSaysSoInOneLine() throws Exception {
    DataFolder data = DataFolder.at(folder);
    try (EngineSession session = open(data, QUIET, Peers.FEATURE_STORE, Peers.RANKER)) {
      assertThat(session.isHosting()).isTrue();
      assertThat(said)
          .containsExactly(
              "no server runs on "
                  + data.path()
                  + ": hosting feature-store, ranker for this command");
      assertThat(recommend(session)).isEqualTo(FakeModules.LOG_END_OFFSET);
    }
    assertThat(data.isOwned()).isFalse();
    assertThat(data.server()).isEmpty();
  }

  @Test
  void asksConfiguredAddressesWhenThereIsNoServerOnTheFolder() throws Exception {
    try (Engine server = server(DataFolder.at(folder.resolve("a")), FakeModules.all().names());
        EngineSession session =
            open(
                DataFolder.at(folder.resolve("b")),
                Map.of("peers.ranker", server.address().grpc()),
                Peers.RANKER)) {
      assertThat(session.isHosting()).isFalse();
      assertThat(recommend(session)).isEqualTo(FakeModules.LOG_END_OFFSET);
    }
  }

  @Test
  void refusesAServerThatDoesNotHostWhatIsAskedFor() throws Exception {
    DataFolder data = DataFolder.at(folder);
    try (Engine server = server(data, List.of(Peers.FEATURE_STORE))) {
      assertThatThrownBy(() -> open(data, Map.of(), Peers.RANKER))
          .isInstanceOf(Failure.class)
          .hasMessageContaining(server.address().grpc() + " does not host the ranker");
    }
  }

  @Test
  void refusesAnAddressThatIsNone() {
    assertThatThrownBy(() -> EngineSession.at("localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--server: 'localhost' (expected: host:port");
  }

  private Engine server(DataFolder data, List<String> services) throws Exception {
    return Engine.start(new EnginePlan(data, services, FakeModules.all(), QUIET));
  }

  private EngineSession open(DataFolder data, Map<String, String> texts, String... services)
      throws Exception {
    return EngineSession.on(data, texts, FakeModules.all(), List.of(services), said::add);
  }

  private static long recommend(EngineSession session) {
    return RecommenderServiceGrpc.newBlockingStub(session.channel(Peers.RANKER))
        .recommend(RecommendRequest.newBuilder().setK(1).build())
        .getCatalogueVersion();
  }
}
