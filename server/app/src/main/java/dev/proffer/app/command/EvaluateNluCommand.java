// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.ToolModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures the understanding of the chatbot. The plugin does the work.
@Command(
    name = "evaluate-nlu",
    description = "Train the chatbot's classifier on a labelled file and measure it on another.",
    footer = "./proffer evaluate-nlu --train train.csv --test test.csv --json",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class EvaluateNluCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--train",
      required = true,
      paramLabel = "FILE",
      description = "Labelled phrases to learn from: CSV, TSV, JSON lines, or JSON with parts.")
  private Path train;

  @Option(
      names = "--test",
      required = true,
      paramLabel = "FILE",
      description = "Labelled phrases to measure on; may be the same file of parts.")
  private Path test;

  @Option(
      names = "--encoder",
      defaultValue = "bge",
      description = "bge: sentence vectors beside n-grams (English); none: n-grams alone.")
  private String encoder;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Draw what was taken for what, as SVG.")
  private Path picture = Path.of("");

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  EvaluateNluCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    for (Path file : List.of(train, test)) {
      if (!Files.isReadable(file)) {
        throw new Failure(file + ": cannot be read");
      }
    }
    if (!encoder.equals("bge") && !encoder.equals("none")) {
      throw new IllegalArgumentException("--encoder: '" + encoder + "' (expected: bge or none)");
    }
    Map<String, String> options = new HashMap<>();
    options.put("train", train.toString());
    options.put("test", test.toString());
    options.put("encoder", encoder);
    if (!picture.toString().isEmpty()) {
      options.put("picture", picture.toString());
    }
    if (json) {
      options.put("json", "");
    }
    ToolModule tool =
        ServiceModules.find(Installation.pluginFolder())
            .tool(Peers.CHATBOT, "evaluate-nlu")
            .orElseThrow(() -> new Failure("evaluate-nlu: the chatbot plugin is not installed"));
    return tool.run(options, console.out()) ? Commands.DONE : Commands.FAILED;
  }
}
