// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures how well the chatbot reads the feeling of reviews. The plugin does the work.
@Command(
    name = "evaluate-sentiment",
    description =
        "Train the sentiment model on four fifths of labelled reviews and measure it on the rest.",
    footer = "./proffer evaluate-sentiment --data online_shopping_10_cats.csv.gz --seed 1 --json",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class EvaluateSentimentCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "CSV with the columns label (1 good, 0 bad) and review or text; plain or .gz.")
  private Path data;

  @Option(names = "--seed", description = "Which fifth is held out (default: 1).")
  private long seed = 1;

  @Option(
      names = "--shipped-rows",
      defaultValue = "2000",
      description =
          "On how many held-out rows to measure the model that comes with the bot (default:"
              + " ${DEFAULT-VALUE}).")
  private int shippedRows;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Draw what was taken for what, as SVG.")
  private Path picture = Path.of("");

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  EvaluateSentimentCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (!Files.isReadable(data)) {
      throw new Failure(data + ": cannot be read");
    }
    Map<String, String> options = new HashMap<>();
    options.put("data", data.toString());
    options.put("seed", Long.toString(seed));
    options.put("shipped-rows", Integer.toString(shippedRows));
    if (!picture.toString().isEmpty()) {
      options.put("picture", picture.toString());
    }
    if (json) {
      options.put("json", "");
    }
    return PluginTool.run(console, "evaluate-sentiment", options);
  }
}
