// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.proffer.app.contract.HostileMessages.Hostile;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.grpc.Contract;
import dev.proffer.runtime.grpc.RawBytes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Sends every rpc of a whole engine everything that a careless or hostile client could.
class MalformedInputTest {
  /// What bad input may be answered with. OK stands for input that is odd but legal.
  private static final Set<Status.Code> ALLOWED =
      EnumSet.of(
          Status.Code.OK,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.UNIMPLEMENTED);

  /// Calls on things whose state forbids them, rather than calls that are malformed.
  private static final Set<String> STATEFUL =
      Set.of("RollbackModel", "RollbackRegistry", "ApplyRegistry");

  private static TestEngine engine;
  private static ManagedChannel channel;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    engine = TestEngine.start(folder);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", engine.port())
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    channel.shutdownNow();
    engine.close();
  }

  @TestFactory
  List<DynamicTest> refusesBadInputByName() {
    List<DynamicTest> tests = new ArrayList<>();
    for (ServiceDescriptor service : Contract.services()) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        tests.add(
            DynamicTest.dynamicTest(method.getFullMethodName(), () -> refusesBadInput(method)));
      }
    }
    tests.add(DynamicTest.dynamicTest("and the server is still up", this::stillAnswers));
    return tests;
  }

  private void refusesBadInput(MethodDescriptor<?, ?> method) throws Exception {
    Map<Status.Code, Integer> counts = new EnumMap<>(Status.Code.class);
    Set<String> wrong = new TreeSet<>();
    for (Hostile hostile : HostileMessages.forRequest(input(method))) {
      Outcome outcome = call(method, hostile.bytes());
      counts.merge(outcome.status().getCode(), 1, Integer::sum);
      complaint(method, outcome)
          .ifPresent(complaint ->
              wrong.add(
                  hostile.fault()
                      + " → "
                      + outcome.status().getCode()
                      + " "
                      + outcome.status().getDescription()
                      + ": "
                      + complaint));
    }
    assertThat(wrong).as("%s answered %s", method.getFullMethodName(), counts).isEmpty();
  }

  private void stillAnswers() {
    assertThat(
            RecommenderServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .recommend(RecommendRequest.newBuilder().setUserId("anyone").setK(5).build())
                .getRequestId())
        .isNotEmpty();
  }

  private static java.util.Optional<String> complaint(
      MethodDescriptor<?, ?> method, Outcome outcome) throws InvalidProtocolBufferException {
    Status.Code code = outcome.status().getCode();
    if (outcome.stillStreaming()) {
      return java.util.Optional.empty();
    }
    if (code == Status.Code.FAILED_PRECONDITION && STATEFUL.contains(method.getBareMethodName())) {
      return java.util.Optional.empty();
    }
    if (!ALLOWED.contains(code)) {
      return java.util.Optional.of("this code is not for bad input");
    }
    if (code == Status.Code.OK) {
      return java.util.Optional.empty();
    }
    ErrorInfo info = null;
    BadRequest badRequest = null;
    com.google.rpc.Status status =
        StatusProto.fromStatusAndTrailers(outcome.status(), outcome.trailers());
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        info = detail.unpack(ErrorInfo.class);
      }
      if (detail.is(BadRequest.class)) {
        badRequest = detail.unpack(BadRequest.class);
      }
    }
    if (info == null) {
      return java.util.Optional.of("there is no ErrorInfo");
    }
    if (code == Status.Code.INVALID_ARGUMENT
        && (badRequest == null
            || badRequest.getFieldViolationsList().stream()
                .anyMatch(v -> v.getField().isEmpty() || v.getDescription().isEmpty()))) {
      return java.util.Optional.of("no field is named");
    }
    if (code == Status.Code.NOT_FOUND
        && info.getMetadataMap().isEmpty()
        && !info.getReason().equals("CODE_REFUSED")) {
      return java.util.Optional.of("it does not say what was not found");
    }
    return java.util.Optional.empty();
  }

  private static Descriptor input(MethodDescriptor<?, ?> method) {
    if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
      return supplier.getMethodDescriptor().getInputType();
    }
    throw new AssertionError(method.getFullMethodName() + " has no descriptor");
  }

  private record Outcome(Status status, Metadata trailers, boolean stillStreaming) {}

  /// Calls with raw bytes, so that nothing of the client library mends or refuses them.
  private static Outcome call(MethodDescriptor<?, ?> method, byte[] request) throws Exception {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.<byte[], byte[]>newBuilder(new RawBytes(), new RawBytes())
            .setType(method.getType())
            .setFullMethodName(method.getFullMethodName())
            .build();
    CompletableFuture<Outcome> end = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        channel.newCall(raw, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(byte[] message) {
            // A stream may go on for ever, such as one that follows the event log.
            if (!method.getType().serverSendsOneMessage()) {
              end.complete(new Outcome(Status.OK, new Metadata(), true));
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(new Outcome(status, trailers, false));
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    try {
      return end.get(method.getType().serverSendsOneMessage() ? 35 : 1, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      return new Outcome(Status.OK, new Metadata(), true);
    } finally {
      call.cancel("done", null);
    }
  }
}
