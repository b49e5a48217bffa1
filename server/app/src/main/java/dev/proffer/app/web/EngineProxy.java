// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The engine's services as the web edge offers them: every call is passed on to the engine, where
/// the guard, validation and limits of the gRPC port are.
///
/// Browsers can neither stream requests nor speak HTTP/2 frames, so only methods that take one
/// request are offered. Streams of replies are passed on at the speed of the reader.
final class EngineProxy {
  /// What a browser may tell the engine beside the message.
  private static final List<Metadata.Key<String>> PASSED_ON =
      List.of(key("authorization"), key("x-request-id"), key("accept-language"));

  private EngineProxy() {}

  static ServerServiceDefinition of(ServiceDescriptor service, Channel engine) {
    List<MethodDescriptor<?, ?>> offered =
        service.getMethods().stream()
            .filter(method -> method.getType().clientSendsOneMessage())
            .toList();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getName())
            .setSchemaDescriptor(service.getSchemaDescriptor());
    offered.forEach(descriptor::addMethod);
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    offered.forEach(method -> add(definition, method, engine));
    return definition.build();
  }

  private static <Q, R> void add(
      ServerServiceDefinition.Builder definition, MethodDescriptor<Q, R> method, Channel engine) {
    ServerCallHandler<Q, R> handler =
        (call, headers) -> {
          Channel channel =
              ClientInterceptors.intercept(
                  engine, MetadataUtils.newAttachHeadersInterceptor(passedOn(headers)));
          ServerCallHandler<Q, R> once =
              method.getType().serverSendsOneMessage()
                  ? ServerCalls.asyncUnaryCall((request, out) -> one(channel, method, request, out))
                  : ServerCalls.asyncServerStreamingCall(
                      (request, out) -> many(channel, method, request, out));
          return once.startCall(call, headers);
        };
    definition.addMethod(method, handler);
  }

  private static <Q, R> void one(
      Channel channel, MethodDescriptor<Q, R> method, Q request, StreamObserver<R> out) {
    cancelledWith(out)
        .run(() ->
            ClientCalls.asyncUnaryCall(channel.newCall(method, CallOptions.DEFAULT), request, out));
  }

  private static <Q, R> void many(
      Channel channel, MethodDescriptor<Q, R> method, Q request, StreamObserver<R> out) {
    cancelledWith(out)
        .run(() ->
            ClientCalls.asyncServerStreamingCall(
                channel.newCall(method, CallOptions.DEFAULT),
                request,
                new Paced<Q, R>((ServerCallStreamObserver<R>) out)));
  }

  /// A context that ends when the browser goes away, and the call to the engine with it.
  private static Context cancelledWith(StreamObserver<?> out) {
    Context.CancellableContext context = Context.current().withCancellation();
    ((ServerCallStreamObserver<?>) out).setOnCancelHandler(() -> context.cancel(null));
    return context;
  }

  private static Metadata passedOn(Metadata headers) {
    Metadata passed = new Metadata();
    for (Metadata.Key<String> key : PASSED_ON) {
      @Nullable String value = headers.get(key);
      if (value != null) {
        passed.put(key, value);
      }
    }
    return passed;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /// Asks the engine for the next message when the browser has taken the one before.
  private static final class Paced<Q, R> implements ClientResponseObserver<Q, R> {
    private final ServerCallStreamObserver<R> out;
    private @Nullable ClientCallStreamObserver<Q> call;

    Paced(ServerCallStreamObserver<R> out) {
      this.out = out;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> call) {
      this.call = call;
      call.disableAutoRequestWithInitial(1);
      out.setOnReadyHandler(() -> call.request(1));
    }

    @Override
    public void onNext(R message) {
      out.onNext(message);
      if (call != null && out.isReady()) {
        call.request(1);
      }
    }

    @Override
    public void onError(Throwable thrown) {
      out.onError(thrown);
    }

    @Override
    public void onCompleted() {
      out.onCompleted();
    }
  }
}
