// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.chatbot.embedding.OnnxEncoder;
import dev.proffer.chatbot.embedding.RememberingEncoder;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.intent.IntentClassifier.Calibration;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.intent.LinearClassifier;
import dev.proffer.chatbot.intent.LinearClassifier.Best;
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
import org.jspecify.annotations.Nullable;

/// `evaluate-nlu`: trains the classifier of the chatbot on one labelled file and measures it on
/// another.
///
/// Rows whose label is `oos` or does not occur in training are out of scope. With a validation part
/// that has such rows (CLINC150), the probability of being right is fitted there, with what else
/// out of scope the file has for training, and so is the threshold on it at which the worse of
/// in-scope accuracy and out-of-scope recall is best; both are then applied to the test part once.
public final class EvaluateNlu implements ToolModule {
  /// Without a validation part, each so many rows of training are held back to fit probabilities.
  private static final int HELD_EACH = 10;

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
    if (!validation.isEmpty()) {
      // What is out of scope is not learnt, so these say as much as the others, of which there are
      // few.
      validation.addAll(LabelledFile.read(trainFile, "oos_train"));
    }
    SentenceEncoder encoder = vectors ? new RememberingEncoder(OnnxEncoder.english()) : null;
    LinearClassifier classifier = LinearClassifier.train(train, cost, encoder);
    double trained = seconds(start);
    Set<String> labels = new HashSet<>(classifier.labels());
    long testStart = System.nanoTime();
    List<Best> guesses = guesses(classifier, test);
    double millisPerRow = seconds(testStart) * 1000 / test.size();

    ObjectNode report = new ObjectMapper().createObjectNode();
    report.put("accuracy", accuracy(test, guesses, labels));
    report.put("macro_f1", macroF1(test, guesses, labels));
    Calibration calibration =
        validation.isEmpty()
            ? heldBack(train, cost, encoder)
            : Calibration.fit(judged(validation, guesses(classifier, validation), labels));
    boolean outOfScope = test.stream().anyMatch(row -> !labels.contains(row.label()));
    if (outOfScope) {
      List<LabelledPhrase> chosenOn = validation.isEmpty() ? test : validation;
      List<Best> chosenGuesses = guesses(classifier, chosenOn);
      Calibration ofAll =
          validation.isEmpty() ? calibration : Calibration.fit(judged(chosenOn, chosenGuesses));
      double threshold = balancedThreshold(chosenOn, chosenGuesses, labels, ofAll);
      report.put("threshold", threshold);
      report.put("in_scope_accuracy", inScopeAccuracy(test, guesses, labels, ofAll, threshold));
      report.put("oos_recall", oosRecall(test, guesses, labels, ofAll, threshold));
      report.put("threshold_chosen_on", validation.isEmpty() ? "test" : "validation");
    }
    report.put("calibration_error", calibrationError(test, guesses, labels, calibration));
    if (options.containsKey("picture")) {
      picture(test, guesses, labels)
          .write(Path.of(options.getOrDefault("picture", "")), "Intents: " + testFile);
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

  private static List<Best> guesses(LinearClassifier classifier, List<LabelledPhrase> rows) {
    return rows.stream().map(row -> classifier.best(row.phrase())).toList();
  }

  /// What was said of the rows in scope.
  private static List<Calibration.Judged> judged(
      List<LabelledPhrase> rows, List<Best> guesses, Set<String> known) {
    List<Calibration.Judged> judged = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (known.contains(rows.get(i).label())) {
        judged.add(judged(rows.get(i), guesses.get(i)));
      }
    }
    return judged;
  }

