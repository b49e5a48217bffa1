// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.ConsoleProgress;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.Table;
import dev.proffer.app.training.Training;
import dev.proffer.ranker.evaluation.Dataset;
import dev.proffer.ranker.evaluation.EvaluationException;
import dev.proffer.ranker.evaluation.EvaluationReport;
import dev.proffer.ranker.evaluation.Evaluator;
import dev.proffer.ranker.evaluation.Format;
import dev.proffer.ranker.evaluation.Protocol;
import dev.proffer.ranker.training.TrialJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures recommendations on public data.
@Command(
    name = "evaluate",
    description = {
      "Measure recommendations on public data: parameters are chosen on the validation part alone.",
      "",
      "Formats: s3rec and sasrec (people with their items in order; protocol leave-one-out), ngcf"
          + " (a folder with train.txt and test.txt; fixed-split), session (a folder with"
          + " train_sessions.txt and test_prefix_target.tsv; session), events (a file of events as"
          + " JSON lines or with a header and columns for a user or session, an item and a time;"
          + " time-split or leave-one-out). Plain or gzip.",
      "",
      "Clicks: libfm (a folder with files that end in train.libfm, validation.libfm and test.libfm;"
          + " without the first, its negatives are drawn again from the table of positives beside"
          + " it): three heads, calibrated, by AUC, log loss and calibration error.",
      "",
      "Promotions, each a folder of CSV files: hillstrom (uplift of e-mails, Qini on paired folds),"
          + " amexpert (redemption of coupons, split by campaign), completejourney (redemption by"
          + " household, split by campaign and time)."
    },
    footer = {
      "./proffer evaluate --data Beauty.txt --format s3rec --protocol leave-one-out",
      "./proffer evaluate --data hillstrom --format hillstrom --json"
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class EvaluateCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Console console;

  @Option(names = "--data", required = true, paramLabel = "PATH", description = "File or folder.")
  private Path data;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description =
          "s3rec, sasrec, ngcf, session or events; libfm; hillstrom, amexpert or"
              + " completejourney.")
  private String format;

  @Option(
      names = "--protocol",
      paramLabel = "PROTOCOL",
      description =
          "leave-one-out, fixed-split, session or time-split (default: that of the format).")
  private @Nullable String protocol;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "auto (the best on validation, the default), hybrid, blend or one source.")
  private String model = "auto";

  @Option(
      names = "--tuning-seconds",
      paramLabel = "SECONDS",
      description = "How long to search for parameters (default: ${DEFAULT-VALUE}).")
  private int tuningSeconds = Evaluator.Options.DEFAULT.tuningSeconds();

  @Option(
      names = "--learning-seconds",
      paramLabel = "SECONDS",
      description =
          "How long the sequence model may learn; 0 leaves it out (default: ${DEFAULT-VALUE}).")
  private int learningSeconds = Evaluator.Options.DEFAULT.learningSeconds();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to use (default: all cores).")
  private int threads = Evaluator.Options.DEFAULT.threads();

  @Option(
      names = "--folds",
      paramLabel = "N",
      description = "Folds of hillstrom (default: ${DEFAULT-VALUE}).")
  private int folds = 10;

  @Option(names = "--seed", description = "Seed of folds and trees (default: ${DEFAULT-VALUE}).")
  private int seed = 1;

  @Option(
      names = "--journal",
      paramLabel = "FILE",
      description =
          "Keep what was tried in a file: a run that was stopped and is started again in the same way"
              + " does not try it again.")
  private @Nullable Path journal;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  EvaluateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (format.equalsIgnoreCase(HeadStudies.FORMAT)) {
      if (protocol != null && !protocol.equals("fixed-split")) {
        throw new IllegalArgumentException("--protocol: libfm has one protocol, fixed-split");
      }
      return HeadStudies.run(data, Math.max(1, threads), seed, console, json);
    }
    if (PromotionStudies.isOne(format)) {
      if (protocol != null) {
        throw new IllegalArgumentException("--protocol: " + format + " has one protocol");
      }
      return PromotionStudies.run(format, data, folds, seed, console, json);
    }
    Format chosenFormat = oneOf(Format.class, format, "format");
    Protocol chosenProtocol =
        protocol == null
            ? switch (chosenFormat) {
              case S3REC, SASREC -> Protocol.LEAVE_ONE_OUT;
              case NGCF -> Protocol.FIXED_SPLIT;
              case SESSION -> Protocol.SESSION;
              case EVENTS -> Protocol.TIME_SPLIT;
            }
            : oneOf(Protocol.class, protocol, "protocol");
    Evaluator.Options options =
        Evaluator.Options.DEFAULT
            .withModel(model)
            .withSeconds(tuningSeconds, learningSeconds)
            .withSeed(seed)
            .withThreads(Math.max(1, threads));
    EvaluationReport report;
    try (TrialJournal trials =
        journal == null
            ? TrialJournal.inMemory()
            : TrialJournal.open(journal, about(chosenFormat, chosenProtocol))) {
      Dataset dataset = Dataset.read(data, chosenFormat, chosenProtocol);
      report =
          new Evaluator(
                  options,
                  Training.listener(new ConsoleProgress(console, Clock.systemUTC())),
                  trials)
              .evaluate(dataset);
    } catch (EvaluationException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    print(report, chosenProtocol);
    if (json) {
      console.print(JSON.writeValueAsString(fields(report)));
    }
    return Commands.DONE;
  }

  /// What trials have to agree on to stand for each other.
  private String about(Format chosenFormat, Protocol chosenProtocol) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return data.toAbsolutePath()
        + " of "
        + bytes
        + " bytes, "
        + chosenFormat
        + ", "
        + chosenProtocol
        + ", seed "
        + seed;
  }

  private void print(EvaluationReport report, Protocol chosenProtocol) {
    console.say(report.protocol());
    String[] keys =
        switch (chosenProtocol) {
          case LEAVE_ONE_OUT -> new String[] {"hr@10", "ndcg@10", "recall@20", "ndcg@20"};
          case FIXED_SPLIT -> new String[] {"recall@20", "ndcg@20", "hr@10", "ndcg@10"};
          case SESSION -> new String[] {"p@20", "mrr@20", "hr@10", "ndcg@10"};
          case TIME_SPLIT -> new String[] {"hr@10", "ndcg@10", "recall@20", "ndcg@20"};
        };
    Table table =
        new Table("", ">" + keys[0], ">" + keys[1], ">" + keys[2], ">" + keys[3], ">coverage@20");
    row(table, "chosen (" + report.chosen().get("model") + ")", report.metrics(), keys);
    report.sources().forEach((name, figures) -> row(table, name, figures, keys));
    table.printTo(console);
    report.chosen().forEach((name, value) -> console.say(name + ": " + value));
  }

  private static void row(Table table, String name, Map<String, Double> figures, String[] keys) {
    table.row(
        name,
        figure(figures, keys[0]),
        figure(figures, keys[1]),
        figure(figures, keys[2]),
        figure(figures, keys[3]),
        figure(figures, "coverage@20"));
  }

  private static String figure(Map<String, Double> figures, String key) {
    return String.format(Locale.ROOT, "%.4f", figures.getOrDefault(key, 0.0));
  }

  private static Map<String, Object> fields(EvaluationReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("protocol", report.protocol());
    fields.put("metrics", report.metrics());
    fields.put("validation", report.validation());
    fields.put("popularity", report.popularity());
    fields.put("sources", report.sources());
    fields.put("chosen", report.chosen());
    fields.put("seconds", report.seconds());
    return fields;
  }

  private static <E extends Enum<E>> E oneOf(Class<E> type, String text, String option) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text.replace('-', '_'))) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "--"
            + option
            + ": '"
            + text
            + "' (expected: one of "
            + java.util.Arrays.stream(type.getEnumConstants())
                .map(c -> c.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList()
            + ")");
  }
}
