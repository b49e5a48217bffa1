// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Refuses pages that are not ours: a request with an `Origin` must come from this server or from
/// an allowed origin, and on a loopback address the `Host` must be a loopback name, so that a
/// foreign name that resolves to this machine (DNS rebinding) reaches nothing.
///
/// Programs that are not browsers send no `Origin` and pass.
final class OriginGuard implements DecoratingHttpServiceFunction {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Set<String> allowed;
  private final boolean loopbackOnly;

  OriginGuard(Set<String> allowed, boolean loopbackOnly) {
    this.allowed = Set.copyOf(allowed);
    this.loopbackOnly = loopbackOnly;
  }

  @Override
  public HttpResponse serve(HttpService next, ServiceRequestContext context, HttpRequest request)
      throws Exception {
    @Nullable String authority = request.authority();
    if (loopbackOnly && (authority == null || !LOOPBACK.contains(hostOf(authority)))) {
      return refuse(request, "Host: must be a name of this machine");
    }
    @Nullable String origin = request.headers().get("origin");
    if (origin != null && !allowed.contains(origin) && !isOurs(origin, authority)) {
      return refuse(request, "Origin: is not in web.allowed-origins");
    }
    return next.serve(context, request);
  }

  private static boolean isOurs(String origin, @Nullable String authority) {
    try {
      return authority != null && authority.equalsIgnoreCase(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String hostOf(String authority) {
    String name = authority.replaceFirst(":\\d+$", "");
    return name.toLowerCase(Locale.ROOT);
  }

  /// The body is read (and thrown away, within the limit of its length) before the answer: over
  /// HTTP/2 an answer that comes first cancels the stream, and a client may then see only that.
  private static HttpResponse refuse(HttpRequest request, String why) {
    return HttpResponse.of(
        request
            .subscribe()
            .handle(
                (_, _) -> HttpResponse.of(HttpStatus.FORBIDDEN, MediaType.PLAIN_TEXT_UTF_8, why)));
  }
}
