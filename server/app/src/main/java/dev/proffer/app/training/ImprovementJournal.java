// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Every step of every improvement, one JSON object a line, on disk before the step counts as done.
public final class ImprovementJournal {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Clock clock;

  public ImprovementJournal(Path modelsFolder, Clock clock) {
    this.file = modelsFolder.resolve("improvements.jsonl");
    this.clock = clock;
  }

  /// Writes a step.
  public JsonNode record(String step, String modelVersion, Map<String, Object> details)
      throws IOException {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("at", Instant.ofEpochMilli(clock.millis()).toString());
    entry.put("at_unix_ms", clock.millis());
    entry.put("step", step);
    entry.put("model_version", modelVersion);
    details.forEach((name, value) -> entry.set(name, JSON.valueToTree(value)));
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    // A line that a crash cut off must not swallow this one.
    String start = endsInsideALine() ? "\n" : "";
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      ByteBuffer line = ByteBuffer.wrap((start + entry + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      channel.force(true);
    }
    return entry;
  }

  private boolean endsInsideALine() throws IOException {
    if (!Files.exists(file) || Files.size(file) == 0) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.read(last, channel.size() - 1) == 1 && last.get(0) != '\n';
    }
  }

  /// All steps, oldest first. A line that was cut off by a crash is passed over.
  public List<JsonNode> entries() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        try {
          entries.add(JSON.readTree(line));
        } catch (com.fasterxml.jackson.core.JsonProcessingException _) {
          // The last line of a process that died while it wrote.
        }
      }
    }
    return entries;
  }

  /// The bundle whose canary is under way; empty for none.
  public String canary() throws IOException {
    String version = "";
    for (JsonNode entry : entries()) {
      switch (entry.path("step").asText()) {
        case "canary" -> version = entry.path("model_version").asText();
        case "promoted", "rolled-back" -> version = "";
        default -> {}
      }
    }
    return version;
  }
}
