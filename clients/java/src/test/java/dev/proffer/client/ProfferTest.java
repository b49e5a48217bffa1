// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.IngestResult;
import dev.proffer.proto.featurestore.v1.StreamFeaturesRequest;
import dev.proffer.proto.featurestore.v1.StreamFeaturesResponse;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsResponse;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client against a real gRPC server whose handlers the tests give.
final class ProfferTest {
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<String> tokens = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void aCallThatIsSafeToRepeatIsRepeatedAsTheSameCall() throws IOException {
    List<String> seen = new ArrayList<>();
    Proffer proffer =
        open(
            recommender(request -> {
              seen.add(request.getRequestId());
              if (seen.size() < 3) {
                throw Status.UNAVAILABLE.withDescription("not yet").asRuntimeException();
              }
              return RecommendResponse.newBuilder().setRequestId(request.getRequestId()).build();
            }));

    RecommendResponse reply = proffer.recommend(Recommend.forUser("u-1"));

    assertThat(seen).hasSize(3).containsOnly(reply.getRequestId());
  }

  @Test
  void aCallThatChangesSomethingIsNotRepeated() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    Proffer proffer =
        open(
            new CatalogueServiceGrpc.CatalogueServiceImplBase() {
              @Override
              public void upsertItems(
                  UpsertItemsRequest request, StreamObserver<UpsertItemsResponse> out) {
                calls.incrementAndGet();
                out.onError(Status.UNAVAILABLE.asRuntimeException());
              }
            });
    CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue =
        proffer.stub(CatalogueServiceGrpc::newBlockingStub);

    assertThatThrownBy(() -> catalogue.upsertItems(UpsertItemsRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class)
        .extracting(ProfferException::from)
        .extracting(ProfferException::code)
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(calls).hasValue(1);
  }

