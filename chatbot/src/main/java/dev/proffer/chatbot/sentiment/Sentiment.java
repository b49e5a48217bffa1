// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import java.util.List;

/// How a text feels: a distribution over three classes, and what decided.
///
/// @param words the words that decided, the strongest first
/// @param anger how angry it sounds, from 0 to 1
/// @param urgency how pressing it sounds, from 0 to 1
/// @param aspects opinions on parts of a purchase
public record Sentiment(
    double negative,
    double neutral,
    double positive,
    List<String> words,
    double anger,
    double urgency,
    List<AspectOpinion> aspects) {
  public Sentiment {
    words = List.copyOf(words);
    aspects = List.copyOf(aspects);
  }

  /// From -1 to 1.
  public double score() {
    return positive - negative;
  }
}
