// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import dev.proffer.chatbot.dialogue.Understander;
import dev.proffer.chatbot.dialogue.Understanding;
import dev.proffer.chatbot.intent.Intents;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.Languages;
import dev.proffer.chatbot.sentiment.SentimentReader;
import dev.proffer.proto.chatbot.v1.AnalyzeSentimentRequest;
import dev.proffer.proto.chatbot.v1.AnalyzeSentimentResponse;
import dev.proffer.proto.chatbot.v1.LanguageServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageState;
import dev.proffer.proto.chatbot.v1.LanguageStatus;
import dev.proffer.proto.chatbot.v1.ListLanguagesRequest;
import dev.proffer.proto.chatbot.v1.ListLanguagesResponse;
import dev.proffer.proto.chatbot.v1.UnderstandRequest;
import dev.proffer.proto.chatbot.v1.UnderstandResponse;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;

/// Understanding without a conversation, over gRPC.
public final class LanguageHandler extends LanguageServiceGrpc.LanguageServiceImplBase {
  private final Languages languages;
  private final Intents intents;
  private final Understander understander;

  private final SentimentReader sentiments;

  public LanguageHandler(
      Languages languages, Intents intents, Understander understander, SentimentReader sentiments) {
    this.intents = intents;
    this.sentiments = sentiments;
    this.languages = languages;
    this.understander = understander;
  }

  @Override
  public void listLanguages(
      ListLanguagesRequest request, StreamObserver<ListLanguagesResponse> observer) {
    ListLanguagesResponse.Builder reply = ListLanguagesResponse.newBuilder();
    for (Language language : Language.values()) {
      Languages.Status status = withIntents(languages.status(language));
      reply.addLanguages(
          LanguageStatus.newBuilder()
              .setLanguage(language.code())
              .setState(
                  switch (status.state()) {
                    case OFF -> LanguageState.LANGUAGE_STATE_OFF;
                    case LOADING -> LanguageState.LANGUAGE_STATE_LOADING;
                    case READY -> LanguageState.LANGUAGE_STATE_READY;
                    case FAILED -> LanguageState.LANGUAGE_STATE_FAILED;
                  })
              .setDetail(status.detail())
              .setLoadMs(status.loadMillis()));
    }
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  /// A language is ready when the best classifier reads it; until then it is served by another.
  private Languages.Status withIntents(Languages.Status status) {
    String pending = intents.pending();
    return status.state() == Languages.State.READY && !pending.isEmpty()
        ? new Languages.Status(
            Languages.State.LOADING,
            "the intents are being learnt with " + pending,
            status.loadMillis())
        : status;
  }

  @Override
  public void understand(UnderstandRequest request, StreamObserver<UnderstandResponse> observer) {
    Optional<Language> hint = Optional.empty();
    if (!request.getLanguage().isEmpty()) {
      hint = Language.of(request.getLanguage());
      if (hint.isEmpty()) {
        throw ProfferException.invalidField("language", "must be en, zh or empty");
      }
    }
    Understanding turn = understander.understand(request.getText(), hint);
    if (!languages.isOn(turn.language())) {
      throw new ProfferException(
          Status.Code.UNAVAILABLE,
          ErrorReason.ERROR_REASON_LANGUAGE_NOT_READY,
          "language " + turn.language().code() + " is switched off by chatbot.languages",
          Map.of("language", turn.language().code()));
    }
    UnderstandResponse.Builder reply =
        UnderstandResponse.newBuilder().setLanguage(turn.language().code());
    Protos.addIntents(turn, reply::addIntents);
    Protos.addEntities(turn, reply::addEntities);
    reply.setSentiment(Protos.of(turn.sentiment())).setUrgency(turn.sentiment().urgency());
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  @Override
  public void analyzeSentiment(
      AnalyzeSentimentRequest request, StreamObserver<AnalyzeSentimentResponse> observer) {
    if (!request.getLanguage().isEmpty() && Language.of(request.getLanguage()).isEmpty()) {
      throw ProfferException.invalidField("language", "must be en, zh or empty");
    }
    AnalyzeSentimentResponse.Builder reply = AnalyzeSentimentResponse.newBuilder();
    request
        .getTextsList()
        .forEach(text -> reply.addSentiments(Protos.of(sentiments.readClosely(text))));
    observer.onNext(reply.build());
    observer.onCompleted();
  }
}
