// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.insight;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// A Chromium without a window, driven by its DevTools protocol. Nothing is downloaded: it is the
/// one that is installed, or there is none.
final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final WebSocket socket;
  private final BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
  private final List<String> complaints = new ArrayList<>();
  private int calls;

  /// The browser of this machine, if it has one: named by CHROME_BINARY, or found on the path.
  static Optional<Path> installed() {
    String named = System.getenv("CHROME_BINARY");
    if (named != null && Files.isExecutable(Path.of(named))) {
      return Optional.of(Path.of(named));
    }
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .filter(folder -> !folder.isEmpty())
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path binary, Path profile) throws Exception {
    Path log = profile.resolve("browser.log");
    Files.createDirectories(profile);
    process =
        new ProcessBuilder(
                binary.toString(),
                "--headless",
                // Tests may run as root, where Chromium's own sandbox refuses to start.
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int port = port(profile.resolve("DevToolsActivePort"), log);
    HttpClient client = HttpClient.newHttpClient();
    String page;
    try (InputStream in =
        URI.create("http://127.0.0.1:" + port + "/json/list").toURL().openStream()) {
      page =
          JsonParser.parseString(
                  new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
              .getAsJsonArray()
              .asList()
              .stream()
              .map(target -> target.getAsJsonObject())
              .filter(target -> target.get("type").getAsString().equals("page"))
              .findFirst()
              .orElseThrow()
              .get("webSocketDebuggerUrl")
              .getAsString();
    }
    socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create(page), new Listener())
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    call("Page.enable", Map.of());
    call("Log.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Network.enable", Map.of());
  }

  private int port(Path file, Path log) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < end) {
      if (Files.exists(file)) {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() >= 2) {
          return Integer.parseInt(lines.getFirst());
        }
      }
      if (!process.isAlive()) {
        break;
      }
      Thread.sleep(50);
    }
    process.destroyForcibly();
    throw new IOException("the browser did not start: " + Files.readString(log));
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        messages.add(JsonParser.parseString(text.toString()).getAsJsonObject());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private JsonObject call(String method, Map<String, Object> parameters) throws Exception {
    int id = ++calls;
    com.google.gson.Gson gson = new com.google.gson.Gson();
    socket
        .sendText(gson.toJson(Map.of("id", id, "method", method, "params", parameters)), true)
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    while (true) {
      JsonObject message = next();
      if (message.has("id") && message.get("id").getAsInt() == id) {
        if (message.has("error")) {
          throw new IOException(method + ": " + message.get("error"));
        }
        return message.getAsJsonObject("result");
      }
    }
  }

  private JsonObject next() throws Exception {
    JsonObject message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new TimeoutException("the browser said nothing for " + PATIENCE_SECONDS + " s");
    }
    String method = message.has("method") ? message.get("method").getAsString() : "";
    if (method.equals("Log.entryAdded")) {
      JsonObject entry = message.getAsJsonObject("params").getAsJsonObject("entry");
      if (entry.get("level").getAsString().equals("error")) {
        complaints.add(entry.get("text").getAsString());
      }
    }
    if (method.equals("Network.requestWillBeSent")) {
      requests.add(
          message.getAsJsonObject("params").getAsJsonObject("request").get("url").getAsString());
    }
    return message;
  }

  private final List<String> requests = new ArrayList<>();

  /// What the browser complained about, such as things that a policy forbids.
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// All addresses that were loaded.
  List<String> requests() {
    return List.copyOf(requests);
  }

  /// Opens an address in a window of this size.
  void open(String address, int width, int height, boolean phone) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
    call("Page.navigate", Map.of("url", address));
    while (true) {
      JsonObject message = next();
      if (message.has("method")
          && message.get("method").getAsString().equals("Page.loadEventFired")) {
        return;
      }
    }
  }

  /// The value of an expression.
  JsonObject evaluate(String expression) throws Exception {
    return call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true))
        .getAsJsonObject("result");
  }

  /// Takes a picture of the whole page.
  void picture(Path file) throws Exception {
    JsonObject result =
        call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(result.get("data").getAsString()));
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      process.waitFor(5, TimeUnit.SECONDS);
    }
  }
}
