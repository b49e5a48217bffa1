// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureRegistryServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.GetIngestStatusResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// A feature store as a server hosts it, reached over the in-process transport.
final class RunningStore implements AutoCloseable {
  private final RunningService running;
  private final GrpcHost host;
  private final ManagedChannel channel;
  final MeterRegistry meters;
  final FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub stub;
  final FeatureStoreServiceGrpc.FeatureStoreServiceStub async;
  final FeatureRegistryServiceGrpc.FeatureRegistryServiceBlockingStub registry;

  private RunningStore(
      RunningService running, GrpcHost host, ManagedChannel channel, MeterRegistry meters) {
    this.meters = meters;
    this.running = running;
    this.host = host;
    this.channel = channel;
    this.stub = FeatureStoreServiceGrpc.newBlockingStub(channel);
    this.async = FeatureStoreServiceGrpc.newStub(channel);
    this.registry = FeatureRegistryServiceGrpc.newBlockingStub(channel);
  }

  static RunningStore start(Path folder, String redisUri, Map<String, String> more)
      throws Exception {
    return start(folder, redisUri, more, Clock.systemUTC());
  }

  static RunningStore start(Path folder, String redisUri, Map<String, String> more, Clock clock)
      throws Exception {
    FeatureStoreModule module = new FeatureStoreModule();
    List<Setting<?>> known = new ArrayList<>(module.settings());
    known.addAll(GrpcSettings.all());
    Map<String, String> texts = new HashMap<>(more);
    texts.put("redis.uri", redisUri);
    texts.put("grpc.port", "0");
    texts.put("grpc.access-log", "off");
    texts.put("grpc.deadline-default", "30s");
    Settings settings = Settings.of(known, texts);
    MeterRegistry meters = new SimpleMeterRegistry();
    RunningService running =
        module.start(
            new ServiceContext(
                settings,
                folder,
                service -> {
                  throw new IllegalStateException("the feature store needs no peer: " + service);
                },
                meters,
                clock));
    String name = UUID.randomUUID().toString();
    GrpcHost host = GrpcHost.start(settings, name, running.services(), new SimpleMeterRegistry());
    return new RunningStore(
        running,
        host,
        InProcessChannelBuilder.forName(name).maxInboundMessageSize(64 << 20).build(),
        meters);
  }

  List<RunningService.Shortcoming> shortcomings() {
    return running.shortcomings();
  }

  IngestEventsResponse ingest(List<Event> events) {
    return stub.ingestEvents(IngestEventsRequest.newBuilder().addAllEvents(events).build());
  }

  GetIngestStatusResponse status() {
    return stub.getIngestStatus(GetIngestStatusRequest.getDefaultInstance());
  }

  /// Waits until the aggregations have all events.
  void awaitAggregated() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      GetIngestStatusResponse status = status();
      if (status.getAggregatedOffset() == status.getLogEndOffset() && shortcomings().isEmpty()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("aggregation does not get on: " + status + shortcomings());
      }
      Thread.sleep(10);
    }
  }

  List<String> list(String feature, String entityId) {
    return stub.getOnlineFeatures(
            GetOnlineFeaturesRequest.newBuilder()
                .addFeatures(feature)
                .addEntityIds(entityId)
                .build())
        .getResults(0)
        .getValues(0)
        .getStringList()
        .getValuesList();
  }

  static Event event(String id, EventType type, long time, String user, String item) {
    return Event.newBuilder()
        .setEventId(id)
        .setType(type)
        .setEventTimeUnixMs(time)
        .setUserId(user)
        .setItemId(item)
        .build();
  }

  @Override
  public void close() throws Exception {
    channel.shutdownNow();
    host.close();
    running.close();
  }
}
