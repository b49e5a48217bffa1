// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/// Prints which Proffer and which Java this is.
@Command(
    name = "version",
    description = "Print the version.",
    footer = "./proffer version",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
  private final Console console;

  VersionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    // The manifest of our jar has it; classes that run from a folder are nobody's release.
    @Nullable String version = VersionCommand.class.getPackage().getImplementationVersion();
    console.print(
        "Proffer "
            + (version == null ? "(not packaged)" : version)
            + " on Java "
            + Runtime.version().feature());
    return Commands.DONE;
  }
}
