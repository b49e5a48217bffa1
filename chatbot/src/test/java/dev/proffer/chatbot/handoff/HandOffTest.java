// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.chatbot.RunningChatbot;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ClaimHandOffRequest;
import dev.proffer.proto.chatbot.v1.CloseHandOffRequest;
import dev.proffer.proto.chatbot.v1.EraseConversationsRequest;
import dev.proffer.proto.chatbot.v1.GetConversationRequest;
import dev.proffer.proto.chatbot.v1.GetHandOffRequest;
import dev.proffer.proto.chatbot.v1.GetHandOffResponse;
import dev.proffer.proto.chatbot.v1.HandOff;
import dev.proffer.proto.chatbot.v1.HandOffState;
import dev.proffer.proto.chatbot.v1.ListHandOffsRequest;
import dev.proffer.proto.chatbot.v1.ReturnToBotRequest;
import dev.proffer.proto.chatbot.v1.SendAgentMessageRequest;
import dev.proffer.proto.chatbot.v1.SendAgentMessageResponse;
import dev.proffer.proto.chatbot.v1.SetPresenceRequest;
import dev.proffer.proto.chatbot.v1.Speaker;
import dev.proffer.proto.chatbot.v1.SuggestRepliesRequest;
import dev.proffer.proto.chatbot.v1.Turn;
import dev.proffer.proto.chatbot.v1.WatchConversationRequest;
import dev.proffer.proto.chatbot.v1.WatchConversationResponse;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Conversations in the hands of humans, over gRPC, with the queue in a real database.
class HandOffTest {
  @TempDir Path folder;
  private RunningChatbot bot;

  @BeforeEach
  void start() throws Exception {
    bot = RunningChatbot.plain(folder);
  }

  @AfterEach
  void stop() {
    bot.close();
  }

  private List<HandOff> queue() {
    return bot.desk().listHandOffs(ListHandOffsRequest.getDefaultInstance()).getHandOffsList();
  }

  private HandOff claim(String id, String agent) {
    return bot.desk()
        .claimHandOff(ClaimHandOffRequest.newBuilder().setHandOffId(id).setAgentName(agent).build())
        .getHandOff();
  }

  private SendAgentMessageResponse reply(String id, String text, String messageId) {
    return bot.desk()
        .sendAgentMessage(
            SendAgentMessageRequest.newBuilder()
                .setHandOffId(id)
                .setText(text)
                .setMessageId(messageId)
                .build());
  }

  private List<Turn> transcript(RunningChatbot.Talk talk) {
    return bot.chat()
        .getConversation(
            GetConversationRequest.newBuilder()
                .setConversationId(talk.conversation())
                .setUserId(talk.user())
                .build())
        .getTurnsList();
  }

  @Test
  void queuesWhoeverAsksForAPersonWithWhatWasSaidBefore() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("deals on knives under 200");
    ChatResponse reply = talk.say("I want to talk to a person, my mail is ann@example.com");

