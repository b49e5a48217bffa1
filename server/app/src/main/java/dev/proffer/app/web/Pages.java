// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.html.HtmlEscapers;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.runtime.service.RunningService.Shortcoming;
import java.util.List;
import java.util.Map;

/// The pages that say what runs.
final class Pages {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Pages() {}

  /// What runs and what it lacks, for monitors.
  static String health(Map<String, List<Shortcoming>> status) {
    ObjectNode health = JSON.createObjectNode();
    health.put("serving", true);
    ObjectNode services = health.putObject("services");
    status.forEach((name, shortcomings) -> {
      ArrayNode list = services.putArray(name);
      shortcomings.forEach(
          missing -> list.addObject().put("part", missing.part()).put("detail", missing.detail()));
    });
    return health.toString();
  }

  /// What runs and where to go, for people.
  static String landing(
      Map<String, List<Shortcoming>> status,
      List<String> grpcServices,
      boolean docs,
      boolean demo) {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Proffer</title>
        <link rel="stylesheet" href="/proffer.css">
        </head>
        <body>
        <main>
        <h1>Proffer</h1>
        <p>This server is running.</p>
        <h2>Services</h2>
        <ul>
        """);
    status.forEach((name, shortcomings) -> {
      page.append("<li><strong>").append(escape(name)).append("</strong>");
      if (shortcomings.isEmpty()) {
        page.append(": all is well");
      }
      shortcomings.forEach(missing ->
          page.append("<br>without ")
              .append(escape(missing.part()))
              .append(": ")
              .append(escape(missing.detail())));
      page.append("</li>\n");
    });
    page.append("</ul>\n<h2>Addresses</h2>\n<ul>\n");
    if (demo) {
      page.append("<li><a href=\"/shop\">/shop</a>: a shop with the chat</li>\n");
      page.append("<li><a href=\"/desk\">/desk</a>: where people of the shop answer</li>\n");
    }
    if (docs) {
      page.append("<li><a href=\"/docs/\">/docs/</a>: the API, to read and to try</li>\n");
    }
    if (grpcServices.contains(InsightServiceGrpc.SERVICE_NAME)) {
      page.append("<li><a href=\"/insight\">/insight</a>: who shops here and how</li>\n");
    }
    page.append(
        """
        <li><a href="/widget/proffer-chat.js">/widget/proffer-chat.js</a>: the chat, as one script tag</li>
        <li><a href="/health">/health</a>: what runs, for monitors</li>
        <li><a href="/metrics">/metrics</a>: figures for Prometheus</li>
        </ul>
        <h2>API</h2>
        <p>gRPC-Web, or JSON by POST to /SERVICE/METHOD:</p>
        <ul>
        """);
    grpcServices.forEach(
        name -> page.append("<li><code>").append(escape(name)).append("</code></li>\n"));
    page.append("</ul>\n</main>\n</body>\n</html>\n");
    return page.toString();
  }

  static final String STYLE =
      """
      :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
      main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
      code { font: 14px/1.5 ui-monospace, monospace; }
      """;

  private static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
