// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc.PlanningServiceBlockingStub;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceBlockingStub;
import dev.proffer.ranker.promotion.LaneRules;
import dev.proffer.ranker.promotion.PersonFacts;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/// A server with everything that plans and decides campaigns, and the event log of a small shop.
final class PlanningServer implements AutoCloseable {
  final Database database;
  final Promotions promotions;
  final Campaigns campaigns;
  final PromotionServiceBlockingStub shop;
  final PlanningServiceBlockingStub planning;

  private final GrpcHost host;
  private final ManagedChannel channel;

  /// @param database is closed with the server
  /// @param heldOut who gets no offer of a campaign
  PlanningServer(Database database, SmallShop sold, Predicate<String> heldOut, Clock clock)
      throws Exception {
    this.database = database;
    this.promotions =
        new Promotions(
            database,
            sold,
            id -> new PersonFacts(id, Set.of(), 0, 1, 0, null),
            LaneRules.DEFAULT,
            clock,
            new SimpleMeterRegistry());
    String name = "planning-" + UUID.randomUUID();
    this.channel = InProcessChannelBuilder.forName(name).build();
    PlanningDesk desk = new PlanningDesk(channel, promotions, sold, heldOut, clock);
    this.campaigns = new Campaigns(desk, promotions, database, clock, Duration.ofSeconds(60));
    promotions.chooseWith(campaigns::choose);
    promotions.grantWith(campaigns);
    List<BindableService> services = new ArrayList<>(promotions.services());
    services.add(new Events(sold));
    services.add(new PlanningHandler(desk, campaigns));
    this.host =
        GrpcHost.start(
            Settings.of(
                GrpcSettings.all(), Map.of("grpc.port", "0", "grpc.deadline-default", "120s")),
            name,
            services,
            new SimpleMeterRegistry());
    this.shop = PromotionServiceGrpc.newBlockingStub(channel);
    this.planning = PlanningServiceGrpc.newBlockingStub(channel);
  }

  private static final class Events extends FeatureStoreServiceGrpc.FeatureStoreServiceImplBase {
    private final SmallShop sold;

    Events(SmallShop sold) {
      this.sold = sold;
    }

    @Override
    public void readEvents(ReadEventsRequest request, StreamObserver<ReadEventsResponse> observer) {
      for (int at = 0; at < sold.events.size(); at += request.getBatchSize()) {
        int to = Math.min(sold.events.size(), at + request.getBatchSize());
        observer.onNext(
            ReadEventsResponse.newBuilder()
                .setFirstOffset(at)
                .addAllEvents(sold.events.subList(at, to))
                .build());
      }
      observer.onCompleted();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    host.close();
    promotions.close();
    campaigns.close();
    database.close();
  }
}
