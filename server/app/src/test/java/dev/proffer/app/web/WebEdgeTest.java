// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.FakeModules;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class WebEdgeTest {
  private static final String RECOMMEND = "/proffer.ranker.v1.RecommenderService/Recommend";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private static Path folder;

  private static Engine engine;
  private static String address;

  @BeforeAll
  static void start() throws Exception {
    engine =
        Engine.start(
            new EnginePlan(
                DataFolder.at(folder),
                FakeModules.all().names(),
                FakeModules.all(),
                Map.of(
                    "grpc.port", "0",
                    "web.port", "0",
                    "web.body-bytes-max", "2048",
                    "web.demo-pages", "true",
                    "web.allowed-origins", "https://shop.example")));
    address = engine.address().web();
  }

  @AfterAll
  static void stop() {
    engine.close();
  }

  @Test
  void answersJsonCallsWithTheNamesOfJson() throws Exception {
    HttpResponse<String> response = post(RECOMMEND, "{\"k\": 1, \"requestId\": \"r-1\"}");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/json");
    assertThat(response.body()).contains("\"itemId\"").contains("sku-1").contains("\"r-1\"");
  }

  @Test
  void answersGrpcWebCalls() throws Exception {
    byte[] message =
        RecommendRequest.newBuilder().setK(1).setRequestId("r-2").build().toByteArray();
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(frame);
    out.writeByte(0);
    out.writeInt(message.length);
    out.write(message);
    HttpResponse<byte[]> response =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(address + RECOMMEND))
                .header("content-type", "application/grpc-web+proto")
                .header("x-grpc-web", "1")
                .POST(HttpRequest.BodyPublishers.ofByteArray(frame.toByteArray()))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    ByteBuffer body = ByteBuffer.wrap(response.body());
    assertThat(body.get()).isZero();
    byte[] reply = new byte[body.getInt()];
    body.get(reply);
    assertThat(RecommendResponse.parseFrom(reply).getRequestId()).isEqualTo("r-2");
    assertThat(new String(response.body(), StandardCharsets.US_ASCII)).contains("grpc-status");
  }

  @Test
  void bodiesThatBreakARuleGetTheErrorOfTheConnectProtocolWithDetails() throws Exception {
    HttpResponse<String> response = post(RECOMMEND, "{\"k\": 100000}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body())
        .contains("\"code\":\"invalid_argument\"")
        .contains("k: ")
        .contains("google.rpc.BadRequest")
        .contains("google.rpc.ErrorInfo");
  }

  @Test
  void bodiesThatAreNotJsonAreTheCallersFault() throws Exception {
    for (String body : new String[] {"", "{", "[]", "nonsense", "{\"k\": \"x\"}"}) {
      HttpResponse<String> response = post(RECOMMEND, body);
      assertThat(response.statusCode()).as(body).isBetween(400, 499);
    }
  }

  @Test
  void theWidgetIsForPagesOfOtherOriginsAndIsKeptByBrowsers() throws Exception {
    HttpResponse<String> script = get("/widget/proffer-chat.js");
    assertThat(script.statusCode()).isEqualTo(200);
    assertThat(script.headers().firstValue("content-type").orElse("")).contains("javascript");
    assertThat(script.headers().firstValue("cross-origin-resource-policy"))
        .hasValue("cross-origin");
    assertThat(script.body()).contains("proffer-chat");
    HttpResponse<String> again =
        send(
            HttpRequest.newBuilder(URI.create(address + "/widget/proffer-chat.js"))
                .header("if-none-match", script.headers().firstValue("etag").orElse(""))
                .GET());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void thePagesOfTheDemoRunOnlyOurScriptsAndNoneFromStrings() throws Exception {
    for (String path : new String[] {"/shop", "/desk"}) {
      HttpResponse<String> page = get(path);
      assertThat(page.statusCode()).as(path).isEqualTo(200);
      assertThat(page.headers().firstValue("content-security-policy").orElse(""))
          .contains("script-src 'self';")
          .contains("require-trusted-types-for 'script'")
          .doesNotContain("unsafe");
      assertThat(page.headers().firstValue("cross-origin-resource-policy")).hasValue("same-site");
      // What it names is there.
      Matcher named = Pattern.compile("(?:src|href)=\"(/[^\"]*)\"").matcher(page.body());
      while (named.find()) {
        assertThat(get(named.group(1)).statusCode()).as(named.group(1)).isEqualTo(200);
      }
    }
  }

  @Test
  void bodiesAboveTheLimitAreRefused() throws Exception {
    HttpResponse<String> response =
        post(RECOMMEND, "{\"k\": 1, \"userId\": \"" + "x".repeat(4000) + "\"}");
    assertThat(response.statusCode()).isIn(413, 429);
  }

  @Test
  void unknownMethodsAndServicesAreNotFound() throws Exception {
    assertThat(post("/proffer.ranker.v1.RecommenderService/Nothing", "{}").statusCode())
        .isIn(404, 501);
    assertThat(post("/nothing", "{}").statusCode()).isEqualTo(404);
  }

  @Test
  void onlyAllowedOriginsAreServed() throws Exception {
    assertThat(withOrigin("https://evil.example").statusCode()).isEqualTo(403);
    assertThat(withOrigin("null").statusCode()).isEqualTo(403);
    assertThat(withOrigin(address).statusCode()).isEqualTo(200);
    HttpResponse<String> allowed = withOrigin("https://shop.example");
    assertThat(allowed.statusCode()).isEqualTo(200);
    assertThat(allowed.headers().firstValue("access-control-allow-origin"))
        .contains("https://shop.example");
  }

  @Test
  void preflightsOfAllowedOriginsSucceedAndOfOthersDoNot() throws Exception {
    HttpResponse<String> allowed = preflight("https://shop.example");
    assertThat(allowed.statusCode()).isEqualTo(200);
    assertThat(allowed.headers().firstValue("access-control-allow-headers").orElse(""))
        .contains("connect-protocol-version");
    assertThat(
            preflight("https://evil.example").headers().firstValue("access-control-allow-origin"))
        .isEmpty();
  }

  @Test
  void aForeignNameThatResolvesToThisMachineReachesNothing() throws Exception {
    URI uri = URI.create(address);
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(reply).startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void pagesSayWhatRunsAndCarryAPolicyAgainstForeignContent() throws Exception {
    HttpResponse<String> landing = get("/");
    assertThat(landing.statusCode()).isEqualTo(200);
    assertThat(landing.body())
        .contains("ranker")
        .contains("proffer.ranker.v1.RecommenderService")
        .contains("/docs/");
    assertThat(landing.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'")
        .contains("frame-ancestors 'none'");
    assertThat(landing.headers().firstValue("x-content-type-options")).contains("nosniff");
    assertThat(get("/proffer.css").statusCode()).isEqualTo(200);
    assertThat(get("/docs/").statusCode()).isEqualTo(200);
  }

  @Test
  void monitorsGetHealthAndFigures() throws Exception {
    assertThat(get("/health").body()).contains("\"serving\":true").contains("\"ranker\":[]");
    post(RECOMMEND, "{\"k\": 1}");
    assertThat(get("/metrics").body())
        .contains("jvm_memory_used_bytes")
        .contains("proffer_grpc_call");
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(address + path)).GET());
  }

  private static HttpResponse<String> post(String path, String json) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(address + path))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private static HttpResponse<String> withOrigin(String origin) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(address + RECOMMEND))
            .header("content-type", "application/json")
            .header("origin", origin)
            .POST(HttpRequest.BodyPublishers.ofString("{\"k\": 1}")));
  }

  private static HttpResponse<String> preflight(String origin) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create(address + RECOMMEND))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,connect-protocol-version")
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
