// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.GetConversationRequest;
import dev.proffer.proto.chatbot.v1.LanguageState;
import dev.proffer.proto.chatbot.v1.ListLanguagesRequest;
import dev.proffer.proto.chatbot.v1.StreamChatRequest;
import dev.proffer.proto.chatbot.v1.StreamChatResponse;
import dev.proffer.proto.chatbot.v1.UnderstandRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The whole plugin over gRPC, without models.
class ChatbotModuleTest {
  private static RunningChatbot bot;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    bot = RunningChatbot.plain(folder);
  }

  @AfterAll
  static void stop() {
    bot.close();
  }

  private static List<String> items(ChatResponse reply) {
    return reply.getCardsList().stream()
        .filter(card -> card.hasItem())
        .map(card -> card.getItem().getItemId())
        .toList();
  }

  @Test
  void listsDealsWithPricesOfTheRanker() {
    ChatResponse reply = bot.talk().say("any deals for me today?");

    assertThat(reply.getIntents(0).getIntent()).isEqualTo("deals_for_me");
    assertThat(reply.getText()).contains("Damask Chef Knife: ¥263.20 (was ¥329)");
    assertThat(reply.getGrounded()).isTrue();
    assertThat(items(reply)).hasSize(5);
  }

  @Test
  void answersChineseInChinese() {
    ChatResponse reply = bot.talk().say("有没有刀具优惠");

    assertThat(reply.getLanguage()).isEqualTo("zh");
    assertThat(reply.getText()).contains("大马士革主厨刀：¥263.20（原价¥329）");
  }

  @Test
  void carriesTheTopicThroughFollowUps() {
    RunningChatbot.Talk talk = bot.talk();

    assertThat(items(talk.say("deals on knives"))).containsExactly("k1", "k2", "k3");
    assertThat(items(talk.say("what about under 200?"))).containsExactly("k2", "k3");
    assertThat(items(talk.say("the second one"))).containsExactly("k3");
    assertThat(items(talk.say("what about Nike shoes?"))).containsExactly("s1");
  }

  @Test
  void showsCheaperAndOtherItems() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("有什么优惠");

    List<String> cheaper = items(talk.say("换个便宜点的"));

    assertThat(cheaper).first().isEqualTo("k3");
    assertThat(items(talk.say("还有吗"))).doesNotContainAnyElementsOf(cheaper);
  }

  @Test
  void understandsMixedTurns() {
    ChatResponse reply = bot.talk().say("有没有 Nike 的 discount");

    assertThat(reply.getLanguage()).isEqualTo("zh");
    assertThat(items(reply)).containsExactly("h3", "s1");
  }

  @Test
  void leavesOutWhatIsExcluded() {
    assertThat(items(bot.talk().say("show me shoes but not Nike"))).containsExactly("s2", "s3");
  }

  @Test
  void asksForTheCodeAndGoesOn() {
    RunningChatbot.Talk talk = bot.talk();

    assertThat(talk.say("my coupon doesn't work").getText()).contains("Which code");
    assertThat(talk.say("SAVE20").getText()).contains("Autumn Coupon").contains("¥20");
  }

  @Test
  void saysTheSameOfEveryCodeThatCannotBeUsed() {
    assertThat(bot.talk().say("is code NOPE77 valid?").getText()).contains("cannot be used here");
  }

  @Test
  void pricesTheCartAndSaysWhatIsMissing() {
    RunningChatbot.Talk talk =
        bot.talk()
            .withCart(
                Cart.newBuilder()
                    .addLines(CartLine.newBuilder().setItemId("k3").setQuantity(1))
                    .build());

    assertThat(talk.say("best price for this cart").getText())
        .contains("¥89")
        .contains("Add ¥211 more");
    assertThat(talk.say("还差多少能满减").getText()).contains("再加¥211就能享受满300减40");
  }

  @Test
  void saysWhenTheFlashSaleStarts() {
    assertThat(bot.talk().say("秒杀几点开始").getText()).contains("11月22日20:00开始");
    assertThat(bot.talk().say("when does the flash sale start").getText())
        .contains("Nov 22, 20:00");
  }

  @Test
  void answersARepeatedTurnOnce() {
    ChatRequest request =
        ChatRequest.newBuilder().setUserId("u1").setTurnId("t1").setText("hello").build();

    ChatResponse first = bot.chat().chat(request);
    ChatResponse again = bot.chat().chat(request);

    assertThat(again).isEqualTo(first);
    assertThat(
            bot.chat()
                .getConversation(
                    GetConversationRequest.newBuilder()
                        .setConversationId(first.getConversationId())
                        .setUserId("u1")
                        .build())
                .getTurnsList())
        .hasSize(2);
  }

  @Test
  void keepsConversationsOfOthersApart() {
    ChatResponse mine =
        bot.chat().chat(ChatRequest.newBuilder().setUserId("u1").setText("hello").build());

    assertThatThrownBy(() ->
            bot.chat()
                .getConversation(
                    GetConversationRequest.newBuilder()
                        .setConversationId(mine.getConversationId())
                        .setUserId("u2")
                        .build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    assertThatThrownBy(() ->
            bot.chat()
                .chat(
                    ChatRequest.newBuilder()
                        .setConversationId(mine.getConversationId())
                        .setUserId("u2")
                        .setText("hello")
                        .build()))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void masksPersonalDataInTheTranscript() {
    RunningChatbot.Talk talk = bot.talk();
    talk.say("my phone is 13812345678 and mail ann@example.com, where is my order");

    String kept =
        bot.chat()
            .getConversation(
                GetConversationRequest.newBuilder()
                    .setConversationId(talk.conversation())
                    .setUserId(talk.user())
                    .build())
            .getTurns(0)
            .getText();

    assertThat(kept)
        .contains("[phone]")
        .contains("[email]")
        .doesNotContain("138")
        .doesNotContain("ann");
  }

  @Test
  void streamsTheAnswerInPieces() {
    List<StreamChatResponse> pieces = new ArrayList<>();
    bot.chat()
        .streamChat(
            StreamChatRequest.newBuilder()
                .setTurn(ChatRequest.newBuilder().setText("deals on knives"))
                .build())
        .forEachRemaining(pieces::add);

    assertThat(pieces.getFirst().getTyping()).isTrue();
    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(piece.getText()));
    assertThat(text.toString()).isEqualTo(pieces.getLast().getDone().getText());
    assertThat(pieces.stream().filter(StreamChatResponse::hasCard)).hasSize(3);
  }

  @Test
  void streamsTheAnswersToSeveralRequestsOnceAndInOrder() {
    List<StreamChatResponse> pieces = new ArrayList<>();
    bot.chat()
        .streamChat(
            StreamChatRequest.newBuilder()
                .setTurn(
                    ChatRequest.newBuilder()
                        .setText("when does the flash sale start? any deals on knives?"))
                .build())
        .forEachRemaining(pieces::add);

    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(piece.getText()));
    assertThat(text.toString()).isEqualTo(pieces.getLast().getDone().getText()).contains("\n");
    assertThat(pieces.stream().filter(StreamChatResponse::hasCard)).isNotEmpty();
  }

  @Test
  void pointsAtEntitiesInTheTextAsWritten() {
    var reply =
        bot.language().understand(UnderstandRequest.newBuilder().setText("😀 三百以內的 Nike").build());

    assertThat(reply.getLanguage()).isEqualTo("zh");
    assertThat(reply.getEntitiesList())
        .anySatisfy(e -> {
          assertThat(e.getType()).isEqualTo("price_max");
          assertThat(e.getValue()).isEqualTo("300");
          assertThat(e.getStart()).isEqualTo(2);
          assertThat(e.getEnd()).isEqualTo(6);
        });
  }

  @Test
  void saysWhichModelsAreMissingAndWhatToRun() {
    assertThat(
            bot.language()
                .listLanguages(ListLanguagesRequest.getDefaultInstance())
                .getLanguagesList())
        .hasSize(2)
        .allSatisfy(language -> {
          assertThat(language.getState()).isEqualTo(LanguageState.LANGUAGE_STATE_FAILED);
          assertThat(language.getDetail()).contains("./proffer");
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "转人工|human",
        "I want to talk to a person|human",
        "what's the weather like in Paris|out_of_scope",
        "谢谢你|thanks",
        "where is my parcel|order_status",
        "我要退货|return_item",
        "this is a scam, I want to complain|complaint",
        "会员有什么福利|member_benefits",
        "can I combine two coupons|stacking"
      })
  void knowsWhatIsWanted(String text, String intent) {
    assertThat(bot.talk().say(text).getIntents(0).getIntent()).isEqualTo(intent);
  }

  @Test
  void answersManyShoppersAtOnceAlike() throws Exception {
    String expected = bot.talk().say("deals on knives").getText();
    List<Thread> threads = new ArrayList<>();
    List<String> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
    IntStream.range(0, 8)
        .forEach(_ ->
            threads.add(
                Thread.startVirtualThread(() -> {
                  for (int i = 0; i < 25; i++) {
                    String text = bot.talk().say("deals on knives").getText();
                    if (!text.equals(expected)) {
                      wrong.add(text);
                    }
                  }
                })));
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void neverReplacesAnAnswerForWantOfGrounding() {
    assertThat(bot.meters.find("chatbot.ungrounded").counters()).isEmpty();
  }
}
