// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.language.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningIntentsTest {
  private static final List<LabelledPhrase> PHRASES =
      List.of(
          new LabelledPhrase("where is my parcel", "order_status"),
          new LabelledPhrase("has my order been sent", "order_status"),
          new LabelledPhrase("我的快递到哪了", "order_status"),
          new LabelledPhrase("订单发货了吗", "order_status"),
          new LabelledPhrase("i want my money back", "refund"),
          new LabelledPhrase("refund me please", "refund"),
          new LabelledPhrase("我要退款", "refund"),
          new LabelledPhrase("把钱退给我", "refund"));

  @TempDir private Path folder;

  private LearningIntents learnt(List<LabelledPhrase> phrases, List<Language> encoders)
      throws InterruptedException {
    LearningIntents intents = new LearningIntents(phrases, encoders, folder, Optional.empty());
    intents.awaitLearnt();
    return intents;
  }

  private static String intent(Intents intents, String phrase) {
    return intents.get().classify(phrase, 2).getFirst().intent();
  }

  @Test
  void wordsAloneServeWhereVectorsAreOff() throws Exception {
    LearningIntents intents = learnt(PHRASES, List.of());

    assertThat(intents.encoder()).isEmpty();
    assertThat(intents.pending()).isEmpty();
    assertThat(intent(intents, "where is my order")).isEqualTo("order_status");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void sentenceVectorsServeByDefaultAndUnderstandWordsThatNobodyTaught() throws Exception {
    LearningIntents intents = learnt(PHRASES, List.of(Language.values()));

    assertThat(intents.trouble()).isEmpty();
    assertThat(intents.encoder()).isPresent();
    // No word of these is in a phrase of its intent.
    assertThat(intent(intents, "package tracking")).isEqualTo("order_status");
    assertThat(intent(intents, "reimbursement")).isEqualTo("refund");
    assertThat(intent(intents, "包裹运输进度")).isEqualTo("order_status");
  }

  @Test
  void whatWasLearntIsReadTheNextTimeAndLearntAnewForOtherPhrases() throws Exception {
    List<IntentScore> first =
        learnt(PHRASES, List.of(Language.values())).get().classify("my package", 2);
    FileTime written = Files.getLastModifiedTime(onlyFile());

    List<IntentScore> second =
        learnt(PHRASES, List.of(Language.values())).get().classify("my package", 2);
    assertThat(second).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(onlyFile())).isEqualTo(written);

    List<LabelledPhrase> more = new ArrayList<>(PHRASES);
    more.add(new LabelledPhrase("hello", "greeting"));
    assertThat(intent(learnt(more, List.of(Language.values())), "hello")).isEqualTo("greeting");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void aDamagedFileIsLearntAnew() throws Exception {
    learnt(PHRASES, List.of(Language.ENGLISH));
    Files.writeString(onlyFile(), "not a model");

    LearningIntents intents = learnt(PHRASES, List.of(Language.ENGLISH));

    assertThat(intents.trouble()).isEmpty();
    assertThat(intent(intents, "package tracking")).isEqualTo("order_status");
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findFirst().orElseThrow();
    }
  }
}
