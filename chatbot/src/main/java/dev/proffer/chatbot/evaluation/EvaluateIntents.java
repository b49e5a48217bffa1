// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.chatbot.embedding.RememberingEncoder;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.embedding.TurnEncoder;
import dev.proffer.chatbot.intent.IntentClassifier;
import dev.proffer.chatbot.intent.IntentScore;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.MentionFinder;
import dev.proffer.chatbot.skill.SkillBook;
import dev.proffer.runtime.service.ToolModule;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `evaluate-intents`: trains on the phrases of the skills, as a start of the bot does, and
/// measures on files of `intent<TAB>phrase`. Several files are separated by commas.
public final class EvaluateIntents implements ToolModule {
  @Override
  public String name() {
    return "evaluate-intents";
  }

  @Override
  public boolean run(Map<String, String> options, PrintStream out) throws Exception {
    boolean vectors = options.getOrDefault("encoder", "bge").equals("bge");
    String folder = options.getOrDefault("skills", "");
    double threshold = Double.parseDouble(options.getOrDefault("threshold", "0.45"));
    List<LabelledPhrase> phrases =
        SkillBook.load(folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder)))
            .phrases();
    long start = System.nanoTime();
    @Nullable SentenceEncoder encoder = null;
    if (vectors) {
      encoder = RememberingEncoder.of(TurnEncoder.load(), phrases);
    }
    IntentClassifier classifier = IntentClassifier.train(phrases, encoder);
    ObjectNode report = new ObjectMapper().createObjectNode();
    report.put("encoder", vectors ? "bge and n-grams" : "n-grams");
    report.put("train_phrases", phrases.size());
    report.put("train_seconds", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
    Gazetteer names = SampleNames.gazetteer();
    for (String file : options.getOrDefault("test", "").split(",", -1)) {
      measure(classifier, names, Path.of(file), threshold, report, out, options);
    }
    report
        .properties()
        .forEach(entry -> out.printf(Locale.ROOT, "%-20s %s%n", entry.getKey(), entry.getValue()));
    if (options.containsKey("json")) {
      out.println(report);
    }
    return true;
  }

  private static void measure(
      IntentClassifier classifier,
      Gazetteer names,
      Path file,
      double threshold,
      ObjectNode report,
      PrintStream out,
      Map<String, String> options)
      throws IOException {
    int right = 0;
    int surelyRight = 0;
    int surelyWrong = 0;
    double brier = 0;
    Map<String, Integer> confusions = new TreeMap<>();
    Map<String, int[]> byIntent = new TreeMap<>();
    List<LabelledPhrase> rows = phrases(file);
    long start = System.nanoTime();
    for (LabelledPhrase row : rows) {
      IntentScore top = classifier.classify(masked(row.phrase(), names), 2).getFirst();
      boolean hit = top.intent().equals(row.label());
      right += hit ? 1 : 0;
      brier += Math.pow(top.confidence() - (hit ? 1 : 0), 2);
      if (top.confidence() >= threshold) {
        surelyRight += hit ? 1 : 0;
        surelyWrong += hit ? 0 : 1;
      }
      int[] counts = byIntent.computeIfAbsent(row.label(), _ -> new int[3]);
      counts[hit ? 0 : 2]++;
      if (!hit) {
        byIntent.computeIfAbsent(top.intent(), _ -> new int[3])[1]++;
        confusions.merge(row.label() + " taken for " + top.intent(), 1, Integer::sum);
        if (options.containsKey("errors")) {
          out.println(row.label() + "\t" + top.intent() + "\t" + row.phrase());
        }
      }
    }
    ObjectNode part = report.putObject(file.getFileName().toString());
    part.put("phrases", rows.size());
    part.put("accuracy", round((double) right / rows.size()));
    part.put(
        "macro_f1",
        round(
            byIntent.values().stream()
                .mapToDouble(c -> c[0] == 0 ? 0 : 2.0 * c[0] / (2.0 * c[0] + c[1] + c[2]))
                .average()
                .orElse(0)));
    part.put("answered", round((double) (surelyRight + surelyWrong) / rows.size()));
    part.put(
        "precision_when_answered",
        round((double) surelyRight / Math.max(1, surelyRight + surelyWrong)));
    part.put("brier", round(brier / rows.size()));
    part.put("ms_per_phrase", round((System.nanoTime() - start) / 1e6 / rows.size()));
    confusions.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .limit(Integer.parseInt(options.getOrDefault("confusions", "10")))
        .forEach(entry -> out.printf("%5d %s%n", entry.getValue(), entry.getKey()));
  }

  /// What the classifier reads of a phrase in the sample shop.
  public static String masked(String phrase, Gazetteer names) {
    NormalText text = NormalText.of(phrase);
    return MentionFinder.masked(
        text, MentionFinder.find(text, names, new PlainAnalyser(), LocalDate.of(2026, 11, 22)));
  }

  static List<LabelledPhrase> phrases(Path file) throws IOException {
    List<LabelledPhrase> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      int tab = line.indexOf('\t');
      if (tab > 0) {
        rows.add(new LabelledPhrase(line.substring(tab + 1), line.substring(0, tab)));
      }
    }
    if (rows.isEmpty()) {
      throw new IOException(file + ": no rows of intent, tab, phrase");
    }
    return rows;
  }

  private static double round(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
