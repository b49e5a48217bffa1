// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.ctr.FieldFolder;
import dev.proffer.ranker.ctr.HeadStudy;
import dev.proffer.ranker.evaluation.EvaluationException;
import dev.proffer.ranker.learning.LearningException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Prints how well heads predict on a public data set.
final class HeadStudies {
  static final String FORMAT = "libfm";
  private static final ObjectMapper JSON = new ObjectMapper();

  private HeadStudies() {}

  static int run(Path data, int threads, int seed, Console console, boolean json)
      throws IOException {
    if (!Files.isDirectory(data)) {
      throw new Failure(data + ": there is no such folder");
    }
    FieldFolder.Parts parts;
    HeadStudy.Report report;
    try {
      parts = FieldFolder.read(data, seed);
      report = new HeadStudy(parts, threads, seed, console::say).run();
    } catch (EvaluationException | LearningException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    String protocol =
        String.format(
            Locale.ROOT,
            "%,d rows to learn from, %,d to choose parameters and calibrate by, %,d to judge; %s",
            parts.train().rows(),
            parts.validation().rows(),
            parts.test().rows(),
            parts.sampled()
                ? "there is no train file: its positives are those of the table that are in neither"
                    + " other part, and its negatives were drawn again (2 a positive, seed "
                    + seed
                    + "), so figures compare with published ones only roughly"
                : "as given");
    console.say(protocol);
    Table table =
        new Table(
            "head",
            ">AUC",
            ">log loss",
            ">cal. error",
            ">calibrated log loss",
            ">cal. error",
            ">s");
    for (HeadStudy.Row row : report.rows()) {
      table.row(
          row.name(),
          figure(row.auc()),
          figure(row.logLoss()),
          figure(row.error()),
          figure(row.calibratedLogLoss()),
          figure(row.calibratedError()),
          String.format(Locale.ROOT, "%.0f", row.seconds()));
    }
    table.printTo(console);
    report.rows().forEach(row -> console.say(row.name() + ": " + row.parameters()));
    console.say("chosen on validation: " + report.chosen());
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("protocol", protocol);
      Map<String, Object> sources = new LinkedHashMap<>();
      Map<String, Object> chosen = new LinkedHashMap<>();
      for (HeadStudy.Row row : report.rows()) {
        sources.put(row.name(), HeadStudy.figures(row));
        if (row.name().equals(report.chosen())) {
          fields.put("metrics", HeadStudy.figures(row));
          chosen.put("model", row.name());
          chosen.put("parameters", row.parameters());
        }
      }
      fields.put("sources", sources);
      fields.put("chosen", chosen);
      console.print(JSON.writeValueAsString(fields));
    }
    return Commands.DONE;
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
