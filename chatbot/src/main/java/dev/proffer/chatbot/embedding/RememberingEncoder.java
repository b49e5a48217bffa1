// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.embedding;

import dev.proffer.chatbot.intent.LabelledPhrase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Encodes each text once, for evaluations and training that ask again. It never forgets.
public final class RememberingEncoder implements SentenceEncoder {
  private final SentenceEncoder encoder;
  private final Map<String, float[]> vectors = new ConcurrentHashMap<>();

  public RememberingEncoder(SentenceEncoder encoder) {
    this.encoder = encoder;
  }

  /// Remembers the phrases before anybody asks, encoded together, which is faster than one by one.
  public static RememberingEncoder of(TurnEncoder turns, List<LabelledPhrase> phrases, int threads)
      throws InterruptedException {
    RememberingEncoder remembering = new RememberingEncoder(turns);
    List<String> texts = phrases.stream().map(LabelledPhrase::phrase).distinct().toList();
    List<float[]> made = turns.encodeAll(texts, threads);
    for (int i = 0; i < texts.size(); i++) {
      remembering.vectors.put(texts.get(i), made.get(i));
    }
    return remembering;
  }

  @Override
  public boolean knows(String word) {
    return encoder.knows(word);
  }

  @Override
  public float[] encode(String text) {
    return vectors.computeIfAbsent(text, encoder::encode);
  }
}