  @Test
  void everyCallHasADeadlineAndTheTokenOfTheMoment() throws IOException {
    List<Long> remainingMillis = new ArrayList<>();
    Queue<String> source = new ArrayDeque<>(List.of("one", "two"));
    Proffer proffer =
        open(
            builder -> builder.token(source::remove),
            recommender(request -> {
              remainingMillis.add(
                  Context.current().getDeadline().timeRemaining(TimeUnit.MILLISECONDS));
              return RecommendResponse.getDefaultInstance();
            }));

    proffer.recommend(Recommend.forUser("u-1"));
    proffer.withTimeout(Duration.ofSeconds(30)).recommend(Recommend.forUser("u-1"));

    assertThat(tokens).containsExactly("Bearer one", "Bearer two");
    assertThat(remainingMillis.get(0)).isLessThanOrEqualTo(5_000);
    assertThat(remainingMillis.get(1)).isBetween(5_001L, 30_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://shop.example:9090", "http://10.0.0.1:9090"})
  void aTokenDoesNotTravelInClear(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Proffer.at(address).token("secret").connect())
        .withMessageStartingWith("token: would travel in clear");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1:9090", "ftp://host:1", "http://", "http://host/path", "http://host:x"})
  void anAddressThatIsNoneIsRefused(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Proffer.connect(address))
        .withMessageStartingWith("address: ");
  }

  @Test
  void errorsSayWhyAndWhichFields() throws IOException {
    Proffer proffer =
        open(
            recommender(request -> {
              throw StatusProto.toStatusRuntimeException(
                  com.google.rpc.Status.newBuilder()
                      .setCode(Status.Code.INVALID_ARGUMENT.value())
                      .setMessage("k: too small")
                      .addDetails(
                          Any.pack(
                              ErrorInfo.newBuilder()
                                  .setReason("INVALID_FIELD")
                                  .setDomain("proffer.dev")
                                  .putMetadata("field", "k")
                                  .build()))
                      .addDetails(
                          Any.pack(
                              BadRequest.newBuilder()
                                  .addFieldViolations(
                                      BadRequest.FieldViolation.newBuilder()
                                          .setField("k")
                                          .setDescription("too small"))
                                  .build()))
                      .build());
            }));

    assertThatThrownBy(() -> proffer.recommend(Recommend.forUser("u-1").limit(0)))
        .asInstanceOf(type(ProfferException.class))
        .satisfies(e -> {
          assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
          assertThat(e.is(ErrorReason.ERROR_REASON_INVALID_FIELD)).isTrue();
          assertThat(e.is(ErrorReason.ERROR_REASON_UNKNOWN_ITEM)).isFalse();
          assertThat(e.fields()).containsExactly(new FieldViolation("k", "too small"));
          assertThat(e.metadata()).containsEntry("field", "k");
        });
  }

  @Test
  void pagesAreFetchedAsTheyAreNeeded() throws IOException {
    List<String> asked = new ArrayList<>();
    Proffer proffer =
        open(
            new PromotionServiceGrpc.PromotionServiceImplBase() {
              @Override
              public void listPromotions(
                  ListPromotionsRequest request, StreamObserver<ListPromotionsResponse> out) {
                String token = request.getPageToken();
                asked.add(token);
                out.onNext(
                    ListPromotionsResponse.newBuilder()
                        .addPromotions(Promotion.newBuilder().setPromotionId("p" + token))
                        .setNextPageToken(token.isEmpty() ? "b" : token.equals("b") ? "c" : "")
                        .build());
                out.onCompleted();
              }
            });

    assertThat(proffer.listPromotions(ListPromotionsRequest.getDefaultInstance()).findFirst())
        .isPresent();
    assertThat(asked).containsExactly("");
    assertThat(proffer.listPromotions(ListPromotionsRequest.getDefaultInstance()))
        .extracting(Promotion::getPromotionId)
        .containsExactly("p", "pb", "pc");
  }

  @Test
  void eventsAndRowsAreSentInBatchesAndAnsweredOneByOne() throws IOException {
    List<Integer> sizes = new ArrayList<>();
    Proffer proffer =
        open(
            new FeatureStoreServiceGrpc.FeatureStoreServiceImplBase() {
              @Override
              public void ingestEvents(
                  IngestEventsRequest request, StreamObserver<IngestEventsResponse> out) {
                sizes.add(request.getEventsCount());
                IngestEventsResponse.Builder reply = IngestEventsResponse.newBuilder();
                for (Event event : request.getEventsList()) {
                  reply.addResults(IngestResult.newBuilder().setReason(event.getItemId()));
                }
                out.onNext(reply.build());
                out.onCompleted();
              }

              @Override
              public StreamObserver<StreamFeaturesRequest> streamFeatures(
                  StreamObserver<StreamFeaturesResponse> out) {
                return new StreamObserver<>() {
                  @Override
                  public void onNext(StreamFeaturesRequest request) {
                    StreamFeaturesResponse.Builder reply =
                        StreamFeaturesResponse.newBuilder().setSequence(request.getSequence());
                    for (FeatureRow row : request.getRowsList()) {
                      reply.addResults(WriteResult.newBuilder().setReason(row.getEntityId()));
                    }
                    out.onNext(reply.build());
                  }

                  @Override
                  public void onError(Throwable thrown) {}

                  @Override
                  public void onCompleted() {
                    out.onCompleted();
                  }
                };
              }
            });
    List<String> ids = IntStream.range(0, 6_500).mapToObj(Integer::toString).toList();

    List<IngestResult> results =
        proffer.record(
            ids.subList(0, 1_500).stream()
                .map(id -> Events.click(id).user("u-1").toEvent())
                .toList());
    assertThat(sizes).containsExactly(1_000, 500);
    assertThat(results).extracting(IngestResult::getReason).isEqualTo(ids.subList(0, 1_500));

    Stream<FeatureRow> rows = ids.stream().map(id -> Rows.of("v", id).put("f", 1.5).toRow());
    try (Stream<WriteResult> written = proffer.streamFeatures(rows.iterator())) {
      assertThat(written).extracting(WriteResult::getReason).isEqualTo(ids);
    }
  }

  @Test
  void aMatrixIsAViewOfTheBytesThatWereReceived() {
    FeatureBlock item =
        FeatureBlock.newBuilder()
            .setFeatureView("item")
            .addFeatures("a")
            .addFeatures("b")
            .setRows(2)
            .setValuesF32Le(floats(1.5f, Float.NaN, 3, -4))
            .setRowStatuses(ByteString.copyFrom(new byte[] {1, 1}))
            .setNullBitmap(ByteString.copyFrom(new byte[] {2}))
            .build();
    FeatureBlock user =
        FeatureBlock.newBuilder()
            .setFeatureView("user")
            .addFeatures("c")
            .setRows(1)
            .setValuesF32Le(floats(7))
            .build();

    FeatureMatrix matrix =
        FeatureMatrix.of(
            GetFeatureMatrixResponse.newBuilder().addContext(user).addCandidates(item).build());

    FeatureMatrix.Block received = matrix.candidates().get(0);
    assertThat(received.values().isReadOnly()).isTrue();
    assertThat(received.toArray()).containsExactly(1.5f, Float.NaN, 3, -4);
    assertThat(received.isNull(0, 1)).isTrue();
    assertThat(received.isNull(1, 1)).isFalse();
    assertThat(matrix.features()).containsExactly("user:c", "item:a", "item:b");
    assertThat(matrix.dense()).containsExactly(7, 1.5f, Float.NaN, 7, 3, -4);
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static BindableService recommender(Function<RecommendRequest, RecommendResponse> answer) {
    return new RecommenderServiceGrpc.RecommenderServiceImplBase() {
      @Override
      public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> out) {
        try {
          out.onNext(answer.apply(request));
          out.onCompleted();
        } catch (StatusRuntimeException e) {
          out.onError(e);
        }
      }
    };
  }

  private Proffer open(BindableService service) throws IOException {
    return open(builder -> builder, service);
  }

  private Proffer open(Function<Proffer.Builder, Proffer.Builder> how, BindableService service)
      throws IOException {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
            .addService(service)
            .intercept(new TokenReader())
            .build()
            .start();
    opened.add(server::shutdownNow);
    Proffer proffer = how.apply(Proffer.at("http://127.0.0.1:" + server.getPort())).connect();
    opened.add(proffer);
    return proffer;
  }

  private final class TokenReader implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String token =
          headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
      if (token != null) {
        tokens.add(token);
      }
      return next.startCall(call, headers);
    }
  }
}
