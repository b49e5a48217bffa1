// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import dev.proffer.chatbot.conversation.Conversation;
import dev.proffer.chatbot.conversation.ConversationStore;
import dev.proffer.chatbot.dialogue.Dialogue;
import dev.proffer.chatbot.dialogue.PersonalData;
import dev.proffer.chatbot.handoff.HandOffDesk;
import dev.proffer.chatbot.handoff.Humans;
import dev.proffer.chatbot.knowledge.Knowledge;
import dev.proffer.chatbot.knowledge.KnowledgeStore;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.LanguageDetector;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.proto.chatbot.v1.Card;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.chatbot.v1.EraseConversationsRequest;
import dev.proffer.proto.chatbot.v1.EraseConversationsResponse;
import dev.proffer.proto.chatbot.v1.GetConversationRequest;
import dev.proffer.proto.chatbot.v1.GetConversationResponse;
import dev.proffer.proto.chatbot.v1.HandOff;
import dev.proffer.proto.chatbot.v1.HandOffNotice;
import dev.proffer.proto.chatbot.v1.HandOffState;
import dev.proffer.proto.chatbot.v1.SendFeedbackRequest;
import dev.proffer.proto.chatbot.v1.SendFeedbackResponse;
import dev.proffer.proto.chatbot.v1.Speaker;
import dev.proffer.proto.chatbot.v1.StreamChatRequest;
import dev.proffer.proto.chatbot.v1.StreamChatResponse;
import dev.proffer.proto.chatbot.v1.Turn;
import dev.proffer.proto.chatbot.v1.WatchConversationRequest;
import dev.proffer.proto.chatbot.v1.WatchConversationResponse;
import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The conversations of shoppers over gRPC.
///
/// Turns of one conversation are answered one after the other; a turn that comes again gets the
/// answer it got before. A conversation of somebody else looks like one that does not exist.
public final class ChatHandler extends ChatServiceGrpc.ChatServiceImplBase {
  private static final int LOCKS = 256;

  private static final int CONTEXT_TURNS = 12;
  private static final int TRIES = 3;
  private static final long LOOK_MILLIS = 1_000;
  private static final long HEARTBEAT_MILLIS = 15_000;
  private static final long WATCH_MAX_MILLIS = 30 * 60_000L;
  private static final Pattern WANTS_BOT =
      Pattern.compile(
          "\\b(?:go on|continue|back|return|talk|chat|keep going)\\b.{0,12}\\b(?:bot|robot|assistant)\\b|机器人|不用人工|不转人工|取消(?:人工|转接|排队)|cancel (?:that|the (?:transfer|queue))|never ?mind",
          Pattern.CASE_INSENSITIVE);