    assertThat(reply.getHandOff().getReason()).isEqualTo("requested");
    assertThat(reply.getHandOff().getQueuePosition()).isEqualTo(1);
    HandOff waiting = queue().getFirst();
    assertThat(waiting.getSummary())
        .contains("kitchen/knives")
        .contains("[email]")
        .doesNotContain("ann@");
    GetHandOffResponse whole =
        bot.desk()
            .getHandOff(
                GetHandOffRequest.newBuilder().setHandOffId(waiting.getHandOffId()).build());
    assertThat(whole.getTurnsList()).hasSize(4);
    assertThat(whole.getTurns(0).getText()).isEqualTo("deals on knives under 200");
    assertThat(whole.getTurns(3).getText()).isEqualTo(reply.getText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "this is a total scam, you cheated me, worst garbage shop ever!!|anger",
        "你们就是骗子，垃圾店，气死我了！！|anger",
        "your kettle caught fire and I was injured|risky_topic",
        "我的卡被盗刷了|risky_topic",
        "I will get a lawyer|risky_topic",
        "I was charged twice for one order|payment",
        "我要投诉你们的服务|complaint"
      })
  void callsAHumanUnaskedWhenItMatters(String text, String reason) {
    ChatResponse reply = bot.talk().say(text);

    assertThat(reply.getHandOff().getReason()).isIn(reason, "complaint");
    assertThat(queue()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"you are useless, get me a human", "你听不懂，转人工", "deals are boring, human please"})
  void hearsARequestForAPersonBesideWhateverElseIsSaid(String text) {
    assertThat(bot.talk().say(text).getHandOff().getReason()).isEqualTo("requested");
  }

  @Test
  void callsAPersonWhenTheOfferIsTakenButNotWhenItIsOnlyHeard() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("我的订单到哪了");

    assertThat(talk.say("哦哦知道了").hasHandOff()).isFalse();
    talk.say("我的订单到哪了");
    assertThat(talk.say("好的").hasHandOff()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"不用转人工，有什么优惠", "I don't want to talk to a person, any deals on knives"})
  void callsNobodyWhoIsNotWanted(String text) {
    assertThat(bot.talk().say(text).hasHandOff()).isFalse();
  }

  @Test
  void callsAHumanAfterRepeatedFailure() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("zxcv qwop mnb");
    talk.say("qqqq wwww");
    ChatResponse third = talk.say("blorp frim");

    assertThat(third.getHandOff().getReason()).isEqualTo("repeated_failure");
  }

  @Test
  void putsTheMostUrgentFirst() {
    bot.talk().say("human please");
    bot.talk().say("my charger exploded and I got injured");
    bot.talk().say("human please");

    assertThat(queue())
        .extracting(HandOff::getReason)
        .containsExactly("risky_topic", "requested", "requested");
  }

  @Test
  void isSilentWhileAHumanTalksAndAnswersAgainAfterwards() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("human please");
    String id = queue().getFirst().getHandOffId();
    assertThat(claim(id, "Mia").getState()).isEqualTo(HandOffState.HAND_OFF_STATE_CLAIMED);

    ChatResponse silent = talk.say("any deals on knives?");
    assertThat(silent.getText()).isEmpty();
    assertThat(silent.getCardsList()).isEmpty();
    assertThat(silent.getHandOff().getAgentName()).isEqualTo("Mia");

    reply(id, "Hello, I am Mia.", "m1");
    reply(id, "Hello, I am Mia.", "m1");
    bot.desk().returnToBot(ReturnToBotRequest.newBuilder().setHandOffId(id).build());

    assertThat(talk.say("any deals on knives?").getText()).contains("Knife");
    List<Turn> turns = transcript(talk);
    assertThat(turns.stream().filter(t -> t.getSpeaker() == Speaker.SPEAKER_AGENT)).hasSize(1);
    assertThat(turns).extracting(Turn::getSequence).doesNotHaveDuplicates().isSorted();
    assertThat(turns).hasSize(7);
  }

  @Test
  void letsTheShopperGoBackToTheBotWhileNobodyHasCome() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("转人工");
    assertThat(talk.say("还在吗").getText()).contains("留言");
    assertThat(talk.say("继续用机器人").getText()).contains("机器人");

    assertThat(queue()).isEmpty();
    assertThat(talk.say("有没有刀具优惠").getText()).contains("大马士革主厨刀");
  }

  @Test
  void givesAConversationToOneAgentOnly() {
    bot.talk().say("human please");
    String id = queue().getFirst().getHandOffId();
    claim(id, "Mia");

    assertThat(claim(id, "Mia").getAgentName()).isEqualTo("Mia");
    assertThatThrownBy(() -> claim(id, "Tom"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("FAILED_PRECONDITION");
    bot.desk()
        .setPresence(SetPresenceRequest.newBuilder().setAgentName("Mia").setPresent(false).build());
    assertThat(claim(id, "Tom").getAgentName()).isEqualTo("Tom");
  }

  @Test
  void losesNothingWhenTheServerDies() throws Exception {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("human please");
    String id = queue().getFirst().getHandOffId();
    claim(id, "Mia");
    talk.say("my parcel is lost");
    reply(id, "I am looking into it.", "m1");
    // What a killed process leaves behind is what is on disk; conversations in memory are gone.
    bot.close();
    bot = RunningChatbot.plain(folder);

    List<Turn> turns =
        bot.desk()
            .getHandOff(GetHandOffRequest.newBuilder().setHandOffId(id).build())
            .getTurnsList();
    assertThat(turns)
        .extracting(Turn::getText)
        .contains("human please", "my parcel is lost", "I am looking into it.");
    ChatResponse after =
        bot.chat()
            .chat(
                ChatRequest.newBuilder()
                    .setConversationId(talk.conversation())
                    .setUserId(talk.user())
                    .setText("thank you")
                    .build());
    assertThat(after.getText()).isEmpty();
    assertThat(after.getHandOff().getAgentName()).isEqualTo("Mia");
    assertThat(transcript(talk)).hasSize(5);
  }

  @Test
  void streamsWhatTheAgentSaysToTheShopper() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("human please");
    String id = queue().getFirst().getHandOffId();
    Context.CancellableContext watching = Context.current().withCancellation();
    Context before = watching.attach();
    try {
      Iterator<WatchConversationResponse> events =
          bot.chat()
              .watchConversation(
                  WatchConversationRequest.newBuilder()
                      .setConversationId(talk.conversation())
                      .setUserId(talk.user())
                      .setAfterSequence(2)
                      .build());
      assertThat(events.next().getHandOff().getQueuePosition()).isEqualTo(1);
      claim(id, "Mia");
      assertThat(events.next().getHandOff().getAgentName()).isEqualTo("Mia");
      reply(id, "Hello!", "m1");
      WatchConversationResponse said = events.next();
      assertThat(said.getTurn().getText()).isEqualTo("Hello!");
      assertThat(said.getTurn().getAgentName()).isEqualTo("Mia");
      bot.desk().closeHandOff(CloseHandOffRequest.newBuilder().setHandOffId(id).build());
      WatchConversationResponse farewell = events.next();
      assertThat(farewell.getTurn().getSpeaker()).isEqualTo(Speaker.SPEAKER_BOT);
      assertThat(events.next().getHandOffEnded()).isTrue();
    } finally {
      watching.detach(before);
      watching.cancel(null);
    }
  }

  @Test
  void saysHowLongItTakesWhenAgentsAreThere() {
    bot.desk()
        .setPresence(SetPresenceRequest.newBuilder().setAgentName("Mia").setPresent(true).build());
    bot.talk().say("human please");

    ChatResponse second = bot.talk().say("human please");

    assertThat(second.getHandOff().getEstimatedWaitSeconds()).isPositive();
    assertThat(second.getText()).contains("number 2").contains("minutes");
    assertThat(second.getGrounded()).isTrue();
  }

  @Test
  void saysWhenTheDeskOpens(@TempDir Path other) throws Exception {
    try (RunningChatbot closed =
        new RunningChatbot(
            other,
            Map.of(
                "chatbot.model-cache",
                other.resolve("none").toString(),
                "chatbot.desk-hours",
                "mon-fri 09:00-18:00"))) {
      // The clock of the tests stands on a Sunday.
      ChatResponse reply = closed.talk().say("human please");

      assertThat(reply.getText()).contains("Nov 23, 09:00");
      assertThat(reply.getHandOff().getOpensAtUnixMs()).isPositive();
      assertThat(
              closed
                  .desk()
                  .listHandOffs(ListHandOffsRequest.getDefaultInstance())
                  .getHandOffsList())
          .hasSize(1);
    }
  }

  @Test
  void suggestsWhatTheBotWouldSay() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("human please");
    String id = queue().getFirst().getHandOffId();
    claim(id, "Mia");
    talk.say("any deals on knives?");

    assertThat(
            bot.desk()
                .suggestReplies(SuggestRepliesRequest.newBuilder().setHandOffId(id).build())
                .getSuggestionsList())
        .anySatisfy(suggestion -> assertThat(suggestion).contains("Damask Chef Knife: ¥263.20"));
  }

  @Test
  void hidesConversationsOfOthersAtTheDeskToo() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("human please");

    assertThatThrownBy(() ->
            bot.chat()
                .chat(
                    ChatRequest.newBuilder()
                        .setConversationId(talk.conversation())
                        .setUserId("somebody else")
                        .setText("hello")
                        .build()))
        .hasMessageContaining("NOT_FOUND");
    Iterator<WatchConversationResponse> events =
        bot.chat()
            .watchConversation(
                WatchConversationRequest.newBuilder()
                    .setConversationId(talk.conversation())
                    .setUserId("somebody else")
                    .build());
    assertThatThrownBy(events::next).hasMessageContaining("NOT_FOUND");
  }

  @Test
  void forgetsAPersonOnDemand() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("human please");
    String id = queue().getFirst().getHandOffId();

    bot.chat()
        .eraseConversations(EraseConversationsRequest.newBuilder().setUserId(talk.user()).build());

    GetHandOffResponse left =
        bot.desk().getHandOff(GetHandOffRequest.newBuilder().setHandOffId(id).build());
    assertThat(left.getTurnsList()).isEmpty();
    assertThat(left.getHandOff().getUserId()).isEmpty();
    assertThat(left.getHandOff().getSummary()).isEmpty();
    assertThat(queue()).isEmpty();
  }
}
