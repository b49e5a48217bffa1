// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.EngineAddress;
import dev.proffer.app.engine.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Measures what a shopper waits for, in a browser on the shop of a demo that runs. The browser is
/// driven by Node.js, so this needs the repository and not only what it builds.
@Command(
    name = "widget",
    description =
        "Measure, on a demo that runs, how soon the chat is painted and its first words are shown, in"
            + " the Chromium of this machine.",
    footer = "./proffer bench widget --runs 20",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchWidgetCommand implements Callable<Integer> {
  private static final Path DEMO = Path.of(".proffer", "demo");
  private static final Path SCRIPT = Path.of("clients", "chat-widget", "bench");

  @ParentCommand private BenchCommand parent;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the demo (default: .proffer/demo).")
  private Path data = DEMO;

  @Option(names = "--runs", description = "Visits of the shop (default: 20).")
  private int runs = 20;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Console console = parent.console();
    Optional<EngineAddress> demo = DataFolder.at(data).server();
    if (demo.isEmpty() || demo.get().web().isEmpty()) {
      console.say("bench widget: no demo runs on " + data + "; start one: ./proffer demo");
      return Commands.FAILED;
    }
    Optional<Path> script = script();
    if (script.isEmpty()) {
      console.say("bench widget: " + SCRIPT + " is not here; it is a part of the repository");
      return Commands.FAILED;
    }
    return new ProcessBuilder(
            script.get().toString(), demo.get().web(), Integer.toString(Math.clamp(runs, 1, 1000)))
        .inheritIO()
        .start()
        .waitFor();
  }

  /// The repository is above the distribution that was built in it.
  private static Optional<Path> script() {
    Optional<Path> folder = Installation.pluginFolder().map(Path::toAbsolutePath);
    while (folder.isPresent()) {
      Path script = folder.get().resolve(SCRIPT);
      if (Files.isExecutable(script)) {
        return Optional.of(script);
      }
      folder = Optional.ofNullable(folder.get().getParent());
    }
    return Optional.empty();
  }
}
