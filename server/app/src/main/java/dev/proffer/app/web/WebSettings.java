// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.web;

import dev.proffer.runtime.settings.Setting;
import java.util.List;

/// Settings of the web edge.
public final class WebSettings {
  public static final Setting<Boolean> ENABLED =
      Setting.flag("web.enabled", true, "Whether browsers are served");

  public static final Setting<String> HOST =
      Setting.text("web.host", "127.0.0.1", "Address to listen on; 0.0.0.0 listens on all of them");

  public static final Setting<Integer> PORT =
      Setting.integer("web.port", 8080, 0, 65535, "Port to listen on; 0 takes a free one");

  public static final Setting<List<String>> ALLOWED_ORIGINS =
      Setting.list(
          "web.allowed-origins",
          "",
          "Origins of pages on other addresses that may call, such as https://shop.example");

  public static final Setting<Integer> BODY_BYTES_MAX =
      Setting.integer(
          "web.body-bytes-max", 64 << 10, 1 << 10, 4 << 20, "Largest request body, in bytes");

  public static final Setting<Boolean> DOCS =
      Setting.flag("web.docs", true, "Whether the page that documents and tries the API is served");

  public static final Setting<Boolean> DEMO_PAGES =
      Setting.flag(
          "web.demo-pages",
          false,
          "Whether a shop at /shop and a desk for agents at /desk are served; the desk asks nobody for a password");

  private WebSettings() {}

  public static List<Setting<?>> all() {
    return List.of(ENABLED, HOST, PORT, ALLOWED_ORIGINS, BODY_BYTES_MAX, DOCS, DEMO_PAGES);
  }
}
