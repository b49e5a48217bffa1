// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.chatbot.embedding.OnnxEncoder;
import dev.proffer.chatbot.embedding.RememberingEncoder;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.intent.LinearClassifier;
import dev.proffer.runtime.service.ToolModule;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// `evaluate-nlu`: trains the classifier of the chatbot on one labelled file and measures it on
/// another.
///
/// Rows whose label is `oos` or does not occur in training are out of scope. With a validation part
/// that has such rows (CLINC150), the threshold that balances in-scope accuracy and out-of-scope
/// recall is chosen there and then applied to the test part once.
public final class EvaluateNlu implements ToolModule {
  /// What the classifier says of one row: its label and how surely.
  private record Guess(String label, double score) {}

  @Override
  public String name() {
    return "evaluate-nlu";
  }

  @Override
  public boolean run(Map<String, String> options, PrintStream out) throws IOException {
    long start = System.nanoTime();
    Path trainFile = Path.of(options.getOrDefault("train", ""));
    Path testFile = Path.of(options.getOrDefault("test", ""));
    boolean vectors = options.getOrDefault("encoder", "bge").equals("bge");
    double cost = Double.parseDouble(options.getOrDefault("cost", "1"));
    List<LabelledPhrase> train = LabelledFile.read(trainFile, "train");
    List<LabelledPhrase> test = new ArrayList<>(LabelledFile.read(testFile, "test"));
    test.addAll(LabelledFile.read(testFile, "oos_test"));
    if (train.isEmpty() || test.isEmpty()) {
      out.println((train.isEmpty() ? trainFile : testFile) + ": no labelled rows");
      return false;
    }
    List<LabelledPhrase> validation = new ArrayList<>(LabelledFile.read(trainFile, "val"));
    validation.addAll(LabelledFile.read(trainFile, "oos_val"));
    SentenceEncoder encoder = vectors ? new RememberingEncoder(OnnxEncoder.english()) : null;
    LinearClassifier classifier = LinearClassifier.train(train, cost, encoder);
    double trained = seconds(start);
    Set<String> labels = new HashSet<>(classifier.labels());
    long testStart = System.nanoTime();
    List<Guess> guesses = guesses(classifier, test);
    double millisPerRow = seconds(testStart) * 1000 / test.size();

    ObjectNode report = new ObjectMapper().createObjectNode();
    report.put("accuracy", accuracy(test, guesses, labels));
    report.put("macro_f1", macroF1(test, guesses, labels));
    boolean outOfScope = test.stream().anyMatch(row -> !labels.contains(row.label()));
    if (outOfScope) {
      List<LabelledPhrase> chosenOn = validation.isEmpty() ? test : validation;
      double threshold = balancedThreshold(chosenOn, guesses(classifier, chosenOn), labels);
      report.put("threshold", threshold);
      report.put("in_scope_accuracy", inScopeAccuracy(test, guesses, labels, threshold));
      report.put("oos_recall", oosRecall(test, guesses, labels, threshold));
      report.put("threshold_chosen_on", validation.isEmpty() ? "test" : "validation");
    }
    report.put("encoder", vectors ? "bge-small-en-v1.5-q and n-grams" : "n-grams");
    report.put("train_rows", train.size());
    report.put("test_rows", test.size());
    report.put("labels", labels.size());
    report.put("train_seconds", round(trained));
    report.put("ms_per_row", round(millisPerRow));
    report.put("seconds", round(seconds(start)));
    report
        .properties()
        .forEach(entry ->
            out.printf(Locale.ROOT, "%-20s %s%n", entry.getKey(), entry.getValue().asText()));
    printConfusions(test, guesses, labels, out);
    if (options.containsKey("json")) {
      out.println(report);
    }
    return true;
  }

  private static List<Guess> guesses(LinearClassifier classifier, List<LabelledPhrase> rows) {
    List<Guess> guesses = new ArrayList<>();
    for (LabelledPhrase row : rows) {
      double[] margins = classifier.margins(row.phrase());
      int best = 0;
      for (int c = 1; c < margins.length; c++) {
        if (margins[c] > margins[best]) {
          best = c;
        }
      }
      guesses.add(new Guess(classifier.labels().get(best), margins[best]));
    }
    return guesses;
  }

  private static double accuracy(
      List<LabelledPhrase> rows, List<Guess> guesses, Set<String> known) {
    return inScopeAccuracy(rows, guesses, known, Double.NEGATIVE_INFINITY);
  }

  private static double inScopeAccuracy(
      List<LabelledPhrase> rows, List<Guess> guesses, Set<String> known, double threshold) {
    int inScope = 0;
    int right = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (known.contains(rows.get(i).label())) {
        inScope++;
        Guess guess = guesses.get(i);
        right += guess.score >= threshold && guess.label.equals(rows.get(i).label()) ? 1 : 0;
      }
    }
    return inScope == 0 ? 0 : round4((double) right / inScope);
  }

  private static double oosRecall(
      List<LabelledPhrase> rows, List<Guess> guesses, Set<String> known, double threshold) {
    int outside = 0;
    int refused = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (!known.contains(rows.get(i).label())) {
        outside++;
        refused += guesses.get(i).score < threshold ? 1 : 0;
      }
    }
    return outside == 0 ? 0 : round4((double) refused / outside);
  }

  /// The threshold at which accuracy in scope and recall out of scope are best together.
  private static double balancedThreshold(
      List<LabelledPhrase> rows, List<Guess> guesses, Set<String> known) {
    double best = 0;
    double bestSum = -1;
    for (double threshold = -1.5; threshold <= 1.5; threshold += 0.005) {
      double sum =
          inScopeAccuracy(rows, guesses, known, threshold)
              + oosRecall(rows, guesses, known, threshold);
      if (sum > bestSum) {
        bestSum = sum;
        best = threshold;
      }
    }
    return round4(best);
  }

  private static double macroF1(List<LabelledPhrase> rows, List<Guess> guesses, Set<String> known) {
    Map<String, int[]> counts = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      String label = rows.get(i).label();
      if (!known.contains(label)) {
        continue;
      }
      String guess = guesses.get(i).label;
      counts.computeIfAbsent(label, _ -> new int[3])[guess.equals(label) ? 0 : 2]++;
      if (!guess.equals(label)) {
        counts.computeIfAbsent(guess, _ -> new int[3])[1]++;
      }
    }
    double sum = 0;
    for (int[] c : counts.values()) {
      sum += c[0] == 0 ? 0 : 2.0 * c[0] / (2.0 * c[0] + c[1] + c[2]);
    }
    return counts.isEmpty() ? 0 : round4(sum / counts.size());
  }

  private static void printConfusions(
      List<LabelledPhrase> rows, List<Guess> guesses, Set<String> known, PrintStream out) {
    Map<String, Integer> confusions = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      String label = rows.get(i).label();
      if (known.contains(label) && !guesses.get(i).label.equals(label)) {
        confusions.merge(label + " taken for " + guesses.get(i).label, 1, Integer::sum);
      }
    }
    confusions.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .limit(10)
        .forEach(entry -> out.printf("%5d %s%n", entry.getValue(), entry.getKey()));
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static double round(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static double round4(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