  private final Dialogue dialogue;
  private final ConversationStore store;
  private final HandOffDesk desk;
  private final Knowledge knowledge;
  private final TurnLimit limit;
  private final Clock clock;
  private final MeterRegistry meters;
  private final Semaphore watchers;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  /// @param watchersMax how many streams of conversations may be open
  public ChatHandler(
      Dialogue dialogue,
      ConversationStore store,
      HandOffDesk desk,
      Knowledge knowledge,
      TurnLimit limit,
      int watchersMax,
      Clock clock,
      MeterRegistry meters) {
    this.dialogue = dialogue;
    this.store = store;
    this.desk = desk;
    this.knowledge = knowledge;
    this.limit = limit;
    this.watchers = new Semaphore(watchersMax);
    this.clock = clock;
    this.meters = meters;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  @Override
  public void chat(ChatRequest request, StreamObserver<ChatResponse> observer) {
    observer.onNext(answer(request, _ -> {}));
    observer.onCompleted();
  }

  @Override
  public void streamChat(StreamChatRequest request, StreamObserver<StreamChatResponse> observer) {
    observer.onNext(StreamChatResponse.newBuilder().setTyping(true).build());
    StringBuilder sent = new StringBuilder();
    ChatResponse whole =
        answer(
            request.getTurn(),
            text -> {
              // A turn that is answered anew, because another server was quicker, says it once.
              if (sent.isEmpty() || !sent.toString().endsWith(text)) {
                sent.append(text);
                for (String piece : pieces(text)) {
                  observer.onNext(StreamChatResponse.newBuilder().setText(piece).build());
                }
              }
            });
    String rest =
        whole.getText().startsWith(sent.toString()) ? whole.getText().substring(sent.length()) : "";
    for (String piece : pieces(rest)) {
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
    GetConversationResponse.Builder reply = GetConversationResponse.newBuilder();
    turns(request.getConversationId(), request.getUserId(), request.getAfterSequence())
        .forEach(reply::addTurns);
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  /// The turns of a conversation, from the store and from the desk, oldest first.
  private List<Turn> turns(String conversationId, String userId, long afterSequence) {
    Optional<Conversation> conversation =
        store.load(conversationId).filter(found -> found.userId().equals(userId));
    SortedMap<Long, Turn> turns = new TreeMap<>();
    if (conversation.isEmpty()) {
      boolean handedOff =
          desk.active(conversationId)
              .filter(handOff -> handOff.getUserId().equals(userId))
              .isPresent();
      if (!handedOff) {
        throw unknown(conversationId);
      }
    }
    desk.turns(conversationId, afterSequence).stream()
        .filter(turn -> !turn.getText().isEmpty())
        .forEach(turn -> turns.put(turn.getSequence(), turn));
    conversation.ifPresent(found ->
        found.turns().stream()
            .filter(turn -> turn.getSequence() > afterSequence)
            .forEach(turn -> turns.put(turn.getSequence(), turn)));
    return List.copyOf(turns.values());
  }

  @Override
  public void watchConversation(
      WatchConversationRequest request, StreamObserver<WatchConversationResponse> observer) {
    String id = request.getConversationId();
    if (!watchers.tryAcquire()) {
      throw ProfferException.exhausted(
          ErrorReason.ERROR_REASON_OVERLOADED,
          "too many conversations are watched",
          Map.of(),
          Duration.ofSeconds(5));
    }
    try {
      Watch watch = new Watch(observer);
      long after = request.getAfterSequence();
      long begun = System.nanoTime() / 1_000_000;
      long lastSent = begun;
      while (watch.isOpen() && System.nanoTime() / 1_000_000 - begun < WATCH_MAX_MILLIS) {
        long rings = desk.wakeups().rings(id);
        long sent = watch.sent;
        for (Turn turn : turns(id, request.getUserId(), after)) {
          watch.send(WatchConversationResponse.newBuilder().setTurn(turn));
          after = turn.getSequence();
        }
        watch.handOff(desk.active(id).map(desk::notice));
        long now = System.nanoTime() / 1_000_000;
        if (watch.sent != sent) {
          lastSent = now;
        } else if (now - lastSent >= HEARTBEAT_MILLIS) {
          watch.send(WatchConversationResponse.newBuilder().setHeartbeat(true));
          lastSent = now;
        }
        desk.wakeups().await(id, rings, LOOK_MILLIS);
      }
      if (watch.isOpen()) {
        observer.onCompleted();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      watchers.release();
    }
  }

  /// What one watcher was told.
  private static final class Watch {
    private final StreamObserver<WatchConversationResponse> observer;
    private Optional<HandOffNotice> told = Optional.empty();
    private long sent;

    Watch(StreamObserver<WatchConversationResponse> observer) {
      this.observer = observer;
    }

    boolean isOpen() {
      return !(observer instanceof ServerCallStreamObserver<?> call) || !call.isCancelled();
    }

    void send(WatchConversationResponse.Builder event) {
      if (isOpen()) {
        observer.onNext(event.build());
        sent++;
      }
    }

    void handOff(Optional<HandOffNotice> now) {
      if (now.isPresent() && !now.equals(told)) {
        send(WatchConversationResponse.newBuilder().setHandOff(now.get()));
      } else if (now.isEmpty() && told.isPresent()) {
        send(WatchConversationResponse.newBuilder().setHandOffEnded(true));
      }
      told = now;
    }
  }

  @Override
  public void sendFeedback(
      SendFeedbackRequest request, StreamObserver<SendFeedbackResponse> observer) {
    Conversation conversation =
        store
            .load(request.getConversationId())
            .filter(found -> found.userId().equals(request.getUserId()))
            .orElseThrow(() -> unknown(request.getConversationId()));
    ChatResponse judged =
        conversation
            .answerTo(request.getTurnId())
            .orElseThrow(() ->
                ProfferException.notFound(
                    ErrorReason.ERROR_REASON_UNKNOWN_CONVERSATION, "turn_id", request.getTurnId()));
    String skill = judged.getIntentsCount() == 0 ? "" : judged.getIntents(0).getIntent();
    knowledge.judge(
        new KnowledgeStore.Feedback(
            conversation.id(),
            request.getTurnId(),
            conversation.userId(),
            skill,
            judged.getKnowledge().getEntryId(),
            request.getHelpful(),
            PersonalData.mask(request.getComment())));
    meters
        .counter("chatbot.feedback", "helpful", Boolean.toString(request.getHelpful()))
        .increment();
    observer.onNext(SendFeedbackResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public void eraseConversations(
      EraseConversationsRequest request, StreamObserver<EraseConversationsResponse> observer) {
    int erased = store.erase(request.getUserId());
    desk.erase(request.getUserId());
    knowledge.erase(request.getUserId());
    observer.onNext(EraseConversationsResponse.newBuilder().setErasedConversations(erased).build());
    observer.onCompleted();
  }

  /// @param early hears parts of the answer before all of it is there
  private ChatResponse answer(ChatRequest request, Consumer<String> early) {
    String conversationId =
        request.getConversationId().isEmpty()
            ? newConversationId(request)
            : request.getConversationId();
    String turnId =
        request.getTurnId().isEmpty() ? UUID.randomUUID().toString() : request.getTurnId();
    ReentrantLock lock = locks[Math.floorMod(conversationId.hashCode(), LOCKS)];
    lock.lock();
    try {
      boolean counted = false;
      for (int tries = 0; tries < TRIES; tries++) {
        Conversation conversation =
            store
                .load(conversationId)
                .orElseGet(() -> Conversation.begin(conversationId, request.getUserId()));
        if (!conversation.belongsTo(request.getUserId())) {
          throw unknown(conversationId);
        }
        Optional<ChatResponse> before = conversation.answerTo(turnId);
        if (before.isPresent()) {
          return before.get();
        }
        if (!counted) {
          limit.count(request, conversationId);
          counted = true;
        }
        Optional<ChatResponse> response = answer(request, conversation, turnId, early);
        if (response.isPresent()) {
          desk.wakeups().changed(conversationId);
          return response.get();
        }
      }
      throw ProfferException.exhausted(
          ErrorReason.ERROR_REASON_OVERLOADED,
          "this conversation is answered elsewhere at the same time",
          Map.of("conversation_id", conversationId),
          Duration.ofSeconds(1));
    } finally {
      lock.unlock();
    }
  }

  /// The answer, stored; empty when another server stored one meanwhile.
  private Optional<ChatResponse> answer(
      ChatRequest request, Conversation conversation, String turnId, Consumer<String> early) {
    Optional<HandOff> active = desk.active(conversation.id());
    if (active.isPresent()) {
      if (!active.get().getUserId().isEmpty()
          && !active.get().getUserId().equals(request.getUserId())) {
        throw unknown(conversation.id());
      }
      boolean waiting = active.get().getState() == HandOffState.HAND_OFF_STATE_WAITING;
      if (!waiting || !WANTS_BOT.matcher(NormalText.of(request.getText()).lower()).find()) {
        return whileHuman(request, conversation, turnId, active.get(), waiting);
      }
      desk.end(active.get().getHandOffId(), HandOffState.HAND_OFF_STATE_RETURNED, "");
      return kept(
          conversation,
          request,
          dialogue.botAgain(request, conversation.memory()),
          turnId,
          Math.max(conversation.sequence(), desk.lastSequence(conversation.id())));
    }
    Timer.Sample sample = Timer.start(meters);
    long sequence = Math.max(conversation.sequence(), desk.lastSequence(conversation.id()));
    Dialogue.Reply reply =
        dialogue.answer(
            request, conversation.memory(), humans(request, conversation, sequence), early);
    Optional<ChatResponse> response = kept(conversation, request, reply, turnId, sequence);
    reply.handOff().ifPresent(_ -> desk.complete(conversation.id(), sequence + 2, reply.text()));
    sample.stop(meters.timer("chatbot.turn", "skill", reply.skill()));
    if (!reply.ungrounded().isEmpty()) {
      meters.counter("chatbot.ungrounded", "skill", reply.skill()).increment();
    }
    return response;
  }

  private Humans humans(ChatRequest request, Conversation conversation, long sequence) {
    return new Humans() {
      @Override
      public boolean reachable() {
        return true;
      }

      @Override
      public HandOffNotice call(String reason, int priority, String summary) {
        List<Turn> context =
            new ArrayList<>(
                conversation
                    .turns()
                    .subList(
                        Math.max(0, conversation.turns().size() - CONTEXT_TURNS),
                        conversation.turns().size()));
        context.replaceAll(turn -> turn.toBuilder().clearCards().build());
        context.add(shopperTurn(request, sequence + 1));
        // The place of the answer, which is not written yet.
        context.add(
            Turn.newBuilder()
                .setSequence(sequence + 2)
                .setSpeaker(Speaker.SPEAKER_BOT)
                .setSentAtUnixMs(clock.millis())
                .build());
        HandOff opened =
            desk.open(
                new HandOffDesk.Case(
                    conversation.id(),
                    request.getUserId(),
                    request.getLanguage().isEmpty()
                        ? LanguageDetector.detect(NormalText.of(request.getText()))
                            .language()
                            .map(Language::code)
                            .orElse(conversation.memory().language())
                        : request.getLanguage(),
                    reason,
                    priority,
                    summary,
                    context));
        meters.counter("chatbot.hand_off", "reason", reason).increment();
        return desk.notice(opened);
      }
    };
  }

  /// Keeps what the shopper says for the agent. The bot says nothing of its own: while nobody has
  /// come yet, only that the message is kept; afterwards nothing.
  private Optional<ChatResponse> whileHuman(
      ChatRequest request,
      Conversation conversation,
      String turnId,
      HandOff handOff,
      boolean waiting) {
    Turn turn = desk.shopperSays(handOff, PersonalData.mask(request.getText()), turnId);
    HandOffNotice notice = desk.notice(handOff);
    ChatResponse.Builder response =
        ChatResponse.newBuilder()
            .setConversationId(conversation.id())
            .setTurnId(turnId)
            .setLanguage(handOff.getLanguage())
            .setGrounded(true)
            .setHandOff(notice);
    if (waiting) {
      Dialogue.Reply reply = dialogue.stillWaiting(request, conversation.memory(), notice);
      response
          .setText(reply.text())
          .setLanguage(reply.understanding().language().code())
          .addAllQuickReplies(reply.quickReplies());
    }
    ChatResponse answered = response.build();
    List<ChatResponse> answers = new ArrayList<>(conversation.answers());
    answers.add(answered);
    boolean stored =
        store.save(
            new Conversation(
                conversation.id(),
                request.getUserId(),
                Math.max(conversation.sequence(), turn.getSequence()),
                conversation.version() + 1,
                conversation.memory(),
                conversation.turns(),
                answers));
    return stored ? Optional.of(answered) : Optional.empty();
  }

  private Optional<ChatResponse> kept(
      Conversation conversation,
      ChatRequest request,
      Dialogue.Reply reply,
      String turnId,
      long sequence) {
    ChatResponse response = response(conversation.id(), turnId, reply);
    return store.save(next(conversation, request, reply, response, sequence))
        ? Optional.of(response)
        : Optional.empty();
  }

  private static ChatResponse response(String conversationId, String turnId, Dialogue.Reply reply) {
    ChatResponse.Builder response =
        ChatResponse.newBuilder()
            .setConversationId(conversationId)
            .setTurnId(turnId)
            .setText(reply.text())
            .setLanguage(reply.understanding().language().code())
            .addAllCards(reply.cards())
            .addAllQuickReplies(reply.quickReplies())
            .setGrounded(true)
            .setReplaced(!reply.ungrounded().isEmpty());
    reply.handOff().ifPresent(response::setHandOff);
    reply.knowledge().ifPresent(response::setKnowledge);
    Protos.addIntents(reply.understanding(), response::addIntents);
    Protos.addEntities(reply.understanding(), response::addEntities);
    Degraded degraded = reply.degradation().toProto();
    if (degraded != null) {
      response.setDegraded(degraded);
    }
    return response.build();
  }

  private Turn shopperTurn(ChatRequest request, long sequence) {
    return Turn.newBuilder()
        .setSequence(sequence)
        .setSpeaker(Speaker.SPEAKER_SHOPPER)
        .setText(PersonalData.mask(request.getText()))
        .setSentAtUnixMs(clock.millis())
        .build();
  }

  private Conversation next(
      Conversation before,
      ChatRequest request,
      Dialogue.Reply reply,
      ChatResponse response,
      long sequence) {
    List<Turn> turns = new ArrayList<>(before.turns());
    turns.add(shopperTurn(request, sequence + 1));
    turns.add(
        Turn.newBuilder()
            .setSequence(sequence + 2)
            .setSpeaker(Speaker.SPEAKER_BOT)
            .setText(response.getText())
            .setSentAtUnixMs(clock.millis())
            .addAllCards(response.getCardsList())
            .build());
    List<ChatResponse> answers = new ArrayList<>(before.answers());
    answers.add(response);
    return new Conversation(
        before.id(),
        request.getUserId(),
        sequence + 2,
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
