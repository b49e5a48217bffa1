// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.chatbot.embedding.OnnxEncoder;
import dev.proffer.chatbot.embedding.RememberingEncoder;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.intent.IntentClassifier.Calibration;
import dev.proffer.chatbot.intent.IntentClassifier.Calibration.Judged;
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
import java.util.stream.IntStream;
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
    List<Best> validationGuesses = guesses(classifier, validation);
    Calibration calibration =
        validation.isEmpty()
            ? heldBack(train, cost, encoder)
            : Calibration.fit(inScope(validation, validationGuesses, labels));
    boolean outOfScope = test.stream().anyMatch(row -> !labels.contains(row.label()));
    if (outOfScope) {
      List<LabelledPhrase> chosenOn = validation.isEmpty() ? test : validation;
      List<Judged> chosen = judged(chosenOn, validation.isEmpty() ? guesses : validationGuesses);
      Calibration ofAll = validation.isEmpty() ? calibration : Calibration.fit(chosen);
      double threshold = balancedThreshold(chosenOn, chosen, labels, ofAll);
      List<Judged> judged = judged(test, guesses);
      double[] sure = probabilities(judged, ofAll);
      report.put("threshold", threshold);
      report.put("in_scope_accuracy", inScopeAccuracy(test, judged, labels, sure, threshold));
      report.put("oos_recall", oosRecall(test, labels, sure, threshold));
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

  /// What was said of all rows; out of scope, no label is right.
  private static List<Judged> judged(List<LabelledPhrase> rows, List<Best> guesses) {
    List<Judged> judged = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      judged.add(Judged.of(guesses.get(i), rows.get(i).label()));
    }
    return judged;
  }

  /// What was said of the rows in scope.
  private static List<Judged> inScope(
      List<LabelledPhrase> rows, List<Best> guesses, Set<String> known) {
    List<Judged> judged = judged(rows, guesses);
    return IntStream.range(0, rows.size())
        .filter(i -> known.contains(rows.get(i).label()))
        .mapToObj(judged::get)
        .toList();
  }

  private static Calibration heldBack(
      List<LabelledPhrase> train, double cost, @Nullable SentenceEncoder encoder) {
    List<LabelledPhrase> most = new ArrayList<>();
    List<LabelledPhrase> held = new ArrayList<>();
    for (int i = 0; i < train.size(); i++) {
      (i % HELD_EACH == 0 ? held : most).add(train.get(i));
    }
    LinearClassifier part = LinearClassifier.train(most, cost, encoder);
    return Calibration.fit(inScope(held, guesses(part, held), new HashSet<>(part.labels())));
  }

  private static double calibrationError(
      List<LabelledPhrase> rows, List<Best> guesses, Set<String> known, Calibration calibration) {
    Reliability reliability = new Reliability();
    for (Judged row : inScope(rows, guesses, known)) {
      reliability.add(calibration.probability(row), row.right());
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
    return inScopeAccuracy(rows, judged(rows, guesses), known, new double[rows.size()], 0);
  }

  private static double[] probabilities(List<Judged> judged, Calibration calibration) {
    return judged.stream().mapToDouble(calibration::probability).toArray();
  }

  /// @param sure of each row; the right ones below the threshold do not count
  private static double inScopeAccuracy(
      List<LabelledPhrase> rows,
      List<Judged> judged,
      Set<String> known,
      double[] sure,
      double threshold) {
    int inScope = 0;
    int right = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (known.contains(rows.get(i).label())) {
        inScope++;
        right += sure[i] >= threshold && judged.get(i).right() ? 1 : 0;
      }
    }
    return inScope == 0 ? 0 : round4((double) right / inScope);
  }

  private static double oosRecall(
      List<LabelledPhrase> rows, Set<String> known, double[] sure, double threshold) {
    int outside = 0;
    int refused = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (!known.contains(rows.get(i).label())) {
        outside++;
        refused += sure[i] < threshold ? 1 : 0;
      }
    }
    return outside == 0 ? 0 : round4((double) refused / outside);
  }

  /// The threshold at which the worse of accuracy in scope and recall out of scope is best.
  private static double balancedThreshold(
      List<LabelledPhrase> rows, List<Judged> judged, Set<String> known, Calibration calibration) {
    double[] sure = probabilities(judged, calibration);
    double best = 0;
    double bestWorse = -1;
    for (int step = 0; step <= 1_000; step++) {
      double threshold = step / 1_000.0;
      double worse =
          Math.min(
              inScopeAccuracy(rows, judged, known, sure, threshold),
              oosRecall(rows, known, sure, threshold));
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
