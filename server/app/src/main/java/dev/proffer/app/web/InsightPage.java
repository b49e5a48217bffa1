// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.proffer.proto.insight.v1.GetReportRequest;
import dev.proffer.proto.insight.v1.GetReportResponse;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The page for marketers as the ranker writes it now. Its style stands in the page, so the policy
/// of the reply names the hash of that style and allows nothing else.
final class InsightPage implements HttpService {
  private static final Pattern HASH = Pattern.compile("sha256-[A-Za-z0-9+/=]{44}");
  private static final int PATIENCE_SECONDS = 20;

  private final InsightServiceGrpc.InsightServiceBlockingStub insight;

  InsightPage(Channel engine) {
    this.insight = InsightServiceGrpc.newBlockingStub(engine);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
      return HttpResponse.of(HttpStatus.METHOD_NOT_ALLOWED);
    }
    String accepted = request.headers().get("accept-language", "en");
    String asked = context.queryParam("lang");
    String language = asked == null ? accepted : asked;
    return HttpResponse.of(
        CompletableFuture.supplyAsync(
            () -> page(language.startsWith("zh") ? "zh" : "en"), context.blockingTaskExecutor()));
  }

  private HttpResponse page(String language) {
    GetReportResponse report;
    try {
      report =
          insight
              .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .getReport(GetReportRequest.newBuilder().setLanguage(language).build());
    } catch (StatusRuntimeException e) {
      return HttpResponse.of(
          HttpStatus.SERVICE_UNAVAILABLE,
          MediaType.PLAIN_TEXT_UTF_8,
          "The page cannot be made now: " + e.getStatus().getCode());
    }
    String style = HASH.matcher(report.getStyleHash()).matches() ? report.getStyleHash() : "none";
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.HTML_UTF_8)
            .set("cache-control", "no-store")
            .set(
                "content-security-policy",
                "default-src 'none'; style-src '"
                    + style
                    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
            .build(),
        HttpData.ofUtf8(report.getHtml()));
  }
}
