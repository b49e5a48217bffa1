// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.EngineSettings;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.logging.Logging;
import dev.proffer.runtime.service.RunningService.Shortcoming;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Hosts services until it is told to stop.
@Command(
    name = "serve",
    description = "Host all services, or some of them, until Ctrl-C or SIGTERM.",
    footer = "./proffer serve --services feature-store,ranker --set grpc.port=9090",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final EngineOptions options = new EngineOptions();

  @Option(
      names = "--services",
      split = ",",
      paramLabel = "NAME",
      description = "Services to host (default: all that are installed).")
  private List<String> services = List.of();

  ServeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    ServiceModules modules = ServiceModules.find(Installation.pluginFolder());
    List<String> hosted = services.isEmpty() ? modules.names() : services;
    Map<String, String> texts = options.texts(Map.of());
    DataFolder folder = options.folder();
    Logging.configure(EngineSettings.read(modules, hosted, texts), folder.path(), Optional.empty());
    try (Engine engine = Engine.start(new EnginePlan(folder, hosted, modules, texts))) {
      announce(console, engine);
      Shutdown.await(engine, console);
    }
    return Commands.DONE;
  }

  static void announce(Console console, Engine engine) {
    console.say("hosting " + String.join(", ", engine.address().services()));
    console.say("gRPC on " + engine.address().grpc());
    if (!engine.address().web().isEmpty()) {
      console.say("web on  " + engine.address().web());
    }
    for (Map.Entry<String, List<Shortcoming>> service : engine.status().entrySet()) {
      for (Shortcoming missing : service.getValue()) {
        console.say(service.getKey() + " is without " + missing.part() + ": " + missing.detail());
      }
    }
  }
}
