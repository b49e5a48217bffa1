// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Failure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// The launcher script does this one, because it builds what is tested. It stands here for `help`.
@Command(
    name = "test",
    description = "Build everything and run all tests and checks.",
    footer = "./proffer test",
    mixinStandardHelpOptions = true)
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new Failure("test: run it by the launcher script, as ./proffer test");
  }
}
