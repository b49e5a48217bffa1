// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// The id that follows one request through all services and their logs.
public final class RequestId {
  /// The header that carries it, in requests and replies.
  public static final Metadata.Key<String> HEADER =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  static final Context.Key<String> CONTEXT = Context.key("request-id");

  private static final int LENGTH_MAX = 128;

  private RequestId() {}

  /// The id of the request that this thread works for; empty outside of a request.
  public static String current() {
    String id = CONTEXT.get();
    return id == null ? "" : id;
  }

  /// The id that the caller sent, when it is usable, or a new one.
  static String fromOrNew(Metadata headers) {
    String sent = headers.get(HEADER);
    if (sent != null && sent.matches("[A-Za-z0-9_.:-]{1," + LENGTH_MAX + "}")) {
      return sent;
    }
    return next();
  }

  /// A new id of 64 random bits.
  public static String next() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
