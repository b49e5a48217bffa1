// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.uplift.study.AmExpert;
import dev.proffer.ranker.uplift.study.CompleteJourney;
import dev.proffer.ranker.uplift.study.Hillstrom;
import dev.proffer.ranker.uplift.study.StudyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Prints the studies of response and uplift on public data.
final class PromotionStudies {
  private static final Set<String> FORMATS = Set.of("hillstrom", "amexpert", "completejourney");
  private static final ObjectMapper JSON = new ObjectMapper();

  private PromotionStudies() {}

  static boolean isOne(String format) {
    return FORMATS.contains(format.toLowerCase(Locale.ROOT));
  }

  static int run(String format, Path data, int folds, int seed, Console console, boolean json)
      throws IOException {
    if (!Files.isDirectory(data)) {
      throw new Failure(data + ": there is no such folder");
    }
    if (folds < 2 || folds > 100) {
      throw new IllegalArgumentException("--folds: " + folds + " (expected: 2 to 100)");
    }
    long start = System.nanoTime();
    StudyReport report;
    try {
      report =
          switch (format.toLowerCase(Locale.ROOT)) {
            case "hillstrom" -> Hillstrom.run(data, folds, seed);
            case "amexpert" -> AmExpert.run(data, seed);
            default -> CompleteJourney.run(data, seed);
          };
    } catch (IOException | LearningException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    console.print(report.protocol());
    report.figures().forEach((part, models) -> print(console, part, models));
    report.references().forEach((part, models) -> print(console, part + " (published)", models));
    report.facts().forEach((name, value) -> console.print(name + ": " + value));
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("protocol", report.protocol());
      fields.put("metrics", report.figures());
      fields.put("references", report.references());
      fields.put("facts", report.facts());
      fields.put("seconds", seconds);
      console.print(JSON.writeValueAsString(fields));
    }
    return Commands.DONE;
  }

  private static void print(Console console, String part, Map<String, Map<String, Double>> models) {
    Set<String> keys = new LinkedHashSet<>();
    models.values().forEach(row -> keys.addAll(row.keySet()));
    List<String> head = new ArrayList<>();
    head.add(part);
    keys.forEach(key -> head.add(">" + key));
    Table table = new Table(head.toArray(String[]::new));
    models.forEach((name, row) -> {
      List<String> cells = new ArrayList<>();
      cells.add(name);
      keys.forEach(key -> cells.add(row.containsKey(key) ? number(row.get(key)) : "-"));
      table.row(cells.toArray());
    });
    table.printTo(console);
    console.print("");
  }

  private static String number(Double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.format(Locale.ROOT, "%,d", Math.round(value))
        : String.format(Locale.ROOT, "%.4f", value);
  }
}
