// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import dev.proffer.chatbot.conversation.Conversation;
import dev.proffer.chatbot.conversation.ConversationStore;
import dev.proffer.chatbot.dialogue.Dialogue;
import dev.proffer.chatbot.dialogue.PersonalData;
import dev.proffer.proto.chatbot.v1.Card;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.chatbot.v1.EraseConversationsRequest;
import dev.proffer.proto.chatbot.v1.EraseConversationsResponse;
import dev.proffer.proto.chatbot.v1.GetConversationRequest;
import dev.proffer.proto.chatbot.v1.GetConversationResponse;
import dev.proffer.proto.chatbot.v1.SendFeedbackRequest;
import dev.proffer.proto.chatbot.v1.SendFeedbackResponse;
import dev.proffer.proto.chatbot.v1.Speaker;
import dev.proffer.proto.chatbot.v1.StreamChatRequest;
import dev.proffer.proto.chatbot.v1.StreamChatResponse;
import dev.proffer.proto.chatbot.v1.Turn;
import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// The conversations of shoppers over gRPC.
///
/// Turns of one conversation are answered one after the other; a turn that comes again gets the
/// answer it got before. A conversation of somebody else looks like one that does not exist.
public final class ChatHandler extends ChatServiceGrpc.ChatServiceImplBase {
  private static final int LOCKS = 256;

