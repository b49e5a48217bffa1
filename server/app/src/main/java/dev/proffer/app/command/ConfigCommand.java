// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.EngineSettings;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.settings.SettingsReference;
import dev.proffer.runtime.settings.Setting;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Prints every setting.
@Command(
    name = "config",
    description = "Print every setting with its default, type and meaning, as a settings file.",
    footer = "./proffer config > proffer.yaml",
    mixinStandardHelpOptions = true)
final class ConfigCommand implements Callable<Integer> {
  private final Console console;

  ConfigCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<Setting<?>> settings =
        EngineSettings.all(ServiceModules.find(Installation.pluginFolder()));
    console.print("# Settings of Proffer. Use with --config FILE, or --set key=value.");
    console.print("");
    SettingsReference.lines(settings).forEach(console::print);
    return Commands.DONE;
  }
}
