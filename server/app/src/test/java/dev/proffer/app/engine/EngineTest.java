// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.app.console.Failure;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.service.Peers;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EngineTest {
  private static final RecommendRequest RECOMMEND = RecommendRequest.newBuilder().setK(1).build();

  @TempDir private Path folder;

  @Test
  void hostsAllServicesInOneProcessAndTheyFindEachOther() throws Exception {
    try (Engine engine = start("all", FakeModules.all(), Map.of());
        EngineSession session = EngineSession.at(engine.address().grpc())) {
      assertThat(chat(session)).isEqualTo("offset " + FakeModules.LOG_END_OFFSET);
      assertThat(engine.status().keySet())
          .containsExactly(Peers.FEATURE_STORE, Peers.RANKER, Peers.CHATBOT);
    }
  }

  @Test
  void servicesFindEachOtherByAddressWhenEachHasAServerOfItsOwn() throws Exception {
    try (Engine features =
            start("features", ServiceModules.of(FakeModules.featureStore()), Map.of());
        Engine ranker =
            start(
                "ranker",
                ServiceModules.of(FakeModules.ranker(r -> r)),
                Map.of("peers.feature-store", features.address().grpc()));
        Engine chatbot =
            start(
                "chatbot",
                ServiceModules.of(FakeModules.chatbot()),
                Map.of("peers.ranker", ranker.address().grpc()));
        EngineSession session = EngineSession.at(chatbot.address().grpc())) {
      assertThat(chat(session)).isEqualTo("offset " + FakeModules.LOG_END_OFFSET);
    }
  }

  @Test
  void aServiceThatAskedItsPeerTooEarlyReachesItAsSoonAsTheEngineHasStarted() throws Exception {
    ServiceModules modules =
        ServiceModules.of(
            FakeModules.impatient(FakeModules.ranker(r -> r)), FakeModules.featureStore());
    try (Engine engine = start("x", modules, Map.of())) {
      assertThat(
              RecommenderServiceGrpc.newBlockingStub(engine.peers().channel(Peers.RANKER))
                  .recommend(RECOMMEND)
                  .getCatalogueVersion())
          .isEqualTo(FakeModules.LOG_END_OFFSET);
    }
  }

  @Test
  void hostsOnlyTheServicesThatWereChosen() throws Exception {
    try (Engine engine =
            Engine.start(
                new EnginePlan(
                    DataFolder.at(folder), List.of(Peers.RANKER), FakeModules.all(), quiet()));
        EngineSession session = EngineSession.at(engine.address().grpc())) {
      assertThat(engine.address().services()).containsExactly(Peers.RANKER);
      assertThatThrownBy(() -> chat(session))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }
  }

  @Test
  void refusesAServiceThatIsNotInstalledByName() {
    assertThatThrownBy(() ->
            Engine.start(
                new EnginePlan(
                    DataFolder.at(folder),
                    List.of("kitchen"),
                    ServiceModules.of(FakeModules.featureStore()),
                    quiet())))
        .isInstanceOf(Failure.class)
        .hasMessage("kitchen: this installation does not have that service (it has feature-store)");
  }

  @Test
  void refusesUnknownSettingsByNameAndLeavesTheFolderFree() throws Exception {
    assertThatThrownBy(() -> start("x", FakeModules.all(), Map.of("grpc.prot", "1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grpc.prot")
        .hasMessageContaining("did you mean grpc.port?");
    assertThat(DataFolder.at(folder.resolve("x")).isOwned()).isFalse();
  }

  @Test
  void acceptsSettingsOfServicesThatItDoesNotHost() throws Exception {
    Map<String, String> texts = quiet();
    texts.put(FakeModules.CHAT_TURNS.key(), "5");
    try (Engine engine =
        Engine.start(
            new EnginePlan(
                DataFolder.at(folder), List.of(Peers.RANKER), FakeModules.all(), texts))) {
      assertThat(engine.settings().get(FakeModules.CHAT_TURNS)).isEqualTo(5);
    }
  }

  @Test
  void stopsWhatRanAlreadyWhenALaterServiceCannotStart() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    ServiceModules modules =
        ServiceModules.of(
            FakeModules.counting(FakeModules.featureStore(), closed),
            FakeModules.broken(Peers.RANKER));
    assertThatThrownBy(() -> start("x", modules, Map.of())).hasMessage("cannot start");
    assertThat(closed).hasValue(1);
    assertThat(DataFolder.at(folder.resolve("x")).isOwned()).isFalse();
  }

  @Test
  void closesEachServiceOnceHoweverOftenItIsClosed() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    Engine engine =
        start(
            "x",
            ServiceModules.of(FakeModules.counting(FakeModules.featureStore(), closed)),
            Map.of());
    engine.close();
    engine.close();
    assertThat(closed).hasValue(1);
  }

  @Test
  void letsACallUnderWayFinishWhenItStops() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch mayLeave = new CountDownLatch(1);
    ServiceModules modules =
        ServiceModules.of(
            FakeModules.featureStore(),
            FakeModules.ranker(request -> {
              entered.countDown();
              awaitQuietly(mayLeave);
              return request;
            }));
    Engine engine = start("x", modules, Map.of("grpc.drain-max", "20s"));
    try (EngineSession session = EngineSession.at(engine.address().grpc())) {
      CompletableFuture<Long> call =
          CompletableFuture.supplyAsync(() ->
              RecommenderServiceGrpc.newBlockingStub(session.channel(Peers.RANKER))
                  .recommend(RECOMMEND)
                  .getCatalogueVersion());
      assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(engine::close);
      assertThatThrownBy(() -> closing.get(300, TimeUnit.MILLISECONDS))
          .as("waits for the call")
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      mayLeave.countDown();
      assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(FakeModules.LOG_END_OFFSET);
      closing.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void endsAStreamThatFollowsSomethingInsteadOfWaitingForIt() throws Exception {
    Engine engine = start("x", FakeModules.all(), Map.of("grpc.drain-max", "60s"));
    try (EngineSession session = EngineSession.at(engine.address().grpc())) {
      Iterator<ReadEventsResponse> events =
          FeatureStoreServiceGrpc.newBlockingStub(session.channel(Peers.FEATURE_STORE))
              .readEvents(ReadEventsRequest.newBuilder().setFollow(true).build());
      assertThat(events.next().getFirstOffset()).isEqualTo(1);
      CompletableFuture.runAsync(engine::close).get(30, TimeUnit.SECONDS);
      assertThatThrownBy(events::hasNext)
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
  }

  @Test
  void isHealthyWhenItHasStarted() throws Exception {
    try (Engine engine = start("x", FakeModules.all(), Map.of());
        EngineSession session = EngineSession.at(engine.address().grpc())) {
      assertThat(
              HealthGrpc.newBlockingStub(session.channel(Peers.RANKER))
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
  }

  private Engine start(String name, ServiceModules modules, Map<String, String> texts)
      throws Exception {
    Map<String, String> all = quiet();
    all.putAll(texts);
    return Engine.start(
        new EnginePlan(DataFolder.at(folder.resolve(name)), modules.names(), modules, all));
  }

  private static Map<String, String> quiet() {
    return new HashMap<>(Map.of("grpc.port", "0", "web.enabled", "false"));
  }

  private static String chat(EngineSession session) {
    return ChatServiceGrpc.newBlockingStub(session.channel(Peers.CHATBOT))
        .chat(ChatRequest.newBuilder().setText("hello").build())
        .getText();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody let it leave");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
