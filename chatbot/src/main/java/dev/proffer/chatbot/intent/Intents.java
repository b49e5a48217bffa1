// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import dev.proffer.chatbot.embedding.SentenceEncoder;
import java.util.Optional;
import java.util.function.Supplier;

/// The classifier that serves at this moment. A better one may take its place while turns come.
public interface Intents extends Supplier<IntentClassifier>, AutoCloseable {
  /// What a better classifier waits for; empty when this one is the best there is.
  String pending();

  /// Why there is no better classifier; empty when nothing is wrong.
  String trouble();

  /// What turns texts into vectors, once it is there.
  Optional<SentenceEncoder> encoder();

  /// Waits until nothing is pending; then what [#encoder] says.
  Optional<SentenceEncoder> awaitEncoder() throws InterruptedException;

  @Override
  void close();

  /// One classifier for good.
  static Intents of(IntentClassifier classifier) {
    return new Intents() {
      @Override
      public IntentClassifier get() {
        return classifier;
      }

      @Override
      public String pending() {
        return "";
      }

      @Override
      public String trouble() {
        return "";
      }

      @Override
      public Optional<SentenceEncoder> encoder() {
        return Optional.empty();
      }

      @Override
      public Optional<SentenceEncoder> awaitEncoder() {
        return Optional.empty();
      }

      @Override
      public void close() {}
    };
  }
}
