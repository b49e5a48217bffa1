// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentimentReaderTest {
  private static final SentimentReader READER = SentimentReader.of(Optional.empty());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "I love this knife, it is perfect|positive",
        "The zip broke after two days, very disappointed|negative",
        "not good at all|negative",
        "not bad|positive",
        "when does the sale start|neutral",
        "质量很好，物流也快，非常满意|positive",
        "太差了，完全不能用，要求退货|negative",
        "不太好用|negative",
        "一点都不贵|positive",
        "请问几点开始|neutral",
        "這個質量太差了|negative"
      })
  void readsBothLanguages(String text, String expected) {
    Sentiment sentiment = READER.read(text);

    String found =
        sentiment.neutral() >= Math.max(sentiment.positive(), sentiment.negative())
            ? "neutral"
            : sentiment.score() > 0 ? "positive" : "negative";
    assertThat(found).as("%s", sentiment).isEqualTo(expected);
    assertThat(sentiment.positive() + sentiment.neutral() + sentiment.negative())
        .isCloseTo(1, within(1e-9));
  }

  @Test
  void namesTheWordsThatDecided() {
    assertThat(READER.read("great price but the fabric is terrible and itchy").words())
        .contains("terrible")
        .doesNotContain("great");
    assertThat(READER.read("做工粗糙，客服态度差").words()).contains("态度差");
  }

  @Test
  void dividesOpinionsByAspect() {
    List<AspectOpinion> opinions = READER.read("质量很好，就是物流太慢了，客服很热情，价格有点贵").aspects();

    assertThat(opinions)
        .extracting(AspectOpinion::aspect)
        .containsExactlyInAnyOrder("quality", "delivery", "service", "price");
    assertThat(opinions)
        .allSatisfy(opinion -> {
          boolean good = opinion.aspect().equals("quality") || opinion.aspect().equals("service");
          assertThat(opinion.score() > 0).as("%s", opinion).isEqualTo(good);
        });
  }

  @Test
  void hearsAngerAndUrgency() {
    assertThat(READER.read("this is a SCAM, worst garbage ever!!").anger()).isGreaterThan(0.85);
    assertThat(READER.read("你们是骗子，垃圾！！").anger()).isGreaterThan(0.85);
    assertThat(READER.read("a bit slow").anger()).isZero();
    assertThat(READER.read("赶紧给我处理").urgency()).isGreaterThan(0.5);
    assertThat(READER.read("do you have it in blue").urgency()).isZero();
  }

  /// One dimension for what is good and one for what is bad, in place of an encoder.
  private static float[] feeling(String text) {
    return new float[] {
      text.contains("sturdy") ? 1 : 0, text.contains("wobbly") ? 1 : 0, text.contains("?") ? 1 : 0
    };
  }

  private static VectorSentiment taught() {
    List<VectorSentiment.Labelled> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(new VectorSentiment.Labelled("sturdy " + i, VectorSentiment.POSITIVE));
      rows.add(new VectorSentiment.Labelled("wobbly " + i, VectorSentiment.NEGATIVE));
      rows.add(new VectorSentiment.Labelled("which ones? " + i, VectorSentiment.NEUTRAL));
    }
    return VectorSentiment.train(rows, SentimentReaderTest::feeling);
  }

  @Test
  void readsCloselyWithTheShippedModelWhatTheLexiconDoesNotKnow() {
    VectorSentiment model = taught();
    SentimentReader reader = SentimentReader.of(Optional.empty(), () -> Optional.of(model));

    Sentiment wobbly = reader.readClosely("the shelf is wobbly");

    assertThat(wobbly.negative()).isGreaterThan(0.5);
    assertThat(wobbly.words()).contains("wobbly");
    assertThat(wobbly.negative() + wobbly.neutral() + wobbly.positive()).isCloseTo(1, within(1e-9));
    assertThat(reader.readClosely("sturdy shelf").positive()).isGreaterThan(0.5);
    assertThat(reader.readClosely("").neutral()).isGreaterThan(0.5);
    // Turns of a conversation do not wait for an encoder.
    assertThat(reader.read("the shelf is wobbly")).isEqualTo(READER.read("the shelf is wobbly"));
  }

  @Test
  void theShippedModelIsKeptAndLearntAnewWhenItIsDamaged(@TempDir Path folder) throws Exception {
    for (int i = 0; i < 2; i++) {
      try (LearningSentiment learning =
          new LearningSentiment(() -> Optional.of(SentimentReaderTest::feeling), folder)) {
        learning.awaitLearnt();
        assertThat(learning.get()).isPresent();
      }
      try (Stream<Path> kept = Files.list(folder)) {
        Path file = kept.findFirst().orElseThrow();
        assertThat(Files.size(file)).isGreaterThan(20);
        Files.write(file, new byte[3]);
      }
    }
    try (LearningSentiment without = new LearningSentiment(Optional::empty, folder)) {
      without.awaitLearnt();
      assertThat(without.get()).isEmpty();
    }
  }

  @Test
  void theShippedSentencesTeachEachClassInBothLanguages() {
    List<VectorSentiment.Labelled> rows = VectorSentiment.shipped();

    for (int label = 0; label < 3; label++) {
      int of = label;
      assertThat(rows.stream().filter(row -> row.label() == of)).hasSizeGreaterThan(60);
    }
    assertThat(rows.stream().map(VectorSentiment.Labelled::text)).doesNotHaveDuplicates();
  }

  @Test
  void learnsFromReviewsAndComesBackTheSameFromAFile(@TempDir Path folder) throws IOException {
    List<NgramSentiment.Labelled> reviews = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      reviews.add(new NgramSentiment.Labelled("杠杠的 第" + i + "次买", true));
      reviews.add(new NgramSentiment.Labelled("辣眼睛 第" + i + "次买", false));
    }
    NgramSentiment model = NgramSentiment.train(reviews, 1);
    Path file = folder.resolve("model");
    model.save(file);

    assertThat(model.logOdds("真是杠杠的")).isPositive();
    assertThat(model.logOdds("真是辣眼睛")).isNegative();
    assertThat(NgramSentiment.load(file).logOdds("真是杠杠的")).isEqualTo(model.logOdds("真是杠杠的"));
    Sentiment read = SentimentReader.of(Optional.of(model)).read("辣眼睛");
    assertThat(read.negative()).isGreaterThan(read.positive());
    assertThat(read.words()).anySatisfy(word -> assertThat("辣眼睛").contains(word));
  }
}
