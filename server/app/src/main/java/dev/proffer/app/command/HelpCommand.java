// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Lists the commands, each with an example, or shows all about one.
@Command(
    name = "help",
    description = "List the commands, or show all about one.",
    footer = "./proffer help recommend")
final class HelpCommand implements Callable<Integer> {
  private final Console console;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command to show.")
  private String[] names = {};

  HelpCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    CommandLine line = java.util.Objects.requireNonNull(spec).root().commandLine();
    for (String name : names) {
      CommandLine next = line.getSubcommands().get(name);
      if (next == null) {
        throw new CommandLine.ParameterException(line, "there is no command '" + name + "'");
      }
      line = next;
    }
    if (names.length > 0) {
      line.usage(console.out());
      return Commands.DONE;
    }
    console.print("Proffer personalises a shop's promotions.");
    console.print("");
    line.getSubcommands().forEach(this::print);
    console.print("'./proffer help COMMAND' shows all options of one.");
    return Commands.DONE;
  }

  private void print(String name, CommandLine command) {
    var usage = command.getCommandSpec().usageMessage();
    if (usage.hidden()) {
      return;
    }
    console.print(String.format("  %-15s %s", name, String.join(" ", usage.description())));
    for (String example : usage.footer()) {
      console.print(" ".repeat(18) + example);
    }
    console.print("");
  }
}
