// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.embedding.TurnEncoder;
import dev.proffer.proto.chatbot.v1.KnowledgeEntry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Retrieval with sentence vectors.
class KnowledgeIndexTest {
  private static final double QUOTED_FROM = 0.8;
  private static final List<KnowledgeEntry> ENTRIES =
      List.of(
          entry("wrap", "Can you wrap an order as a present?", "Yes, for 5 dollars."),
          entry("canada", "Do you ship to Canada?", "Yes, within 9 days."),
          entry("battery", "How do I dispose of old batteries?", "Bring them to any shop."),
          entry("allergy", "Does the hand cream contain nuts?", "No."),
          entry("far", "偏远地区发货吗", "新疆西藏也发，大约7天。"),
          entry("tax", "你们可以开增值税专用发票吗", "可以，下单时填写税号即可。"),
          entry("clean", "真丝衣服怎么洗", "冷水手洗，阴干。"));

  private static TurnEncoder encoder;

  @BeforeAll
  static void load() throws Exception {
    encoder = TurnEncoder.load();
  }

  @AfterAll
  static void close() throws Exception {
    encoder.close();
  }

  private static KnowledgeEntry entry(String id, String question, String answer) {
    return KnowledgeEntry.newBuilder()
        .setEntryId(id)
        .setQuestion(question)
        .setAnswer(answer)
        .build();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "is gift packaging offered|wrap",
        "where can worn out cells be recycled|battery",
        "delivery to Toronto possible?|canada",
        "很远的地方能寄到吗|far",
        "丝绸裙子能放洗衣机吗|clean"
      })
  void findsWhatIsMeantWithoutAWordInCommon(String asked, String id) {
    KnowledgeIndex index = new KnowledgeIndex(ENTRIES, Optional.of(encoder));

    assertThat(index.search(asked, 3).getFirst().entry().getEntryId()).isEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource({
    "what is the weather like",
    "I want a discount on shoes",
    "who won the match",
    "今天天气怎么样",
    "有什么好看的电影"
  })
  void isNotSureOfWhatNobodyAnswered(String asked) {
    KnowledgeIndex index = new KnowledgeIndex(ENTRIES, Optional.of(encoder));

    assertThat(index.search(asked, 3))
        .allSatisfy(found -> assertThat(found.confidence()).isLessThan(QUOTED_FROM));
  }

  @Test
  void isSureOfTheSameQuestionInOtherWords() {
    KnowledgeIndex index = new KnowledgeIndex(ENTRIES, Optional.of(encoder));

    KnowledgeIndex.Found found = index.search("could you wrap my order as a present", 3).getFirst();

    assertThat(found.entry().getEntryId()).isEqualTo("wrap");
    assertThat(found.confidence()).isGreaterThanOrEqualTo(QUOTED_FROM);
  }
}
