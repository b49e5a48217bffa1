// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.intent.IntentClassifier;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.GazetteerSource;
import dev.proffer.chatbot.mention.Lexicon;
import dev.proffer.chatbot.mention.MentionFinder;
import dev.proffer.chatbot.skill.SkillBook;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The intents on phrases that were written apart from the training phrases. A floor, so that a
/// change cannot make understanding worse unseen.
class IntentPhrasesTest {
  private static final SkillBook SKILLS = SkillBook.load(Optional.empty());
  private static final IntentClassifier CLASSIFIER = IntentClassifier.train(SKILLS.phrases());

  private static final Gazetteer NAMES =
      new GazetteerSource(Lexicon.load())
          .build(
              List.of(
                  item("k1", "Damask Chef Knife", "大马士革主厨刀", "kitchen/knives", "Ironleaf"),
                  item("k3", "Bread Knife Classic", "经典面包刀", "kitchen/knives", "Homa"),
                  item("c1", "Copper Pan Large", "大号铜煎锅", "kitchen/cookware", "Homa"),
                  item(
                      "h1",
                      "Cloud Wireless Headphones",
                      "云朵无线耳机",
                      "electronics/headphones",
                      "Sonora"),
                  item("s1", "Air Runner Shoes", "轻风跑步鞋", "sports/shoes", "Nike"),
                  item("s2", "Trail Shoes Grip", "越野防滑跑鞋", "sports/shoes", "Adidas"),
                  item("t1", "Oolong Tea Box", "乌龙茶礼盒", "food/tea", "Homa")),
              List.of(
                  promotion("p1", "Knife Week", "刀具周", ""),
                  promotion("p2", "Spend and Save", "满300减40", ""),
                  promotion("p3", "Autumn Coupon", "秋日券", "SAVE20")),
              1);

  private static GazetteerSource.NamedItem item(
      String id, String en, String zh, String category, String brand) {
    return new GazetteerSource.NamedItem(id, Map.of("en", en, "zh", zh), category, brand, "CNY");
  }

  private static GazetteerSource.NamedPromotion promotion(
      String id, String en, String zh, String code) {
    return new GazetteerSource.NamedPromotion(id, Map.of("en", en, "zh", zh), code);
  }

  @ParameterizedTest
  @CsvSource({"en, 0.8", "zh, 0.8"})
  void understandsPhrasesItNeverSaw(String language, double floor) throws IOException {
    List<LabelledPhrase> phrases = read(language);
    List<String> wrong = new ArrayList<>();
    for (LabelledPhrase phrase : phrases) {
      NormalText text = NormalText.of(phrase.phrase());
      String masked =
          MentionFinder.masked(
              text,
              MentionFinder.find(text, NAMES, new PlainAnalyser(), LocalDate.of(2026, 11, 22)));
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
        IntentPhrasesTest.class.getResourceAsStream("/phrases/" + language + ".tsv")) {
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
