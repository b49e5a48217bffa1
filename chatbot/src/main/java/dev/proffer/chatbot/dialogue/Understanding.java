// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import dev.proffer.chatbot.intent.IntentScore;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.Token;
import dev.proffer.chatbot.mention.Mention;
import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.chatbot.sentiment.Sentiment;
import java.util.List;

/// What a turn was understood as.
///
/// @param text the turn in its normal form
/// @param language the language to answer in
/// @param foreign whether it is written in a script of neither language
/// @param mentions what it names, from left to right
/// @param tokens its words
/// @param masked what the classifier read
/// @param intents what it wants, likeliest first
/// @param sentiment how it feels
/// @param plain whether the models of the language were not there
public record Understanding(
    NormalText text,
    Language language,
    boolean foreign,
    List<Mention> mentions,
    List<Token> tokens,
    String masked,
    List<IntentScore> intents,
    Sentiment sentiment,
    boolean plain) {

  public boolean has(MentionType type) {
    return mentions.stream().anyMatch(mention -> mention.type() == type);
  }
}
