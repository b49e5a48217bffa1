// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/// Where a server is.
record Address(String host, int port, boolean tls) {
  static Address parse(String text) {
    try {
      URI uri = new URI(text);
      @Nullable String host = uri.getHost();
      boolean tls = "https".equals(uri.getScheme());
      if (host != null
          && (tls || "http".equals(uri.getScheme()))
          && (uri.getPath().isEmpty() || uri.getPath().equals("/"))
          && uri.getQuery() == null) {
        return new Address(host, uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80, tls);
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(expected(text), e);
    }
    throw new IllegalArgumentException(expected(text));
  }

  private static String expected(String text) {
    return "address: \"" + text + "\" (expected http://host:port or https://host:port)";
  }

  String target() {
    return "dns:///" + host + ":" + port;
  }

  /// Whether nobody on the way can read a token.
  boolean mayCarryToken() {
    return tls
        || host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.\\d+\\.\\d+\\.\\d+");
  }
}
