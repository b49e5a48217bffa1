// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import dev.proffer.chatbot.dialogue.Understanding;
import dev.proffer.chatbot.sentiment.Sentiment;
import dev.proffer.proto.chatbot.v1.Entity;
import dev.proffer.proto.chatbot.v1.IntentScore;
import java.util.function.Consumer;

/// What a turn was understood as, in the words of the contract.
final class Protos {
  private Protos() {}

  static void addIntents(Understanding turn, Consumer<IntentScore> to) {
    turn.intents()
        .forEach(score ->
            to.accept(
                IntentScore.newBuilder()
                    .setIntent(score.intent())
                    .setConfidence(score.confidence())
                    .build()));
  }

  static dev.proffer.proto.chatbot.v1.Sentiment of(Sentiment sentiment) {
    dev.proffer.proto.chatbot.v1.Sentiment.Builder proto =
        dev.proffer.proto.chatbot.v1.Sentiment.newBuilder()
            .setNegative(sentiment.negative())
            .setNeutral(sentiment.neutral())
            .setPositive(sentiment.positive())
            .addAllDecidingWords(sentiment.words());
    sentiment
        .aspects()
        .forEach(opinion ->
            proto.addAspects(
                dev.proffer.proto.chatbot.v1.AspectOpinion.newBuilder()
                    .setAspect(opinion.aspect())
                    .setScore(opinion.score())
                    .addAllWords(opinion.words())));
    return proto.build();
  }

  static void addEntities(Understanding turn, Consumer<Entity> to) {
    turn.mentions()
        .forEach(mention ->
            to.accept(
                Entity.newBuilder()
                    .setType(
                        mention.negated()
                            ? "not_" + mention.type().wireName()
                            : mention.type().wireName())
                    .setText(mention.text())
                    .setValue(mention.value())
                    .setStart(turn.text().origin(mention.start()))
                    .setEnd(turn.text().originEnd(mention.end()))
                    .build()));
  }
}
