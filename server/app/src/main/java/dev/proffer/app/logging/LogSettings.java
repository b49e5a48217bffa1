// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.logging;

import dev.proffer.runtime.settings.Setting;
import java.nio.file.Path;
import java.util.List;

/// Settings of the log.
public final class LogSettings {
  /// How much is logged.
  public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /// How a line looks.
  public enum Format {
    TEXT,
    JSON
  }

  public static final Setting<Level> LEVEL =
      Setting.oneOf("log.level", Level.INFO, Level.class, "The least severe level that is logged");

  public static final Setting<Format> FORMAT =
      Setting.oneOf("log.format", Format.TEXT, Format.class, "Lines for people, or JSON for tools");

  public static final Setting<Path> FILE =
      Setting.path(
          "log.file",
          "",
          "File to log to, below the data folder when relative; empty logs to the standard error"
              + " of a server, and to log/proffer.log below the data folder for other commands");

  private LogSettings() {}

  public static List<Setting<?>> all() {
    return List.of(LEVEL, FORMAT, FILE);
  }
}
