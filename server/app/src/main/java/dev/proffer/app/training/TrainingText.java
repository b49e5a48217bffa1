// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.training.TrainingReport;
import java.util.Locale;

/// Writes what a training run did: a table for people, an object for tools.
public final class TrainingText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TrainingText() {}

  public static void print(Console console, TrainingReport report) {
    console.print(
        String.format(
            Locale.ROOT,
            "Model %s of %,d events, %,d people and %,d items, in %.1f s",
            report.version(),
            report.events(),
            report.people(),
            report.items(),
            report.seconds()));
    console.print("");
    Table table = new Table("part", "way", ">cases", ">hr@10", ">ndcg@10", ">coverage@10");
    for (TrainingReport.Row row : report.rows()) {
      table.row(
          row.part(),
          row.name(),
          row.cases(),
          figure(row.hitRate10()),
          figure(row.ndcg10()),
          figure(row.coverage10()));
    }
    table.printTo(console);
    console.print("");
    console.print(report.protocol());
    report.sources().forEach((name, note) -> console.print("Source " + name + ": " + note + "."));
    if (report.cutOff()) {
      console.print(
          "The time was over before everything was tried; more of --tuning-seconds or"
              + " --learning-seconds may find better parameters.");
    }
    console.print("Order of candidates: " + report.ordering() + ".");
    report.heads().why().forEach(why -> console.print("Decision log: " + why + "."));
    console.print("The bundle is in " + report.bundle());
  }

  /// `model_version`, `seconds`, `events`, `people`, `items`, `ordering`, `heads`, `parameters`,
  /// `weights`, `sources` (what became of each that is learned as a whole), `cut_off`, and under
  /// `validation` and `test` the figures of each way to recommend by its name.
  public static String json(TrainingReport report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("model_version", report.version());
    root.put("seconds", report.seconds());
    root.put("events", report.events());
    root.put("people", report.people());
    root.put("items", report.items());
    root.put("ordering", report.ordering());
    root.put("cut_off", report.cutOff());
    report.sources().forEach(root.withObjectProperty("sources")::put);
    ObjectNode heads = root.putObject("heads");
    heads.put("orders", report.heads().heads() == null ? "" : report.heads().heads().name());
    report.heads().why().forEach(why -> heads.withArrayProperty("why").add(why));
    report.heads().metrics().forEach((name, value) -> heads.put(name, value));
    root.put("parameters", String.valueOf(report.seqKnn()));
    report
        .weights()
        .forEach((source, weight) -> root.withObjectProperty("weights").put(source, weight));
    for (TrainingReport.Row row : report.rows()) {
      root.withObjectProperty(row.part())
          .withObjectProperty(row.name())
          .put("cases", row.cases())
          .put("hr@10", row.hitRate10())
          .put("ndcg@10", row.ndcg10())
          .put("coverage@10", row.coverage10());
    }
    return root.toString();
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
