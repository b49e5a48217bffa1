// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Measures the intents of the shop on phrases that were not learnt. The plugin does the work.
@Command(
    name = "evaluate-intents",
    description =
        "Learn the intents from the skills and measure them on files of intent, tab, phrase.",
    footer =
        "./proffer evaluate-intents chatbot/src/test/resources/phrases/test-en.tsv --encoder none",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class EvaluateIntentsCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Labelled phrases.")
  private List<Path> files;

  @Option(
      names = "--encoder",
      defaultValue = "bge",
      description = "bge: sentence vectors beside n-grams; none: n-grams alone.")
  private String encoder;

  @Option(
      names = "--texts",
      paramLabel = "DIR",
      description = "Where the phrases are whose hashes a file holds, as tab-separated files.")
  private Path texts = Path.of("");

  @Option(
      names = "--confusions",
      defaultValue = "10",
      description = "How many confusions to print for each file (default: ${DEFAULT-VALUE}).")
  private int confusions;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  EvaluateIntentsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    for (Path file : files) {
      if (!Files.isReadable(file)) {
        throw new Failure(file + ": cannot be read");
      }
    }
    if (!encoder.equals("bge") && !encoder.equals("none")) {
      throw new IllegalArgumentException("--encoder: '" + encoder + "' (expected: bge or none)");
    }
    Map<String, String> options = new HashMap<>();
    options.put("test", files.stream().map(Path::toString).collect(Collectors.joining(",")));
    options.put("encoder", encoder);
    options.put("texts", texts.toString());
    options.put("confusions", Integer.toString(confusions));
    if (json) {
      options.put("json", "");
    }
    return PluginTool.run(console, "evaluate-intents", options);
  }
}
