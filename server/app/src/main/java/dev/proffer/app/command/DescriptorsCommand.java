// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.runtime.grpc.Contract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Writes the contract as a descriptor set.
@Command(
    name = "descriptors",
    description = "Write the contract as a descriptor set, for ghz, grpcurl and other clients.",
    footer = "./proffer descriptors --out proffer.protoset",
    mixinStandardHelpOptions = true)
final class DescriptorsCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write it (default: proffer.protoset).")
  private Path out = Path.of("proffer.protoset");

  DescriptorsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    byte[] bytes = Contract.descriptorSet().toByteArray();
    Files.write(out, bytes);
    console.say(out + ": " + bytes.length + " bytes");
    return Commands.DONE;
  }
}
