// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcErrorHandler;
import io.grpc.Status;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Errors of JSON calls in the form of the Connect protocol: `code`, `message` and `details` in a
/// JSON object, and an HTTP status that fits (https://connectrpc.com/docs/protocol).
final class ConnectErrors implements UnframedGrpcErrorHandler {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public HttpResponse handle(
      ServiceRequestContext context, Status status, AggregatedHttpResponse response) {
    ObjectNode error = JSON.createObjectNode();
    error.put("code", code(status.getCode()));
    error.put("message", status.getDescription() == null ? "" : status.getDescription());
    @Nullable String details = response.headers().get("grpc-status-details-bin");
    if (details == null) {
      details = response.trailers().get("grpc-status-details-bin");
    }
    if (details != null) {
      addDetails(error, details);
    }
    return HttpResponse.of(
        ResponseHeaders.builder(httpStatus(status.getCode())).contentType(MediaType.JSON).build(),
        HttpData.ofUtf8(error.toString()));
  }

  private static void addDetails(ObjectNode error, String details) {
    try {
      ArrayNode list = error.putArray("details");
      for (Any any :
          com.google.rpc.Status.parseFrom(Base64.getDecoder().decode(details)).getDetailsList()) {
        list.addObject()
            .put("type", any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1))
            .put(
                "value",
                Base64.getEncoder().withoutPadding().encodeToString(any.getValue().toByteArray()));
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      // Code and message say what went wrong; details that cannot be read are left out.
      error.remove("details");
    }
  }

  private static String code(Status.Code code) {
    return code == Status.Code.CANCELLED ? "canceled" : code.name().toLowerCase(Locale.ROOT);
  }

  private static HttpStatus httpStatus(Status.Code code) {
    return switch (code) {
      case OK -> HttpStatus.OK;
      case CANCELLED -> HttpStatus.valueOf(499);
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpStatus.BAD_REQUEST;
      case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpStatus.CONFLICT;
      case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
      case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
      case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
      case UNKNOWN, INTERNAL, DATA_LOSS -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }
}
