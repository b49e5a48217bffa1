// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Failure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// The launcher script does this one, because it needs Maven. It stands here for `help`.
@Command(
    name = "models",
    description = "Fetch the language models of the chatbot, once.",
    footer = "./proffer models",
    mixinStandardHelpOptions = true)
final class ModelsCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new Failure("models: run it by the launcher script, as ./proffer models");
  }
}
