// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import dev.proffer.runtime.failure.ProfferException;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Answers calls of the contract that this process does not host, with the reason, so that a caller
/// can tell "not here" from "no such thing".
final class NotHosted extends HandlerRegistry {
  private final Set<String> hostedServices;

  NotHosted(Set<String> hostedServices) {
    this.hostedServices = Set.copyOf(hostedServices);
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String methodName, @Nullable String authority) {
    return Contract.method(methodName).map(this::refusing).orElse(null);
  }

  private <Q, R> ServerMethodDefinition<Q, R> refusing(MethodDescriptor<Q, R> method) {
    String service = String.valueOf(method.getServiceName());
    String detail =
        hostedServices.contains(service)
            ? "this version of the server does not offer it"
            : "this server does not host " + service;
    return ServerMethodDefinition.create(method, new Refusal<>(method.getFullMethodName(), detail));
  }

  private record Refusal<Q, R>(String method, String detail) implements ServerCallHandler<Q, R> {
    @Override
    public ServerCall.Listener<Q> startCall(ServerCall<Q, R> call, Metadata headers) {
      StatusRuntimeException refusal = ProfferException.notImplemented(method, detail).toGrpc();
      Metadata trailers = refusal.getTrailers();
      call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
  }
}
