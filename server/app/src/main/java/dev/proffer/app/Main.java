// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app;

import dev.proffer.app.command.Commands;
import dev.proffer.app.console.Console;

/// Starts the command that was asked for.
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(Commands.run(Console.system(), args));
  }
}
