// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.chatbot.embedding.RememberingEncoder;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.embedding.TurnEncoder;
import dev.proffer.chatbot.intent.IntentClassifier;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.intent.LearningIntents;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.sentiment.NgramSentiment;
import dev.proffer.chatbot.skill.SkillBook;
import dev.proffer.runtime.service.ToolModule;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `chatbot train`: learns the intents from the phrases of the skills, with sentence vectors, and
/// fits their probabilities by cross-validation; with `reviews`, learns a sentiment model. The
/// files go to a folder; the settings `chatbot.intent-model` and `chatbot.sentiment-model` name
/// them.
public final class ChatbotTrain implements ToolModule {
  private static final int FOLDS = 5;

  @Override
  public String name() {
    return "chatbot-train";
  }

  @Override
  public boolean run(Map<String, String> options, PrintStream out) throws Exception {
    Path folder = Path.of(options.getOrDefault("out", "."));
    Files.createDirectories(folder);
    ObjectNode report = new ObjectMapper().createObjectNode();
    trainIntents(options, folder, report);
    String reviews = options.getOrDefault("reviews", "");
    if (!reviews.isEmpty()) {
      trainSentiment(Path.of(reviews), folder, report);
    }
    report
        .properties()
        .forEach(entry ->
            out.printf(Locale.ROOT, "%-20s %s%n", entry.getKey(), entry.getValue().asText()));
    if (options.containsKey("json")) {
      out.println(report);
    }
    return true;
  }

  private static void trainIntents(Map<String, String> options, Path folder, ObjectNode report)
      throws Exception {
    long start = System.nanoTime();
    String skills = options.getOrDefault("skills", "");
    List<LabelledPhrase> phrases =
        SkillBook.load(skills.isEmpty() ? Optional.empty() : Optional.of(Path.of(skills)))
            .phrases();
    boolean vectors = options.getOrDefault("encoder", "bge").equals("bge");
    @Nullable SentenceEncoder encoder = null;
    if (vectors) {
      encoder =
          RememberingEncoder.of(
              TurnEncoder.load(), phrases, Runtime.getRuntime().availableProcessors());
    }
    IntentClassifier classifier = IntentClassifier.calibrated(phrases, encoder, FOLDS);
    Path file = folder.resolve("intents.model");
    classifier.save(
        file,
        LearningIntents.key(
            phrases, vectors ? EnumSet.allOf(Language.class) : EnumSet.noneOf(Language.class)),
        vectors);
    report.put("intents", phrases.stream().map(LabelledPhrase::label).distinct().count());
    report.put("phrases", phrases.size());
    report.put("calibration", classifier.calibration().toString());
    report.put("intent_model", file.toAbsolutePath().toString());
    report.put("intent_seconds", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
  }

  private static void trainSentiment(Path reviews, Path folder, ObjectNode report)
      throws IOException {
    long start = System.nanoTime();
    List<NgramSentiment.Labelled> rows = new ArrayList<>();
    for (LabelledPhrase row : LabelledFile.readLong(reviews, "label")) {
      rows.add(
          new NgramSentiment.Labelled(
              row.phrase(), row.label().equals("1") || row.label().equals("positive")));
    }
    if (rows.size() < 2) {
      throw new IOException(reviews + ": no labelled reviews");
    }
    Path file = folder.resolve("sentiment.model");
    NgramSentiment.train(rows, 1).save(file);
    report.put("reviews", rows.size());
    report.put("sentiment_model", file.toAbsolutePath().toString());
    report.put("sentiment_seconds", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
  }
}
