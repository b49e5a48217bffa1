// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import dev.proffer.runtime.service.ServiceModule;
import dev.proffer.runtime.service.ToolModule;
import dev.proffer.runtime.settings.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The services that this installation can host: those on the class path, and plugins.
///
/// A plugin is a folder of jars. It gets a class loader of its own below ours, and is opened only
/// when somebody asks for it by name or asks for all settings, so an engine without the chatbot
/// never loads one of its classes.
public final class ServiceModules {
  private final Map<String, ServiceModule> modules = new LinkedHashMap<>();
  private final Optional<Path> pluginFolder;
  private final Map<String, ClassLoader> loaders = new HashMap<>();

  private ServiceModules(Iterable<ServiceModule> modules, Optional<Path> pluginFolder) {
    this.pluginFolder = pluginFolder;
    modules.forEach(module -> this.modules.put(module.name(), module));
  }

  /// The modules of the class path; plugins are below the folder, one folder of jars each.
  public static ServiceModules find(Optional<Path> pluginFolder) {
    return new ServiceModules(
        ServiceLoader.load(ServiceModule.class, ServiceModules.class.getClassLoader()),
        pluginFolder);
  }

  /// These modules and nothing else.
  public static ServiceModules of(ServiceModule... modules) {
    return new ServiceModules(List.of(modules), Optional.empty());
  }

  /// The module of that name, from the class path or from the plugin of the same name.
  public Optional<ServiceModule> module(String name) {
    if (!modules.containsKey(name)) {
      @Nullable ClassLoader loader = pluginLoader(name);
      if (loader != null) {
        ServiceLoader.load(ServiceModule.class, loader)
            .forEach(module -> modules.putIfAbsent(module.name(), module));
      }
    }
    return Optional.ofNullable(modules.get(name));
  }

  /// A command that a plugin brings along.
  public Optional<ToolModule> tool(String plugin, String name) {
    @Nullable ClassLoader loader = pluginLoader(plugin);
    if (loader == null) {
      return Optional.empty();
    }
    for (ToolModule tool : ServiceLoader.load(ToolModule.class, loader)) {
      if (tool.name().equals(name)) {
        return Optional.of(tool);
      }
    }
    return Optional.empty();
  }

  /// The loader of a plugin, the same each time; null when there is no such plugin. It lives as
  /// long as the process: the plugin's classes may be needed until the very end.
  private @Nullable ClassLoader pluginLoader(String name) {
    @Nullable ClassLoader known = loaders.get(name);
    if (known != null) {
      return known;
    }
    List<URL> jars = pluginJars(name);
    if (jars.isEmpty()) {
      return null;
    }
    @SuppressWarnings("resource")
    URLClassLoader loader =
        new URLClassLoader(
            "plugin-" + name, jars.toArray(URL[]::new), ServiceModules.class.getClassLoader());
    loaders.put(name, loader);
    return loader;
  }

  /// Names of the modules on the class path and of the plugins that are open.
  public List<String> loadedNames() {
    return List.copyOf(modules.keySet());
  }

  /// Names of the modules that could be hosted, plugins included. Opens no plugin.
  public List<String> names() {
    List<String> names = new ArrayList<>(modules.keySet());
    for (String plugin : pluginNames()) {
      if (!names.contains(plugin)) {
        names.add(plugin);
      }
    }
    return names;
  }

  /// Every setting of the modules of these names, each once.
  public List<Setting<?>> settings(Iterable<String> names) {
    Map<String, Setting<?>> settings = new LinkedHashMap<>();
    for (String name : names) {
      module(name)
          .ifPresent(
              module -> module.settings().forEach(setting -> settings.put(setting.key(), setting)));
    }
    return List.copyOf(settings.values());
  }

  private List<String> pluginNames() {
    if (pluginFolder.isEmpty() || !Files.isDirectory(pluginFolder.get())) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(pluginFolder.get())) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .filter(name -> !pluginJars(name).isEmpty())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<URL> pluginJars(String name) {
    Optional<Path> folder =
        pluginFolder.map(plugins -> plugins.resolve(name)).filter(Files::isDirectory);
    if (folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.get())) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .sorted()
          .map(ServiceModules::toUrl)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URL toUrl(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
