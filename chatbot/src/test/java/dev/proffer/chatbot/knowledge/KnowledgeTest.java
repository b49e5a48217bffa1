// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.FakeShopServer;
import dev.proffer.chatbot.RunningChatbot;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.DeleteEntriesRequest;
import dev.proffer.proto.chatbot.v1.EntryFlag;
import dev.proffer.proto.chatbot.v1.KnowledgeEntry;
import dev.proffer.proto.chatbot.v1.ListEntriesRequest;
import dev.proffer.proto.chatbot.v1.ListedEntry;
import dev.proffer.proto.chatbot.v1.SearchEntriesRequest;
import dev.proffer.proto.chatbot.v1.SendFeedbackRequest;
import dev.proffer.proto.chatbot.v1.WriteEntriesRequest;
import dev.proffer.proto.chatbot.v1.WriteEntriesResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The shop's own questions and answers, over gRPC.
class KnowledgeTest {
  private RunningChatbot bot;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    bot = RunningChatbot.plain(folder);
    write(
        entry(
            "r", "How many days do I have to send something back?", "You have 30 days.", "policy"),
        entry("s", "Do you ship to Canada?", "Yes, within 9 days.", "shipping page"),
        entry("g", "Can you wrap an order as a present?", "Yes, for 5 dollars.", "gift page"),
        entry("z", "你们可以开增值税专用发票吗", "可以，下单时填写税号即可。", "财务"),
        entry("y", "偏远地区发货吗", "新疆西藏也发，大约7天。", "物流"));
  }

  @AfterEach
  void stop() {
    bot.close();
  }

  private WriteEntriesResponse write(KnowledgeEntry... entries) {
    return bot.knowledge()
        .writeEntries(WriteEntriesRequest.newBuilder().addAllEntries(List.of(entries)).build());
  }

  private static KnowledgeEntry entry(String id, String question, String answer, String source) {
    return KnowledgeEntry.newBuilder()
        .setEntryId(id)
        .setQuestion(question)
        .setAnswer(answer)
        .setSource(source)
        .build();
  }

  private ListedEntry listed(String id) {
    return bot
        .knowledge()
        .listEntries(ListEntriesRequest.getDefaultInstance())
        .getEntriesList()
        .stream()
        .filter(row -> row.getEntry().getEntryId().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void quotesAnEntryWithItsSource() {
    ChatResponse reply = bot.talk().say("how many days do I have to send it back?");

    assertThat(reply.getText()).contains("You have 30 days.").contains("policy");
    assertThat(reply.getKnowledge().getEntryId()).isEqualTo("r");
    assertThat(reply.getKnowledge().getConfidence()).isGreaterThan(0.8);
    assertThat(reply.getGrounded()).isTrue();
    assertThat(bot.talk().say("可以开增值税专用发票吗").getText()).contains("填写税号");
  }

  @Test
  void doesNotQuoteWhatOnlySharesAWord() {
    assertThat(bot.talk().say("do you sell canada geese").hasKnowledge()).isFalse();
    assertThat(bot.talk().say("where is my order").hasKnowledge()).isFalse();
  }

  @Test
  void suggestsBelowTheThreshold() {
    var found =
        bot.knowledge()
            .searchEntries(SearchEntriesRequest.newBuilder().setText("canada delivery").build())
            .getEntries(0);

    assertThat(found.getEntry().getEntryId()).isEqualTo("s");
    assertThat(found.getQuoted()).isFalse();
  }

  @Test
  void writesTheSameTwiceOnce() {
    KnowledgeEntry nameless =
        entry("", "Do you have a shop in Berlin?", "No, only online.", "contact");

    assertThat(write(nameless).getWritten()).isEqualTo(1);
    assertThat(write(nameless.toBuilder().setReviewedAtUnixMs(1).build()).getUnchanged())
        .isEqualTo(1);
  }

  @Test
  void flagsDuplicatesContradictionsAndWhatIsOld() {
    long now = FakeShopServer.NOW;
    write(
        entry("r2", "How many days have I to send something back?", "You have 14 days.", ""),
        entry("g2", "Can you wrap my order as a present?", "Yes, for 5 dollars.", ""),
        entry("old", "Which carrier brings it?", "The usual one.", "").toBuilder()
            .setReviewedAtUnixMs(now - Duration.ofDays(400).toMillis())
            .build(),
        entry("gone", "When is the anniversary party?", "On Friday.", "").toBuilder()
            .setExpiresAtUnixMs(now - 1)
            .build());

    assertThat(listed("r").getFlagsList()).containsExactly(EntryFlag.ENTRY_FLAG_CONTRADICTION);
    assertThat(listed("r2").getSimilarEntryIdsList()).containsExactly("r");
    assertThat(listed("g").getFlagsList()).containsExactly(EntryFlag.ENTRY_FLAG_NEAR_DUPLICATE);
    assertThat(listed("old").getFlagsList()).containsExactly(EntryFlag.ENTRY_FLAG_STALE);
    assertThat(listed("gone").getFlagsList()).containsExactly(EntryFlag.ENTRY_FLAG_EXPIRED);
    assertThat(bot.talk().say("when is the anniversary party?").hasKnowledge()).isFalse();
  }

  @Test
  void stopsQuotingWhatDoesNotHelp() {
    for (int i = 0; i < 3; i++) {
      RunningChatbot.Talk talk = bot.talk();
      ChatResponse reply = talk.say("do you ship to canada");
      assertThat(reply.getKnowledge().getEntryId()).isEqualTo("s");
      bot.chat()
          .sendFeedback(
              SendFeedbackRequest.newBuilder()
                  .setConversationId(talk.conversation())
                  .setUserId(talk.user())
                  .setTurnId(reply.getTurnId())
                  .setHelpful(false)
                  .build());
    }

    assertThat(listed("s").getUnhelpful()).isEqualTo(3);
    assertThat(listed("s").getFlagsList()).containsExactly(EntryFlag.ENTRY_FLAG_UNHELPFUL);
    assertThat(bot.talk().say("do you ship to canada").hasKnowledge()).isFalse();
  }

  @Test
  void forgetsWhatIsDeleted() {
    assertThat(
            bot.knowledge()
                .deleteEntries(DeleteEntriesRequest.newBuilder().addEntryIds("s").build())
                .getDeleted())
        .isEqualTo(1);
    assertThat(bot.talk().say("do you ship to canada").hasKnowledge()).isFalse();
  }
}
