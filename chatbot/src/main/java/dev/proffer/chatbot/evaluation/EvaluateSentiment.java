// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.chatbot.embedding.TurnEncoder;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.sentiment.NgramSentiment;
import dev.proffer.chatbot.sentiment.SentimentReader;
import dev.proffer.chatbot.sentiment.VectorSentiment;
import dev.proffer.runtime.service.ToolModule;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// `evaluate-sentiment`: trains the polarity model on four fifths of labelled reviews and measures
/// it on the rest; the lexicon, and the model that comes with the plugin beside it, are measured on
/// the same rest without having seen any of the file. Reviews that occur twice count once, so that
/// none is on both sides.
public final class EvaluateSentiment implements ToolModule {
  @Override
  public String name() {
    return "evaluate-sentiment";
  }

  @Override
  public boolean run(Map<String, String> options, PrintStream out) throws IOException {
    long start = System.nanoTime();
    Path file = Path.of(options.getOrDefault("data", ""));
    long seed = Long.parseLong(options.getOrDefault("seed", "1"));
    double cost = Double.parseDouble(options.getOrDefault("cost", "1"));
    List<NgramSentiment.Labelled> rows = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (LabelledPhrase row : LabelledFile.readLong(file, "label")) {
      boolean positive = row.label().equals("1") || row.label().equals("positive");
      boolean negative =
          row.label().equals("0") || row.label().equals("-1") || row.label().equals("negative");
      if ((positive || negative) && seen.add(row.phrase())) {
        rows.add(new NgramSentiment.Labelled(row.phrase(), positive));
      }
    }
    if (rows.size() < 100) {
      out.println(file + ": " + rows.size() + " labelled reviews (expected: 100 or more)");
      return false;
    }
    Collections.shuffle(rows, new Random(seed));
    int testSize = rows.size() / 5;
    List<NgramSentiment.Labelled> test = rows.subList(0, testSize);
    NgramSentiment model = NgramSentiment.train(rows.subList(testSize, rows.size()), cost);
    double trained = (System.nanoTime() - start) / 1e9;
    SentimentReader lexicon = SentimentReader.of(Optional.empty());
    int[][] confusion = new int[2][2];
    int lexical = 0;
    double loss = 0;
    Reliability reliability = new Reliability();
    ConfusionPicture picture = new ConfusionPicture();
    long testStart = System.nanoTime();
    for (NgramSentiment.Labelled row : test) {
      double odds = model.logOdds(row.text());
      confusion[row.positive() ? 1 : 0][odds >= 0 ? 1 : 0]++;
      double p = 1 / (1 + Math.exp(row.positive() ? -odds : odds));
      loss -= Math.log(Math.max(1e-12, p));
      reliability.add(1 / (1 + Math.exp(-Math.abs(odds))), (odds >= 0) == row.positive());
      picture.add(name(row.positive()), name(odds >= 0));
    }
    double millis = (System.nanoTime() - testStart) / 1e6 / test.size();
    for (NgramSentiment.Labelled row : test) {
      lexical += (lexicon.read(row.text()).score() >= 0) == row.positive() ? 1 : 0;
    }
    ObjectNode report = new ObjectMapper().createObjectNode();
    report.put("accuracy", round((double) (confusion[0][0] + confusion[1][1]) / test.size()));
    report.put("macro_f1", round((f1(confusion, 0) + f1(confusion, 1)) / 2));
    report.put("log_loss", round(loss / test.size()));
    report.put("lexicon_accuracy", round((double) lexical / test.size()));
    report.put("calibration_error", round(reliability.expectedError()));
    int shippedRows =
        Math.min(test.size(), Integer.parseInt(options.getOrDefault("shipped-rows", "2000")));
    if (shippedRows > 0) {
      report.put("shipped_accuracy", round(shippedAccuracy(test.subList(0, shippedRows))));
      report.put("shipped_rows", shippedRows);
    }
    if (options.containsKey("picture")) {
      picture.write(Path.of(options.getOrDefault("picture", "")), "Sentiment: " + file);
    }
    report.put("train_rows", rows.size() - testSize);
    report.put("test_rows", testSize);
    report.put("seed", seed);
    report.put("train_seconds", Math.round(trained * 10) / 10.0);
    report.put("ms_per_row", round(millis));
    report
        .properties()
        .forEach(entry ->
            out.printf(Locale.ROOT, "%-20s %s%n", entry.getKey(), entry.getValue().asText()));
    out.printf(
        "%5d bad taken for good%n%5d good taken for bad%n", confusion[0][1], confusion[1][0]);
    if (options.containsKey("json")) {
      out.println(report);
    }
    return true;
  }

  /// What a shop has before it trains anything.
  private static double shippedAccuracy(List<NgramSentiment.Labelled> rows) throws IOException {
    VectorSentiment model = VectorSentiment.train(VectorSentiment.shipped(), TurnEncoder.load());
    SentimentReader reader = SentimentReader.of(Optional.empty(), () -> Optional.of(model));
    int right = 0;
    for (NgramSentiment.Labelled row : rows) {
      right += (reader.readClosely(row.text()).score() >= 0) == row.positive() ? 1 : 0;
    }
    return (double) right / rows.size();
  }

  private static String name(boolean positive) {
    return positive ? "good" : "bad";
  }

  private static double f1(int[][] confusion, int of) {
    int other = 1 - of;
    return 2.0
        * confusion[of][of]
        / (2.0 * confusion[of][of] + confusion[of][other] + confusion[other][of]);
  }

  private static double round(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
