// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import dev.proffer.chatbot.conversation.Conversation;
import dev.proffer.chatbot.conversation.ConversationStore;
import dev.proffer.chatbot.conversation.Memory;
import dev.proffer.chatbot.dialogue.Dialogue;
import dev.proffer.chatbot.handoff.HandOffDesk;
import dev.proffer.chatbot.handoff.Humans;
import dev.proffer.chatbot.knowledge.Knowledge;
import dev.proffer.chatbot.language.Language;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ClaimHandOffRequest;
import dev.proffer.proto.chatbot.v1.ClaimHandOffResponse;
import dev.proffer.proto.chatbot.v1.CloseHandOffRequest;
import dev.proffer.proto.chatbot.v1.CloseHandOffResponse;
import dev.proffer.proto.chatbot.v1.GetHandOffRequest;
import dev.proffer.proto.chatbot.v1.GetHandOffResponse;
import dev.proffer.proto.chatbot.v1.HandOff;
import dev.proffer.proto.chatbot.v1.HandOffServiceGrpc;
import dev.proffer.proto.chatbot.v1.HandOffState;
import dev.proffer.proto.chatbot.v1.ListHandOffsRequest;
import dev.proffer.proto.chatbot.v1.ListHandOffsResponse;
import dev.proffer.proto.chatbot.v1.ReturnToBotRequest;
import dev.proffer.proto.chatbot.v1.ReturnToBotResponse;
import dev.proffer.proto.chatbot.v1.SendAgentMessageRequest;
import dev.proffer.proto.chatbot.v1.SendAgentMessageResponse;
import dev.proffer.proto.chatbot.v1.SetPresenceRequest;
import dev.proffer.proto.chatbot.v1.SetPresenceResponse;
import dev.proffer.proto.chatbot.v1.Speaker;
import dev.proffer.proto.chatbot.v1.SuggestRepliesRequest;
import dev.proffer.proto.chatbot.v1.SuggestRepliesResponse;
import dev.proffer.proto.chatbot.v1.Turn;
import dev.proffer.runtime.failure.PageToken;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The desk of the humans of the shop over gRPC.
public final class HandOffHandler extends HandOffServiceGrpc.HandOffServiceImplBase {
  private static final int PAGE_DEFAULT = 100;
  private static final int SUGGESTIONS = 4;
  private static final double SUGGESTED_FROM = 0.25;

  private final HandOffDesk desk;
  private final ConversationStore store;
  private final Dialogue dialogue;
  private final Knowledge knowledge;

  public HandOffHandler(
      HandOffDesk desk, ConversationStore store, Dialogue dialogue, Knowledge knowledge) {
    this.desk = desk;
    this.store = store;
    this.dialogue = dialogue;
    this.knowledge = knowledge;
  }

  @Override
  public void listHandOffs(
      ListHandOffsRequest request, StreamObserver<ListHandOffsResponse> observer) {
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    int from = PageToken.offset(request.getPageToken());
    List<HandOff> page = desk.list(request.getStatesList(), size + 1, from);
    ListHandOffsResponse.Builder reply = ListHandOffsResponse.newBuilder();
    reply.addAllHandOffs(page.subList(0, Math.min(size, page.size())));
    if (page.size() > size) {
      reply.setNextPageToken(Integer.toString(from + size));
    }
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  @Override
  public void getHandOff(GetHandOffRequest request, StreamObserver<GetHandOffResponse> observer) {
    HandOff handOff = desk.get(request.getHandOffId());
    GetHandOffResponse.Builder reply = GetHandOffResponse.newBuilder().setHandOff(handOff);
    desk.turns(handOff.getConversationId(), request.getAfterSequence()).stream()
        .filter(turn -> !turn.getText().isEmpty())
        .forEach(reply::addTurns);
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  @Override
  public void setPresence(
      SetPresenceRequest request, StreamObserver<SetPresenceResponse> observer) {
    observer.onNext(
        SetPresenceResponse.newBuilder()
            .addAllPresentAgents(desk.presence(request.getAgentName(), request.getPresent()))
            .setWaiting(desk.waiting())
            .build());
    observer.onCompleted();
  }

  @Override
  public void claimHandOff(
      ClaimHandOffRequest request, StreamObserver<ClaimHandOffResponse> observer) {
    observer.onNext(
        ClaimHandOffResponse.newBuilder()
            .setHandOff(desk.claim(request.getHandOffId(), request.getAgentName()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void sendAgentMessage(
      SendAgentMessageRequest request, StreamObserver<SendAgentMessageResponse> observer) {
    observer.onNext(
        SendAgentMessageResponse.newBuilder()
            .setTurn(
                desk.agentSays(
                    request.getHandOffId(), request.getText(), "agent-" + request.getMessageId()))
            .build());
    observer.onCompleted();
  }

  /// What the bot would have said, and what the shop's knowledge has that comes near.
  @Override
  public void suggestReplies(
      SuggestRepliesRequest request, StreamObserver<SuggestRepliesResponse> observer) {
    HandOff handOff = desk.get(request.getHandOffId());
    Optional<String> asked =
        desk.turns(handOff.getConversationId(), 0).stream()
            .filter(turn -> turn.getSpeaker() == Speaker.SPEAKER_SHOPPER)
            .map(Turn::getText)
            .reduce((_, last) -> last);
    Set<String> suggestions = new LinkedHashSet<>();
    if (asked.isPresent()) {
      knowledge.search(asked.get(), SUGGESTIONS).stream()
          .filter(hit -> hit.confidence() >= SUGGESTED_FROM)
          .map(hit -> hit.entry().getAnswer())
          .forEach(suggestions::add);
      Memory memory =
          store.load(handOff.getConversationId()).map(Conversation::memory).orElse(Memory.EMPTY);
      Dialogue.Reply reply =
          dialogue.answer(
              ChatRequest.newBuilder()
                  .setConversationId(handOff.getConversationId())
                  .setUserId(handOff.getUserId())
                  .setLanguage(handOff.getLanguage())
                  .setText(asked.get())
                  .build(),
              memory,
              Humans.NONE,
              _ -> {});
      if (!reply.skill().startsWith("fallback")
          && !reply.skill().equals("human")
          && reply.ungrounded().isEmpty()) {
        suggestions.add(reply.text());
      }
    }
    observer.onNext(
        SuggestRepliesResponse.newBuilder()
            .addAllSuggestions(suggestions.stream().limit(SUGGESTIONS).toList())
            .build());
    observer.onCompleted();
  }

  @Override
  public void returnToBot(
      ReturnToBotRequest request, StreamObserver<ReturnToBotResponse> observer) {
    observer.onNext(
        ReturnToBotResponse.newBuilder()
            .setHandOff(
                end(request.getHandOffId(), HandOffState.HAND_OFF_STATE_RETURNED, "bot_again"))
            .build());
    observer.onCompleted();
  }

  @Override
  public void closeHandOff(
      CloseHandOffRequest request, StreamObserver<CloseHandOffResponse> observer) {
    observer.onNext(
        CloseHandOffResponse.newBuilder()
            .setHandOff(
                end(request.getHandOffId(), HandOffState.HAND_OFF_STATE_CLOSED, "hand_off_closed"))
            .build());
    observer.onCompleted();
  }

  private HandOff end(String handOffId, HandOffState as, String farewell) {
    Language language = Language.of(desk.get(handOffId).getLanguage()).orElse(Language.ENGLISH);
    return desk.end(handOffId, as, dialogue.sentence(farewell, language));
  }
}
