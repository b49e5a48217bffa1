// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.GetIngestStatusResponse;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.service.ServiceModule;
import dev.proffer.runtime.settings.Setting;
import io.grpc.BindableService;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Small services that answer over the real contract and really call each other: the chatbot asks
/// the ranker, the ranker asks the feature store.
public final class FakeModules {
  public static final long LOG_END_OFFSET = 42;

  /// A setting that only the chatbot has.
  public static final Setting<Integer> CHAT_TURNS =
      Setting.integer("chatbot.turns", 3, 1, 9, "Turns that are kept");

  private FakeModules() {}

  public static ServiceModules all() {
    return ServiceModules.of(featureStore(), ranker(r -> r), chatbot());
  }

  public static ServiceModule featureStore() {
    return module(
        Peers.FEATURE_STORE,
        List.of(),
        _ ->
            new FeatureStoreServiceGrpc.FeatureStoreServiceImplBase() {
              @Override
              public void getIngestStatus(
                  GetIngestStatusRequest request, StreamObserver<GetIngestStatusResponse> out) {
                out.onNext(
                    GetIngestStatusResponse.newBuilder().setLogEndOffset(LOG_END_OFFSET).build());
                out.onCompleted();
              }

              @Override
              public void readEvents(
                  ReadEventsRequest request, StreamObserver<ReadEventsResponse> out) {
                out.onNext(ReadEventsResponse.newBuilder().setFirstOffset(1).build());
                // Follows a log in which nothing happens.
              }
            });
  }

  /// @param before what happens to a request before it is answered, on the thread of the handler
  public static ServiceModule ranker(UnaryOperator<RecommendRequest> before) {
    return module(
        Peers.RANKER,
        List.of(),
        context ->
            new RecommenderServiceGrpc.RecommenderServiceImplBase() {
              @Override
              public void recommend(
                  RecommendRequest request, StreamObserver<RecommendResponse> out) {
                RecommendRequest asked = before.apply(request);
                long offset =
                    FeatureStoreServiceGrpc.newBlockingStub(
                            context.peers().channel(Peers.FEATURE_STORE))
                        .getIngestStatus(GetIngestStatusRequest.getDefaultInstance())
                        .getLogEndOffset();
                out.onNext(
                    RecommendResponse.newBuilder()
                        .setCatalogueVersion(offset)
                        .addItems(
                            RecommendedItem.newBuilder()
                                .setItemId("sku-1")
                                .setPosition(1)
                                .setCurrency("EUR")
                                .setPriceMinorUnits(950)
                                .setListPriceMinorUnits(1000)
                                .putTitles("en", "Mug <b>")
                                .putTitles("zh", "马克杯"))
                        .setRequestId(asked.getRequestId())
                        .build());
                out.onCompleted();
              }
            });
  }

  public static ServiceModule chatbot() {
    return module(
        Peers.CHATBOT,
        List.of(CHAT_TURNS),
        context ->
            new ChatServiceGrpc.ChatServiceImplBase() {
              @Override
              public void chat(ChatRequest request, StreamObserver<ChatResponse> out) {
                RecommendResponse recommended =
                    RecommenderServiceGrpc.newBlockingStub(context.peers().channel(Peers.RANKER))
                        .recommend(RecommendRequest.newBuilder().setK(1).build());
                out.onNext(
                    ChatResponse.newBuilder()
                        .setText("offset " + recommended.getCatalogueVersion())
                        .build());
                out.onCompleted();
              }
            });
  }

  /// A module that cannot start.
  public static ServiceModule broken(String name) {
    return module(
        name,
        List.of(),
        _ -> {
          throw new IllegalStateException("cannot start");
        });
  }

  /// A module that counts how often it was closed.
  public static ServiceModule counting(ServiceModule module, AtomicInteger closed) {
    return wrapped(
        module, context -> running(module.start(context).services(), closed::incrementAndGet));
  }

  /// A module that asks the feature store while it starts, when nobody answers yet.
  public static ServiceModule impatient(ServiceModule module) {
    return wrapped(
        module,
        context -> {
          try {
            FeatureStoreServiceGrpc.newBlockingStub(context.peers().channel(Peers.FEATURE_STORE))
                .getIngestStatus(GetIngestStatusRequest.getDefaultInstance());
            throw new IllegalStateException("nobody should have answered");
          } catch (StatusRuntimeException e) {
            return module.start(context);
          }
        });
  }

  private interface Start {
    RunningService start(ServiceContext context) throws Exception;
  }

  private static ServiceModule wrapped(ServiceModule module, Start start) {
    return new ServiceModule() {
      @Override
      public String name() {
        return module.name();
      }

      @Override
      public List<Setting<?>> settings() {
        return module.settings();
      }

      @Override
      public RunningService start(ServiceContext context) throws Exception {
        return start.start(context);
      }
    };
  }

  private static ServiceModule module(
      String name, List<Setting<?>> settings, Function<ServiceContext, BindableService> handler) {
    return new ServiceModule() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<Setting<?>> settings() {
        return settings;
      }

      @Override
      public RunningService start(ServiceContext context) {
        return running(List.of(handler.apply(context)), () -> {});
      }
    };
  }

  private static RunningService running(List<BindableService> services, Runnable close) {
    return new RunningService() {
      @Override
      public List<BindableService> services() {
        return services;
      }

      @Override
      public List<Shortcoming> shortcomings() {
        return List.of();
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }
}