  private final Dialogue dialogue;
  private final ConversationStore store;
  private final Clock clock;
  private final MeterRegistry meters;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  public ChatHandler(
      Dialogue dialogue, ConversationStore store, Clock clock, MeterRegistry meters) {
    this.dialogue = dialogue;
    this.store = store;
    this.clock = clock;
    this.meters = meters;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  @Override
  public void chat(ChatRequest request, StreamObserver<ChatResponse> observer) {
    observer.onNext(answer(request));
    observer.onCompleted();
  }

  @Override
  public void streamChat(StreamChatRequest request, StreamObserver<StreamChatResponse> observer) {
    observer.onNext(StreamChatResponse.newBuilder().setTyping(true).build());
    ChatResponse whole = answer(request.getTurn());
    for (String piece : pieces(whole.getText())) {
      observer.onNext(StreamChatResponse.newBuilder().setText(piece).build());
    }
    for (Card card : whole.getCardsList()) {
      observer.onNext(StreamChatResponse.newBuilder().setCard(card).build());
    }
    observer.onNext(StreamChatResponse.newBuilder().setDone(whole).build());
    observer.onCompleted();
  }

  @Override
  public void getConversation(
      GetConversationRequest request, StreamObserver<GetConversationResponse> observer) {
    Conversation conversation =
        store
            .load(request.getConversationId())
            .filter(found -> found.userId().equals(request.getUserId()))
            .orElseThrow(() -> unknown(request.getConversationId()));
    GetConversationResponse.Builder reply = GetConversationResponse.newBuilder();
    conversation.turns().stream()
        .filter(turn -> turn.getSequence() > request.getAfterSequence())
        .forEach(reply::addTurns);
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  @Override
  public void sendFeedback(
      SendFeedbackRequest request, StreamObserver<SendFeedbackResponse> observer) {
    throw ProfferException.notImplemented(
        "proffer.chatbot.v1.ChatService/SendFeedback", "feedback is not kept yet");
  }

  @Override
  public void eraseConversations(
      EraseConversationsRequest request, StreamObserver<EraseConversationsResponse> observer) {
    observer.onNext(
        EraseConversationsResponse.newBuilder()
            .setErasedConversations(store.erase(request.getUserId()))
            .build());
    observer.onCompleted();
  }

  private ChatResponse answer(ChatRequest request) {
    String conversationId =
        request.getConversationId().isEmpty()
            ? newConversationId(request)
            : request.getConversationId();
    ReentrantLock lock = locks[Math.floorMod(conversationId.hashCode(), LOCKS)];
    lock.lock();
    try {
      Conversation conversation =
          store
              .load(conversationId)
              .orElseGet(() -> Conversation.begin(conversationId, request.getUserId()));
      if (!conversation.belongsTo(request.getUserId())) {
        throw unknown(conversationId);
      }
      String turnId =
          request.getTurnId().isEmpty() ? UUID.randomUUID().toString() : request.getTurnId();
      Optional<ChatResponse> before = conversation.answerTo(turnId);
      if (before.isPresent()) {
        return before.get();
      }
      Timer.Sample sample = Timer.start(meters);
      Dialogue.Reply reply = dialogue.answer(request, conversation.memory());
      ChatResponse response = response(conversationId, turnId, reply);
      store.save(next(conversation, request, reply, response));
      sample.stop(meters.timer("chatbot.turn", "skill", reply.skill()));
      if (!reply.ungrounded().isEmpty()) {
        meters.counter("chatbot.ungrounded", "skill", reply.skill()).increment();
      }
      return response;
    } finally {
      lock.unlock();
    }
  }

  private static ChatResponse response(String conversationId, String turnId, Dialogue.Reply reply) {
    ChatResponse.Builder response =
        ChatResponse.newBuilder()
            .setConversationId(conversationId)
            .setTurnId(turnId)
            .setText(reply.answer().text())
            .setLanguage(reply.understanding().language().code())
            .addAllCards(reply.answer().cards())
            .addAllQuickReplies(reply.answer().quickReplies())
            .setGrounded(true);
    Protos.addIntents(reply.understanding(), response::addIntents);
    Protos.addEntities(reply.understanding(), response::addEntities);
    Degraded degraded = reply.degradation().toProto();
    if (degraded != null) {
      response.setDegraded(degraded);
    }
    return response.build();
  }

  private Conversation next(
      Conversation before, ChatRequest request, Dialogue.Reply reply, ChatResponse response) {
    long now = clock.millis();
    List<Turn> turns = new ArrayList<>(before.turns());
    turns.add(
        Turn.newBuilder()
            .setSequence(before.sequence() + 1)
            .setSpeaker(Speaker.SPEAKER_SHOPPER)
            .setText(PersonalData.mask(request.getText()))
            .setSentAtUnixMs(now)
            .build());
    turns.add(
        Turn.newBuilder()
            .setSequence(before.sequence() + 2)
            .setSpeaker(Speaker.SPEAKER_BOT)
            .setText(response.getText())
            .setSentAtUnixMs(now)
            .addAllCards(response.getCardsList())
            .build());
    List<ChatResponse> answers = new ArrayList<>(before.answers());
    answers.add(response);
    return new Conversation(
        before.id(),
        request.getUserId(),
        before.sequence() + 2,
        before.version() + 1,
        reply.memory(),
        turns,
        answers);
  }

  /// A first turn that is sent again must find its conversation again: when the caller is known and
  /// named the turn, the id follows from both. It cannot be guessed from outside a session.
  private static String newConversationId(ChatRequest request) {
    boolean known = !request.getUserId().isEmpty() || !request.getSessionId().isEmpty();
    if (request.getTurnId().isEmpty() || !known) {
      return UUID.randomUUID().toString();
    }
    String key =
        String.join("\u0000", request.getUserId(), request.getSessionId(), request.getTurnId());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return "c-" + HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whole sentences and lines, so that a reader never sees half a price.
  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean end =
          c == '\n'
              || c == '。'
              || c == '！'
              || c == '？'
              || ((c == '.' || c == '!' || c == '?')
                  && i + 1 < text.length()
                  && text.charAt(i + 1) == ' '
                  && i > start + 2);
      if (end) {
        pieces.add(text.substring(start, i + 1));
        start = i + 1;
      }
    }
    if (start < text.length()) {
      pieces.add(text.substring(start));
    }
    return pieces;
  }

  private static ProfferException unknown(String conversationId) {
    return ProfferException.notFound(
        ErrorReason.ERROR_REASON_UNKNOWN_CONVERSATION, "conversation_id", conversationId);
  }
}
