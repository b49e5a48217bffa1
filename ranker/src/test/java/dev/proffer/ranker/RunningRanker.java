// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// A whole ranker over in-process gRPC, with everything around its calls that a real port has.
final class RunningRanker implements AutoCloseable {
  final MemoryFeatureStore featureStore;
  final ManagedChannel channel;
  final ManagedChannel featureStoreChannel;
  final RunningService service;
  private final Server server;
  private final Server featureStoreServer;

  RunningRanker(Path folder) throws Exception {
    this(folder, new MemoryFeatureStore(), Map.of());
  }

  RunningRanker(Path folder, MemoryFeatureStore featureStore, Map<String, String> texts)
      throws Exception {
    this.featureStore = featureStore;
    Set<Setting<?>> known = new LinkedHashSet<>(new RankerModule().settings());
    known.addAll(GrpcSettings.all());
    Map<String, String> patient = new HashMap<>(texts);
    // Machines that build are busy: only tests of deadlines should meet one.
    patient.putIfAbsent("grpc.deadline-default", "60s");
    Settings settings = Settings.of(new ArrayList<>(known), patient);
    this.featureStoreServer = serve(settings, List.of(featureStore));
    this.featureStoreChannel = channel(featureStoreServer);
    Channel toFeatureStore = featureStoreChannel;
    this.service =
        RankerModule.start(
            new ServiceContext(
                settings,
                folder,
                name -> toFeatureStore,
                new SimpleMeterRegistry(),
                Clock.systemUTC()),
            RandomGenerator.of("L64X128MixRandom"));
    this.server = serve(settings, service.services());
    this.channel = channel(server);
  }

  CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue() {
    return CatalogueServiceGrpc.newBlockingStub(channel);
  }

  RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender() {
    return RecommenderServiceGrpc.newBlockingStub(channel);
  }

  ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(channel);
  }

  static Item item(String id, String title, String category, long price) {
    return Item.newBuilder()
        .setItemId(id)
        .putTitles("en", title)
        .putTitles("zh", "商品" + id)
        .setCategory(category)
        .setBrand("Acme")
        .setPriceMinorUnits(price)
        .setCurrency("GBP")
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    service.close();
    featureStoreChannel.shutdownNow();
    featureStoreServer.shutdownNow();
  }

  /// The bundle that serves.
  String modelVersion() {
    return recommender().recommend(RecommendRequest.newBuilder().setK(1).build()).getModelVersion();
  }

  /// Waits until something holds that the ranker does beside its calls.
  static void eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not become true");
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static Server serve(Settings settings, List<BindableService> services)
      throws IOException {
    String name = UUID.randomUUID().toString();
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName(name).executor(Executors.newVirtualThreadPerTaskExecutor());
    for (BindableService each : services) {
      builder.addService(GrpcHost.guarded(each, settings, new SimpleMeterRegistry()));
    }
    return builder.build().start();
  }

  private static ManagedChannel channel(Server server) {
    String name =
        ((io.grpc.inprocess.InProcessSocketAddress) server.getListenSockets().getFirst()).getName();
    return InProcessChannelBuilder.forName(name).build();
  }
}
