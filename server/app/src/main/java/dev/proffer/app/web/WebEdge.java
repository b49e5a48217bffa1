// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.cors.CorsService;
import com.linecorp.armeria.server.docs.DocService;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.service.RunningService.Shortcoming;
import dev.proffer.runtime.settings.Settings;
import io.grpc.Channel;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// What browsers and monitors see: the services as gRPC-Web and as JSON, health, metrics, pages.
///
/// Calls are passed on to the engine over its in-process transport, so they meet the same guard,
/// validation and limits as calls to the gRPC port.
public final class WebEdge implements AutoCloseable {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  // The docs page of Armeria brings scripts and styles in its HTML.
  private static final String DOCS_CONTENT_SECURITY_POLICY =
      "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
          + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final Server server;
  private final String host;

  private WebEdge(Server server, String host) {
    this.server = server;
    this.host = host;
  }

  /// Starts it.
  ///
  /// @param engine a channel to all services of the engine
  /// @param services what they are
  /// @param metrics the figures in the text format of Prometheus
  /// @param status what each hosted service lacks
  public static WebEdge start(
      Settings settings,
      Channel engine,
      List<ServiceDescriptor> services,
      Supplier<String> metrics,
      Supplier<Map<String, List<Shortcoming>>> status)
      throws IOException {
    String host = settings.get(WebSettings.HOST);
    int port = settings.get(WebSettings.PORT);
    boolean docs = settings.get(WebSettings.DOCS);
    boolean demo = settings.get(WebSettings.DEMO_PAGES);
    List<String> origins = settings.get(WebSettings.ALLOWED_ORIGINS);
    List<String> names = services.stream().map(ServiceDescriptor::getName).sorted().toList();
    InetAddress address = InetAddress.getByName(host);

    ServerBuilder builder =
        Server.builder()
            .http(new InetSocketAddress(address, port))
            .maxRequestLength(settings.get(WebSettings.BODY_BYTES_MAX))
            .requestTimeout(settings.get(GrpcSettings.DEADLINE_MAX))
            .idleTimeout(Duration.ofMinutes(1))
            .maxNumConnections(1024)
            .http1MaxHeaderSize(16 << 10)
            .http2MaxHeaderListSize(16 << 10)
            .gracefulShutdownTimeout(Duration.ofMillis(100), settings.get(GrpcSettings.DRAIN_MAX))
            .disableServerHeader()
            .disableDateHeader();
    page(builder, "/", MediaType.HTML_UTF_8, () -> Pages.landing(status.get(), names, docs, demo));
    page(builder, "/proffer.css", MediaType.CSS_UTF_8, () -> Pages.STYLE);
    page(builder, "/health", MediaType.JSON, () -> Pages.health(status.get()));
    page(builder, "/metrics", MediaType.parse("text/plain; version=0.0.4; charset=utf-8"), metrics);
    if (names.contains(InsightServiceGrpc.SERVICE_NAME)) {
      builder.service("/insight", new InsightPage(engine));
    }
    WebFiles.addWidget(builder);
    if (demo) {
      WebFiles.addDemo(builder);
    }
    if (docs) {
      builder.serviceUnder("/docs", DocService.builder().build());
    }
    builder.service(grpc(engine, services));
    // The outermost decorator comes last.
    builder.decorator(WebEdge::secured);
    if (!origins.isEmpty()) {
      builder.decorator(
          CorsService.builder(origins)
              .allowRequestMethods(HttpMethod.POST, HttpMethod.GET)
              .allowRequestHeaders(
                  "content-type",
                  "authorization",
                  "x-grpc-web",
                  "x-user-agent",
                  "x-request-id",
                  "grpc-timeout",
                  "connect-protocol-version",
                  "connect-timeout-ms")
              .exposeHeaders(
                  "grpc-status", "grpc-message", "grpc-status-details-bin", "x-request-id")
              .maxAge(Duration.ofMinutes(10))
              .newDecorator());
    }
    builder.decorator(new OriginGuard(Set.copyOf(origins), address.isLoopbackAddress()));
    Server server = builder.build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw new IOException(
          "web.port: cannot listen on " + host + ":" + port + " (is it in use?)", e);
    }
    return new WebEdge(server, host);
  }

  /// The address for browsers.
  public String address() {
    return "http://" + host + ":" + server.activeLocalPort();
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private static GrpcService grpc(Channel engine, List<ServiceDescriptor> services) {
    GrpcServiceBuilder grpc =
        GrpcService.builder()
            .supportedSerializationFormats(GrpcSerializationFormats.values())
            .enableUnframedRequests(true)
            .unframedGrpcErrorHandler(new ConnectErrors());
    services.forEach(service -> grpc.addService(EngineProxy.of(service, engine)));
    return grpc.build();
  }

  private static void page(
      ServerBuilder builder, String path, MediaType type, Supplier<String> content) {
    builder.service(
        path,
        (HttpService)
            (_, request) ->
                request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD
                    ? HttpResponse.of(HttpStatus.OK, type, HttpData.ofUtf8(content.get()))
                    : HttpResponse.of(HttpStatus.METHOD_NOT_ALLOWED));
  }

  private static HttpResponse secured(
      HttpService next, ServiceRequestContext context, HttpRequest request) throws Exception {
    String policy =
        context.path().startsWith("/docs/")
            ? DOCS_CONTENT_SECURITY_POLICY
            : CONTENT_SECURITY_POLICY;
    return next.serve(context, request)
        .mapHeaders(headers ->
            headers.withMutations(changed ->
                changed
                    // A page with a style of its own says so itself.
                    .set("content-security-policy", changed.get("content-security-policy", policy))
                    .set("x-content-type-options", "nosniff")
                    .set("referrer-policy", "no-referrer")
                    // The widget is for pages of other origins.
                    .set(
                        "cross-origin-resource-policy",
                        changed.get("cross-origin-resource-policy", "same-site"))));
  }
}
