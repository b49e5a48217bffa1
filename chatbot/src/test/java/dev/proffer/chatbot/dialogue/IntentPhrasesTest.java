// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.evaluation.EvaluateIntents;
import dev.proffer.chatbot.evaluation.SampleNames;
import dev.proffer.chatbot.intent.IntentClassifier;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.skill.SkillBook;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The intents on phrases that were written apart from the training phrases, from words alone,
/// which is what serves until the sentence vectors are learnt. A floor, so that a change cannot
/// make understanding worse unseen.
class IntentPhrasesTest {
  private static final SkillBook SKILLS = SkillBook.load(Optional.empty());
  private static final IntentClassifier CLASSIFIER = IntentClassifier.train(SKILLS.phrases());

  private static final Gazetteer NAMES = SampleNames.gazetteer();

  @ParameterizedTest
  @CsvSource({"en, 0.85", "zh, 0.85"})
  void understandsPhrasesItNeverSaw(String language, double floor) throws IOException {
    List<LabelledPhrase> phrases = read(language);
    List<String> wrong = new ArrayList<>();
    for (LabelledPhrase phrase : phrases) {
      String masked = EvaluateIntents.masked(phrase.phrase(), NAMES);
      String intent = CLASSIFIER.classify(masked, 2).getFirst().intent();
      if (!intent.equals(phrase.label())) {
        wrong.add(phrase.phrase() + ": " + intent + ", not " + phrase.label());
      }
    }
    double accuracy = 1 - (double) wrong.size() / phrases.size();
    assertThat(accuracy).as("%s", String.join("\n", wrong)).isGreaterThanOrEqualTo(floor);
  }

  @Test
  void testPhrasesAreNoTrainingPhrases() throws IOException {
    List<String> training = SKILLS.phrases().stream().map(LabelledPhrase::phrase).toList();

    assertThat(Stream.concat(read("en").stream(), read("zh").stream()).map(LabelledPhrase::phrase))
        .doesNotContainAnyElementsOf(training);
  }

  @Test
  void everyTestPhraseNamesASkill() throws IOException {
    assertThat(Stream.concat(read("en").stream(), read("zh").stream()).map(LabelledPhrase::label))
        .allMatch(label -> SKILLS.skill(label).isPresent());
  }

  private static List<LabelledPhrase> read(String language) throws IOException {
    try (InputStream in =
        IntentPhrasesTest.class.getResourceAsStream("/phrases/test-" + language + ".tsv")) {
      if (in == null) {
        throw new IOException("no phrases");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t", 2))
          .map(cells -> new LabelledPhrase(cells[1], cells[0]))
          .toList();
    }
  }
}
