// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.chatbot.skill.SkillBook;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MentionFinderTest {
  /// A Sunday.
  private static final LocalDate TODAY = LocalDate.of(2026, 11, 22);

  private static final Gazetteer NAMES =
      new GazetteerSource(Lexicon.load(), SkillBook.load(Optional.empty()).words())
          .build(
              List.of(
                  item("k1", "Damask Chef Knife", "大马士革主厨刀", "kitchen/knives", "Ironleaf"),
                  item("k2", "Bread Knife Classic", "经典面包刀", "kitchen/knives", "Homa"),
                  item("s1", "Air Runner Shoes", "轻风跑步鞋", "sports/shoes", "Nike")),
              List.of(
                  new GazetteerSource.NamedPromotion(
                      "p-300", Map.of("en", "Spend and Save", "zh", "满300减40"), ""),
                  new GazetteerSource.NamedPromotion(
                      "p-save", Map.of("en", "Autumn Coupon", "zh", "秋日券"), "SAVE20")),
              1);

  private static GazetteerSource.NamedItem item(
      String id, String en, String zh, String category, String brand) {
    return new GazetteerSource.NamedItem(id, Map.of("en", en, "zh", zh), category, brand, "CNY");
  }

  private record Case(String text, String mentions) {
    @Override
    public String toString() {
      return text;
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in = MentionFinderTest.class.getResourceAsStream("/mentions.tsv")) {
      if (in == null) {
        throw new IOException("no mentions.tsv");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .map(cells -> new Case(cells[0], cells[1]));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void findsWhatATurnNames(Case turn) {
    assertThat(
            MentionFinder.find(NormalText.of(turn.text), NAMES, new PlainAnalyser(), TODAY).stream()
                .map(m -> (m.negated() ? "not_" : "") + m.type().wireName() + "=" + m.value())
                .collect(Collectors.joining(", ")))
        .isEqualTo(turn.mentions);
  }

  @Test
  void replacesNamesByOneCharacterForTheClassifier() {
    NormalText text = NormalText.of("deals on Nike shoes under 200");
    String masked =
        MentionFinder.masked(text, MentionFinder.find(text, NAMES, new PlainAnalyser(), TODAY));

    assertThat(masked)
        .isEqualTo(
            "deals on "
                + MentionType.BRAND.mask()
                + " "
                + MentionType.CATEGORY.mask()
                + " "
                + MentionType.PRICE_MAX.mask());
  }
}
