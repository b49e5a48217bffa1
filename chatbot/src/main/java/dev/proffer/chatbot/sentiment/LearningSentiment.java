// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import dev.proffer.chatbot.embedding.SentenceEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The trained sentiment model that comes with the plugin. It is learnt from the shipped sentences
/// behind the first start, within seconds of the encoder being there, and kept in a folder for the
/// next. Until then, and without an encoder, the lexicon reads alone.
public final class LearningSentiment implements Supplier<Optional<VectorSentiment>>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LearningSentiment.class);

  private final Path folder;
  private final Thread thread;
  private volatile @Nullable VectorSentiment model;

  /// @param encoder waits for the encoder; empty when there is none
  /// @param folder where the model is kept
  public LearningSentiment(Callable<Optional<SentenceEncoder>> encoder, Path folder) {
    this.folder = folder;
    this.thread =
        Thread.ofPlatform().name("chatbot-sentiment").daemon(true).unstarted(() -> learn(encoder));
    thread.setContextClassLoader(LearningSentiment.class.getClassLoader());
    thread.start();
  }

  private void learn(Callable<Optional<SentenceEncoder>> source) {
    try {
      Optional<SentenceEncoder> encoder = source.call();
      if (encoder.isPresent()) {
        model = loadOrTrain(encoder.get());
      }
    } catch (InterruptedException e) {
      // Closed before it was learnt.
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.error("the sentiment model cannot be used; the lexicon reads alone", e);
    }
  }

  private VectorSentiment loadOrTrain(SentenceEncoder encoder) throws IOException {
    List<VectorSentiment.Labelled> rows = VectorSentiment.shipped();
    String key = VectorSentiment.key(rows);
    Path file = folder.resolve("sentiment-" + key + ".model");
    if (Files.isRegularFile(file)) {
      try {
        return VectorSentiment.load(file, key, encoder);
      } catch (IOException e) {
        log.warn("{} cannot be read and is made anew: {}", file, e.getMessage());
      }
    }
    VectorSentiment learnt = VectorSentiment.train(rows, encoder);
    Files.createDirectories(folder);
    learnt.save(file, key);
    return learnt;
  }

  @Override
  public Optional<VectorSentiment> get() {
    return Optional.ofNullable(model);
  }

  /// Waits until it is learnt or never will be, for tools and tests.
  public void awaitLearnt() throws InterruptedException {
    thread.join();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
