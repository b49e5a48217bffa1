// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;

/// Where the server of a data folder is reached, as it wrote it into the folder.
///
/// @param pid the process
/// @param grpc `host:port` of gRPC
/// @param web the address for browsers, empty when there is no web edge
/// @param services the services that it hosts
public record EngineAddress(long pid, String grpc, String web, List<String> services) {
  void write(Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("pid", Long.toString(pid));
    properties.setProperty("grpc", grpc);
    properties.setProperty("web", web);
    properties.setProperty("services", String.join(",", services));
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    try (Writer writer = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
      properties.store(writer, null);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  static EngineAddress read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    try {
      return new EngineAddress(
          Long.parseLong(properties.getProperty("pid", "")),
          properties.getProperty("grpc", ""),
          properties.getProperty("web", ""),
          List.of(properties.getProperty("services", "").split(",", -1)));
    } catch (NumberFormatException e) {
      throw new IOException(file + ": cannot be read; remove it when no server runs", e);
    }
  }
}
