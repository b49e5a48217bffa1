// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.settings;

import dev.proffer.runtime.settings.Setting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Every setting with its default, type and meaning, as a settings file that could be used as it
/// is.
public final class SettingsReference {
  private static final int WIDTH = 96;

  private SettingsReference() {}

  public static List<String> lines(List<Setting<?>> settings) {
    List<String> lines = new ArrayList<>();
    settings.stream()
        .sorted(Comparator.comparing(Setting::key))
        .forEach(setting -> {
          lines.addAll(wrap(setting.meaning() + " (" + setting.type() + ")"));
          lines.add(setting.key() + ": " + quoted(setting.defaultText()));
          lines.add("");
        });
    return lines;
  }

  private static String quoted(String text) {
    boolean plain = text.matches("[A-Za-z0-9./][A-Za-z0-9./_-]*");
    return plain ? text : "'" + text.replace("'", "''") + "'";
  }

  private static List<String> wrap(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder("#");
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH && line.length() > 1) {
        lines.add(line.toString());
        line = new StringBuilder("#");
      }
      line.append(' ').append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
