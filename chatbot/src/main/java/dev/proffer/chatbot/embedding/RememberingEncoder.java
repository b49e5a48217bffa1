// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.embedding;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Encodes each text once, for evaluations and training that ask again. It never forgets.
public final class RememberingEncoder implements SentenceEncoder {
  private final SentenceEncoder encoder;
  private final Map<String, float[]> vectors = new ConcurrentHashMap<>();

  public RememberingEncoder(SentenceEncoder encoder) {
    this.encoder = encoder;
  }

  /// Remembers a vector that was made elsewhere.
  public void remember(String text, float[] vector) {
    vectors.put(text, vector);
  }

  @Override
  public float[] encode(String text) {
    return vectors.computeIfAbsent(text, encoder::encode);
  }
}
