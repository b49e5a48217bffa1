// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import dev.proffer.app.logging.LogSettings;
import dev.proffer.app.web.WebSettings;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All settings of an engine: those of the host and those of every service that it could host.
public final class EngineSettings {
  private EngineSettings() {}

  /// Every setting there is, plugins included.
  public static List<Setting<?>> all(ServiceModules modules) {
    return known(modules, modules.names());
  }

  /// Reads texts. One file may configure several servers, so settings of services that are not
  /// hosted here are known as well; a plugin is opened for that only when a key asks for it.
  public static Settings read(
      ServiceModules modules, List<String> hosted, Map<String, String> texts) {
    List<String> names = new ArrayList<>(modules.loadedNames());
    hosted.stream().filter(name -> !names.contains(name)).forEach(names::add);
    List<Setting<?>> known = known(modules, names);
    List<String> keys = known.stream().map(Setting::key).toList();
    return Settings.of(keys.containsAll(texts.keySet()) ? known : all(modules), texts);
  }

  private static List<Setting<?>> known(ServiceModules modules, List<String> names) {
    Map<String, Setting<?>> known = new LinkedHashMap<>();
    GrpcSettings.all().forEach(setting -> known.put(setting.key(), setting));
    WebSettings.all().forEach(setting -> known.put(setting.key(), setting));
    LogSettings.all().forEach(setting -> known.put(setting.key(), setting));
    modules.settings(names).forEach(setting -> known.put(setting.key(), setting));
    return List.copyOf(known.values());
  }
}
