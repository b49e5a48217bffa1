// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import com.google.common.hash.Hashing;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/// What browsers load: the chat widget, and the shop and the desk of the demo.
///
/// The files are bundles that `clients/chat-widget/build` made. They are read and compressed once;
/// browsers keep them and ask whether they have changed.
final class WebFiles {
  /// No markup may become a script in our pages: not from a string either.
  private static final String PAGE_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'";

  private WebFiles() {}

  /// The script that shops put into their pages, which may stand at any origin.
  static void addWidget(ServerBuilder builder) {
    builder.service(
        "/widget/proffer-chat.js", file("widget/proffer-chat.js", MediaType.JAVASCRIPT_UTF_8));
  }

  /// The shop at `/shop` and the desk at `/desk`.
  static void addDemo(ServerBuilder builder) {
    builder.service("/shop", file("demo/storefront.html", MediaType.HTML_UTF_8));
    builder.service("/desk", file("demo/desk.html", MediaType.HTML_UTF_8));
    for (String page : new String[] {"storefront", "desk"}) {
      builder.service(
          "/demo/" + page + ".js", file("demo/" + page + ".js", MediaType.JAVASCRIPT_UTF_8));
      builder.service("/demo/" + page + ".css", file("demo/" + page + ".css", MediaType.CSS_UTF_8));
    }
    builder.service("/demo/icon.svg", file("demo/icon.svg", MediaType.SVG_UTF_8));
  }

  private static HttpService file(String name, MediaType type) {
    byte[] content = read(name);
    byte[] compressed = compress(content);
    String tag = "\"" + Hashing.sha256().hashBytes(content).toString().substring(0, 32) + "\"";
    boolean isPage = type.is(MediaType.HTML_UTF_8);
    return (ServiceRequestContext _, HttpRequest request) -> {
      if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
        return HttpResponse.of(HttpStatus.METHOD_NOT_ALLOWED);
      }
      boolean known = request.headers().get("if-none-match", "").contains(tag);
      boolean small = request.headers().get("accept-encoding", "").contains("gzip");
      ResponseHeadersBuilder headers =
          ResponseHeaders.builder(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
              .set("etag", tag)
              .set("cache-control", "no-cache")
              .set("vary", "accept-encoding");
      if (isPage) {
        headers.set("content-security-policy", PAGE_POLICY);
      } else {
        headers.set("cross-origin-resource-policy", "cross-origin");
      }
      if (known) {
        return HttpResponse.of(headers.build());
      }
      headers.contentType(type);
      if (small) {
        headers.set("content-encoding", "gzip");
      }
      return HttpResponse.of(headers.build(), HttpData.wrap(small ? compressed : content));
    };
  }

  private static byte[] read(String name) {
    try (InputStream in = WebFiles.class.getResourceAsStream("files/" + name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] compress(byte[] content) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compressed.toByteArray();
  }
}
