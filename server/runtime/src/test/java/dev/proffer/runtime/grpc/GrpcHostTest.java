// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.settings.Settings;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.StreamRecorder;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrpcHostTest {
  private final Map<String, String> texts = new HashMap<>(Map.of("grpc.port", "0"));
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicReference<String> seenRequestId = new AtomicReference<>("");
  private Consumer<RecommendRequest> behaviour = request -> {};
  private GrpcHost host;
  private ManagedChannel channel;

  @AfterEach
  void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (host != null) {
      host.close();
    }
  }

  @Test
  void namesEveryFieldThatBreaksARule() throws Exception {
    StatusRuntimeException refused =
        refusal(RecommendRequest.newBuilder().setK(0).setUserId("u".repeat(300)).build());

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(detail(refused, BadRequest.class).getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactlyInAnyOrder("k", "user_id");
    assertThat(detail(refused, ErrorInfo.class).getReason()).isEqualTo("INVALID_FIELD");
  }

  @Test
  void namesTheFieldOfARuleOverSeveralFields() {
    assertThat(
            RequestValidator.violations(
                dev.proffer.proto.ranker.v1.Item.newBuilder()
                    .setItemId("a")
                    .putTitles("en", "A")
                    .setCurrency("GBP")
                    .setPriceMinorUnits(100)
                    .setFloorPriceMinorUnits(200)
                    .build()))
        .extracting(ProfferException.FieldViolation::field)
        .containsExactly("floor_price_minor_units");
  }

  @Test
  void refusesARequestAboveTheLimitWithTheLimit() throws Exception {
    byte[] large = new byte[(4 << 20) + 1];
    StatusRuntimeException refused = rawRefusal(large);

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(detail(refused, ErrorInfo.class).getReason()).isEqualTo("MESSAGE_TOO_LARGE");
    assertThat(refused.getStatus().getDescription()).contains("request", "4194304");
  }

  @Test
  void refusesBytesThatAreNotAMessage() throws Exception {
    StatusRuntimeException refused =
        rawRefusal("this is not protobuf".getBytes(StandardCharsets.UTF_8));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(detail(refused, ErrorInfo.class).getMetadataMap()).containsEntry("field", "request");
  }

  @Test
  void tellsKnownFailuresAndHidesUnknownOnes() throws Exception {
    behaviour =
        request -> {
          throw ProfferException.notFound(
              ErrorReason.ERROR_REASON_UNKNOWN_ITEM, "item_id", "sku-1");
        };
    StatusRuntimeException known = refusal(valid());
    assertThat(known.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(detail(known, ErrorInfo.class).getMetadataMap()).containsEntry("item_id", "sku-1");

    behaviour =
        request -> {
          throw new IllegalStateException("password=secret");
        };
    StatusRuntimeException unknown = refusal(valid());
    assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(unknown.getMessage()).doesNotContain("secret");
    assertThat(detail(unknown, ErrorInfo.class).getMetadataMap()).containsKey("request_id");
  }

  @Test
  void endsCallsWhoseCallerSetNoDeadline() throws Exception {
    texts.put("grpc.deadline-default", "100ms");
    CountDownLatch release = new CountDownLatch(1);
    behaviour =
        request -> {
          try {
            release.await(50, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    StatusRuntimeException refused = refusal(valid());
    release.countDown();

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void refusesCallsAboveTheLimitWithATimeToRetry() throws Exception {
    texts.put("grpc.calls-max", "1");
    texts.put("grpc.deadline-default", "60s");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    behaviour =
        request -> {
          inside.countDown();
          try {
            release.await(50, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    RecommenderServiceGrpc.RecommenderServiceFutureStub future =
        RecommenderServiceGrpc.newFutureStub(start());
    var first = future.recommend(valid());
    assertThat(inside.await(50, TimeUnit.SECONDS)).isTrue();

    StatusRuntimeException refused = refusal(valid());
    release.countDown();

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(detail(refused, ErrorInfo.class).getReason()).isEqualTo("OVERLOADED");
    assertThat(detail(refused, com.google.rpc.RetryInfo.class).hasRetryDelay()).isTrue();
    assertThat(first.get(50, TimeUnit.SECONDS)).isNotNull();
    // The place is free again.
    behaviour = request -> {};
    assertThat(stub().recommend(valid())).isNotNull();
  }

  @Test
  void carriesTheRequestIdThroughHandlersAndPeers() throws Exception {
    Metadata headers = new Metadata();
    headers.put(RequestId.HEADER, "abc-1");
    behaviour = request -> seenRequestId.set(RequestId.current());
    start();
    AtomicReference<Metadata> replyHeaders = new AtomicReference<>();
    stub()
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(headers),
            MetadataUtils.newCaptureMetadataInterceptor(replyHeaders, new AtomicReference<>()))
        .recommend(valid());

    assertThat(seenRequestId.get()).isEqualTo("abc-1");
    assertThat(replyHeaders.get().get(RequestId.HEADER)).isEqualTo("abc-1");

    try (PeerChannels peers =
        new PeerChannels(settings(), Set.of(Peers.RANKER), "grpc-host-test")) {
      assertThat(
              RecommenderServiceGrpc.newBlockingStub(peers.channel(Peers.RANKER))
                  .recommend(valid())
                  .getRequestId())
          .isEqualTo("ok");
    }
  }

  @Test
  void servesOnlyWhenToldAndLeavesBeforeItStops() throws Exception {
    start();
    HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
    assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
        .isEqualTo(ServingStatus.NOT_SERVING);
    host.serving();
    assertThat(
            health
                .check(
                    HealthCheckRequest.newBuilder()
                        .setService(RecommenderServiceGrpc.SERVICE_NAME)
                        .build())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void letsCallsUnderWayFinishWhenItStops() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    behaviour =
        request -> {
          inside.countDown();
          try {
            Thread.sleep(300);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    var call = RecommenderServiceGrpc.newFutureStub(start()).recommend(valid());
    assertThat(inside.await(50, TimeUnit.SECONDS)).isTrue();
    host.close();

    assertThat(call.get(5, TimeUnit.SECONDS).getRequestId()).isEqualTo("ok");
  }

  @Test
  void countsCallsByMethodAndCode() throws Exception {
    refusal(RecommendRequest.newBuilder().setK(-1).build());

    Search refused =
        meters
            .find("proffer.grpc.call")
            .tag("code", "INVALID_ARGUMENT")
            .tag("method", "proffer.ranker.v1.RecommenderService/Recommend");
    // A call is counted when it has ended, which its caller may know first.
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (refused.timer() == null && System.nanoTime() < until) {
      Thread.sleep(5);
    }
    Timer timer = refused.timer();
    assertThat(timer).isNotNull();
    assertThat(timer.count()).isEqualTo(1);
  }

  @Test
  void answersEachOfManyCallsAtOnce() throws Exception {
    // However busy the machine is.
    texts.put("grpc.wait-max", "0s");
    RecommenderServiceGrpc.RecommenderServiceStub caller = RecommenderServiceGrpc.newStub(start());
    List<StreamRecorder<RecommendResponse>> recorders = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      StreamRecorder<RecommendResponse> recorder = StreamRecorder.create();
      caller.recommend(valid(), recorder);
      recorders.add(recorder);
    }
    for (StreamRecorder<RecommendResponse> recorder : recorders) {
      assertThat(recorder.awaitCompletion(50, TimeUnit.SECONDS)).isTrue();
      assertThat(recorder.getError()).isNull();
      assertThat(recorder.getValues())
          .extracting(RecommendResponse::getRequestId)
          .containsExactly("ok");
    }
  }

  @Test
  void saysThatAServiceIsHostedElsewhere() throws Exception {
    start();
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                dev.proffer.proto.insight.v1.InsightServiceGrpc.newBlockingStub(channel)
                    .listSegments(
                        dev.proffer.proto.insight.v1.ListSegmentsRequest.getDefaultInstance()));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(detail(refused, ErrorInfo.class).getReason()).isEqualTo("NOT_IMPLEMENTED");
    assertThat(refused.getStatus().getDescription()).contains("does not host");
  }

  @Test
  void answersUnavailableForAPeerWithoutAddress() {
    try (PeerChannels peers = new PeerChannels(settings(), Set.of(), "nobody")) {
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  RecommenderServiceGrpc.newBlockingStub(peers.channel(Peers.RANKER))
                      .recommend(valid()));
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  private static RecommendRequest valid() {
    return RecommendRequest.newBuilder().setUserId("u1").setK(10).build();
  }

  private Settings settings() {
    return Settings.of(GrpcSettings.all(), texts);
  }

  private ManagedChannel start() throws IOException {
    if (host == null) {
      host = GrpcHost.start(settings(), "grpc-host-test", List.of(new Recommender()), meters);
      channel = NettyChannelBuilder.forAddress("127.0.0.1", host.port()).usePlaintext().build();
    }
    return channel;
  }

  private RecommenderServiceGrpc.RecommenderServiceBlockingStub stub() throws IOException {
    return RecommenderServiceGrpc.newBlockingStub(start()).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private StatusRuntimeException refusal(RecommendRequest request) throws IOException {
    RecommenderServiceGrpc.RecommenderServiceBlockingStub stub =
        RecommenderServiceGrpc.newBlockingStub(start());
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub.recommend(request));
  }

  private StatusRuntimeException rawRefusal(byte[] bytes) throws IOException {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder(new RawBytes(), new RawBytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(RecommenderServiceGrpc.getRecommendMethod().getFullMethodName())
            .build();
    start();
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, bytes));
  }

  private static <T extends com.google.protobuf.Message> T detail(
      StatusRuntimeException failure, Class<T> type) throws InvalidProtocolBufferException {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        return any.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + status);
  }

  private final class Recommender extends RecommenderServiceGrpc.RecommenderServiceImplBase {
    @Override
    public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> observer) {
      behaviour.accept(request);
      observer.onNext(RecommendResponse.newBuilder().setRequestId("ok").build());
      observer.onCompleted();
    }
  }
}
