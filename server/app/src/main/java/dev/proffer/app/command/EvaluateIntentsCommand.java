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
      names = "--part",
      defaultValue = "",
      description =
          "Of phrases given by hash, looking: those that may be read; measuring: the others.")
  private String part;

  @Option(
      names = "--typos",
      defaultValue = "0",
      paramLabel = "N",
      description = "Make so many random typing errors in each phrase first.")
  private int typos;

  @Option(names = "--seed", defaultValue = "1", description = "Which typing errors (default: 1).")
  private long seed;

  @Option(names = "--errors", description = "Print each phrase that was taken for another intent.")
  private boolean errors;

  @Option(
      names = "--picture",
      paramLabel = "DIR",
      description = "Draw what was taken for what: an SVG file for each file of phrases.")
  private Path picture = Path.of("");

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
    if (!part.isEmpty() && !part.equals("looking") && !part.equals("measuring")) {
      throw new IllegalArgumentException("--part: '" + part + "' (expected: looking or measuring)");
    }
    Map<String, String> options = new HashMap<>();
    options.put("part", part);
    options.put("typos", Integer.toString(typos));
    options.put("seed", Long.toString(seed));
    if (errors) {
      options.put("errors", "");
    }
    if (!picture.toString().isEmpty()) {
      options.put("picture", picture.toString());
    }
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