  /// What was said of all rows; out of scope, no label is right.
  private static List<Calibration.Judged> judged(List<LabelledPhrase> rows, List<Best> guesses) {
    List<Calibration.Judged> judged = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      judged.add(judged(rows.get(i), guesses.get(i)));
    }
    return judged;
  }

  private static Calibration.Judged judged(LabelledPhrase row, Best guess) {
    return new Calibration.Judged(
        guess.margin(), guess.gap(), guess.nearest(), guess.label().equals(row.label()));
  }

  private static Calibration heldBack(
      List<LabelledPhrase> train, double cost, @Nullable SentenceEncoder encoder) {
    List<LabelledPhrase> most = new ArrayList<>();
    List<LabelledPhrase> held = new ArrayList<>();
    for (int i = 0; i < train.size(); i++) {
      (i % HELD_EACH == 0 ? held : most).add(train.get(i));
    }
    LinearClassifier part = LinearClassifier.train(most, cost, encoder);
    return Calibration.fit(judged(held, guesses(part, held), new HashSet<>(part.labels())));
  }

  private static double calibrationError(
      List<LabelledPhrase> rows, List<Best> guesses, Set<String> known, Calibration calibration) {
    Reliability reliability = new Reliability();
    for (Calibration.Judged row : judged(rows, guesses, known)) {
      reliability.add(calibration.probability(row.margin(), row.gap(), row.nearest()), row.right());
    }
    return round4(reliability.expectedError());
  }

  private static ConfusionPicture picture(
      List<LabelledPhrase> rows, List<Best> guesses, Set<String> known) {
    ConfusionPicture picture = new ConfusionPicture();
    for (int i = 0; i < rows.size(); i++) {
      if (known.contains(rows.get(i).label())) {
        picture.add(rows.get(i).label(), guesses.get(i).label());
      }
    }
    return picture;
  }

  private static double accuracy(List<LabelledPhrase> rows, List<Best> guesses, Set<String> known) {
    return inScopeAccuracy(rows, guesses, known, Calibration.DEFAULT, 0);
  }

  private static double probability(Calibration calibration, Best guess) {
    return calibration.probability(guess.margin(), guess.gap(), guess.nearest());
  }

  private static double inScopeAccuracy(
      List<LabelledPhrase> rows,
      List<Best> guesses,
      Set<String> known,
      Calibration calibration,
      double threshold) {
    int inScope = 0;
    int right = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (known.contains(rows.get(i).label())) {
        inScope++;
        Best guess = guesses.get(i);
        right +=
            probability(calibration, guess) >= threshold
                    && guess.label().equals(rows.get(i).label())
                ? 1
                : 0;
      }
    }
    return inScope == 0 ? 0 : round4((double) right / inScope);
  }

  private static double oosRecall(
      List<LabelledPhrase> rows,
      List<Best> guesses,
      Set<String> known,
      Calibration calibration,
      double threshold) {
    int outside = 0;
    int refused = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (!known.contains(rows.get(i).label())) {
        outside++;
        refused += probability(calibration, guesses.get(i)) < threshold ? 1 : 0;
      }
    }
    return outside == 0 ? 0 : round4((double) refused / outside);
  }

  /// The threshold at which the worse of accuracy in scope and recall out of scope is best.
  private static double balancedThreshold(
      List<LabelledPhrase> rows, List<Best> guesses, Set<String> known, Calibration calibration) {
    double best = 0;
    double bestWorse = -1;
    for (int step = 0; step <= 1_000; step++) {
      double threshold = step / 1_000.0;
      double worse =
          Math.min(
              inScopeAccuracy(rows, guesses, known, calibration, threshold),
              oosRecall(rows, guesses, known, calibration, threshold));
      if (worse > bestWorse) {
        bestWorse = worse;
        best = threshold;
      }
    }
    return best;
  }

  private static double macroF1(List<LabelledPhrase> rows, List<Best> guesses, Set<String> known) {
    Map<String, int[]> counts = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      String label = rows.get(i).label();
      if (!known.contains(label)) {
        continue;
      }
      String guess = guesses.get(i).label();
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
      List<LabelledPhrase> rows, List<Best> guesses, Set<String> known, PrintStream out) {
    Map<String, Integer> confusions = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      String label = rows.get(i).label();
      if (known.contains(label) && !guesses.get(i).label().equals(label)) {
        confusions.merge(label + " taken for " + guesses.get(i).label(), 1, Integer::sum);
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
