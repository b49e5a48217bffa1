// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import com.google.protobuf.Message;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;

/// Refuses requests that break the rules of the protos, before a handler sees them.
final class ValidationInterceptor implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
        next.startCall(call, headers)) {
      @Override
      public void onMessage(Q request) {
        if (request instanceof Message message) {
          List<FieldViolation> violations = RequestValidator.violations(message);
          if (!violations.isEmpty()) {
            throw ProfferException.invalidFields(violations);
          }
        }
        super.onMessage(request);
      }
    };
  }
}
