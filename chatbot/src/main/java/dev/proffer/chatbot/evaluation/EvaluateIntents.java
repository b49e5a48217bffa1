// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.chatbot.ChatbotSettings;
import dev.proffer.chatbot.intent.IntentClassifier;
import dev.proffer.chatbot.intent.IntentScore;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.intent.LearningIntents;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.MentionFinder;
import dev.proffer.chatbot.skill.SkillBook;
import dev.proffer.runtime.service.ToolModule;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `evaluate-intents`: trains on the phrases of the skills, as a start of the bot does, and
/// measures on files of `intent<TAB>phrase`. Several files are separated by commas.
///
/// Phrases that must not be copied stand in a file as `hash<TAB>intent`, the hash being the first
/// 16 hexadecimal digits of the SHA-256 of the phrase without spaces; the phrases themselves are
/// looked up in the tab-separated files of the folder `texts`. Where a person would accept several
/// intents, they stand with `|` between them. Their `part` is `looking` when the last digit of the
/// hash is even and `measuring` when it is odd: who improves the bot reads the first half only, so
/// that the second half stays a measure.
///
/// With `typos`, so many random typing errors are made in each phrase first.
public final class EvaluateIntents implements ToolModule {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

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
    IntentClassifier classifier;
    if (vectors) {
      try (LearningIntents served =
          new LearningIntents(
              phrases,
              List.of(Language.values()),
              LearningIntents.folder(ChatbotSettings.INTENT_CACHE.defaultText()),
              Optional.empty())) {
        served.awaitLearnt();
        if (!served.trouble().isEmpty()) {
          out.println(served.trouble());
        }
        classifier = served.get();
      }
    } else {
      classifier = IntentClassifier.train(phrases);
    }
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
    int strict = 0;
    int surelyRight = 0;
    int surelyWrong = 0;
    Reliability reliability = new Reliability();
    ConfusionPicture picture = new ConfusionPicture();
    int typos = Integer.parseInt(options.getOrDefault("typos", "0"));
    TypingErrors typist =
        new TypingErrors(new Random(Long.parseLong(options.getOrDefault("seed", "1"))));
    Map<String, Integer> confusions = new TreeMap<>();
    Map<String, int[]> byIntent = new TreeMap<>();
    List<LabelledPhrase> rows =
        phrases(file, options.getOrDefault("texts", ""), options.getOrDefault("part", ""));
    long start = System.nanoTime();
    for (LabelledPhrase row : rows) {
      String typed = typist.with(row.phrase(), typos);
      IntentScore top = classifier.classify(masked(typed, names), 2).getFirst();
      List<String> accepted = List.of(row.label().split("\\|", -1));
      boolean hit = accepted.contains(top.intent());
      strict += top.intent().equals(accepted.getFirst()) ? 1 : 0;
      right += hit ? 1 : 0;
      reliability.add(top.confidence(), hit);
      picture.add(hit ? top.intent() : accepted.getFirst(), top.intent());
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
          out.println(row.label() + "\t" + top.intent() + "\t" + typed);
        }
      }
    }
    ObjectNode part = report.putObject(file.getFileName().toString());
    part.put("phrases", rows.size());
    part.put("accuracy", round((double) right / rows.size()));
    if (strict != right) {
      part.put("first_label_accuracy", round((double) strict / rows.size()));
    }
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
    part.put("brier", round(reliability.brier()));
    part.put("calibration_error", round(reliability.expectedError()));
    if (typos > 0) {
      part.put("typing_errors_each", typos);
    }
    if (options.containsKey("picture")) {
      String name = file.getFileName().toString().replaceAll("\\.[^.]*$", "") + ".svg";
      picture.write(Path.of(options.getOrDefault("picture", "")).resolve(name), "Intents: " + file);
    }
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

  private static List<LabelledPhrase> phrases(Path file, String texts, String part)
      throws IOException {
    List<LabelledPhrase> rows = new ArrayList<>();
    Map<String, String> hashed = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      int tab = line.indexOf('\t');
      if (tab > 0 && HASH.matcher(line.substring(0, tab)).matches()) {
        boolean looking = Character.digit(line.charAt(tab - 1), 16) % 2 == 0;
        if (part.equals(looking ? "measuring" : "looking")) {
          continue;
        }
        hashed.put(line.substring(0, tab), line.substring(tab + 1));
      } else if (tab > 0) {
        rows.add(new LabelledPhrase(line.substring(tab + 1), line.substring(0, tab)));
      }
    }
    if (!hashed.isEmpty()) {
      if (texts.isEmpty()) {
        throw new IOException(file + ": holds hashes of phrases; --texts must name their folder");
      }
      Set<String> seen = new HashSet<>();
      try (Stream<Path> found = Files.list(Path.of(texts))) {
        for (Path source : found.sorted().toList()) {
          for (String line : Files.readAllLines(source)) {
            for (String cell : line.split("\t", -1)) {
              String text = cell.replace(" ", "");
              String label = hashed.get(hash(text));
              if (label != null && seen.add(text)) {
                rows.add(new LabelledPhrase(text, label));
              }
            }
          }
        }
      }
      if (rows.size() < hashed.size()) {
        throw new IOException(
            file + ": " + (hashed.size() - rows.size()) + " phrases are not in " + texts);
      }
    }
    if (rows.isEmpty()) {
      throw new IOException(file + ": no rows of intent, tab, phrase");
    }
    return rows;
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double round(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
