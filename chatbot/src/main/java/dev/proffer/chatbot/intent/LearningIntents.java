// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import dev.proffer.chatbot.embedding.RememberingEncoder;
import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.embedding.TurnEncoder;
import dev.proffer.chatbot.language.Language;
import dev.proffer.runtime.failure.ProfferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Learns the intents behind the start. First from words alone, which takes a second or two; then
/// with sentence vectors, which is far better and takes longer, so that its result is kept in a
/// folder and only read the next time. A change of the phrases makes it learn anew.
///
/// Without the encoders, or when they fail, the words alone go on serving.
public final class LearningIntents implements Intents {
  private static final Logger log = LoggerFactory.getLogger(LearningIntents.class);
  private static final long WAIT_SECONDS = 120;

  private final List<LabelledPhrase> phrases;
  private final Set<Language> encoders;
  private final Path folder;
  private final CountDownLatch first = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable IntentClassifier classifier;
  private volatile @Nullable TurnEncoder encoder;
  private volatile String pending;
  private volatile String trouble = "";

  /// Begins to learn.
  ///
  /// @param wanted the languages whose sentence vectors may be used; those whose encoder is not on
  ///   the class path do without
  /// @param folder where models are kept between starts
  /// @param trained a model that `chatbot train` made, which is preferred when it learnt these
  ///   phrases
  public LearningIntents(
      List<LabelledPhrase> phrases,
      Collection<Language> wanted,
      Path folder,
      Optional<Path> trained) {
    this.phrases = List.copyOf(phrases);
    this.encoders = TurnEncoder.available(wanted);
    this.folder = folder;
    this.pending = encoders.isEmpty() ? "" : "sentence vectors";
    this.thread =
        Thread.ofPlatform().name("chatbot-intents").daemon(true).unstarted(() -> learn(trained));
    thread.setContextClassLoader(LearningIntents.class.getClassLoader());
    thread.start();
  }

  /// The folder of a setting, in which a leading `~` is the home folder.
  public static Path folder(String setting) {
    return setting.startsWith("~/")
        ? Path.of(System.getProperty("user.home")).resolve(setting.substring(2))
        : Path.of(setting);
  }

  private void learn(Optional<Path> trained) {
    try {
      Optional<IntentClassifier> read =
          trained.isPresent() ? read(trained.get()) : Optional.empty();
      if (trained.isPresent() && read.isEmpty()) {
        log.warn("{} learnt other phrases or languages and is not used", trained.get());
      }
      if (read.isEmpty() && !encoders.isEmpty() && Files.isRegularFile(kept())) {
        read = readKept();
      }
      if (read.isEmpty()) {
        classifier = IntentClassifier.train(phrases);
        first.countDown();
        if (!encoders.isEmpty()) {
          classifier = learnWithVectors();
        }
      } else {
        classifier = read.get();
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      trouble = "intents are told by words alone: " + e.getMessage();
      log.error("sentence vectors cannot be used; words alone serve", e);
      if (classifier == null) {
        classifier = IntentClassifier.train(phrases);
      }
    } catch (InterruptedException e) {
      // Closed while it learnt: what there is goes on serving.
      Thread.currentThread().interrupt();
    } finally {
      pending = "";
      first.countDown();
    }
  }

  private IntentClassifier learnWithVectors() throws IOException, InterruptedException {
    long start = System.nanoTime();
    TurnEncoder turns = opened();
    RememberingEncoder remembered = RememberingEncoder.of(turns, phrases, 1);
    IntentClassifier learnt = IntentClassifier.train(phrases, remembered).encodedBy(turns);
    Files.createDirectories(folder);
    learnt.save(kept(), key(), true);
    log.info(
        "the intents of {} phrases were learnt with sentence vectors in {} ms and kept in {}",
        phrases.size(),
        (System.nanoTime() - start) / 1_000_000,
        folder);
    return learnt;
  }

  private Optional<IntentClassifier> read(Path file) throws IOException {
    return IntentClassifier.load(file, key(), phrases, this::opened);
  }

  private Optional<IntentClassifier> readKept() {
    try {
      return read(kept());
    } catch (IOException e) {
      log.warn("{} cannot be read and is made anew: {}", kept(), e.getMessage());
      return Optional.empty();
    }
  }

  private TurnEncoder opened() throws IOException {
    TurnEncoder open = encoder;
    if (open == null) {
      open = TurnEncoder.load(encoders);
      encoder = open;
    }
    return open;
  }

  private String key() {
    return key(phrases, encoders);
  }

  /// What a model must have learnt, and with which encoders, to be used.
  public static String key(List<LabelledPhrase> phrases, Set<Language> encoders) {
    return IntentClassifier.hash(phrases) + encoders;
  }

  private Path kept() {
    return folder.resolve(
        "intents-" + Integer.toHexString(key().hashCode()) + IntentClassifier.FILE_ENDING);
  }

  @Override
  public IntentClassifier get() {
    IntentClassifier now = classifier;
    if (now != null) {
      return now;
    }
    try {
      if (!first.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw ProfferException.unavailable("the intent classifier", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProfferException.unavailable("the intent classifier", e);
    }
    now = classifier;
    if (now == null) {
      throw ProfferException.unavailable("the intent classifier", null);
    }
    return now;
  }

  @Override
  public String pending() {
    return pending;
  }

  @Override
  public String trouble() {
    return trouble;
  }

  @Override
  public Optional<SentenceEncoder> encoder() {
    return pending.isEmpty() ? Optional.ofNullable(encoder) : Optional.empty();
  }

  @Override
  public Optional<SentenceEncoder> awaitEncoder() throws InterruptedException {
    thread.join();
    return encoder();
  }

  /// Waits until the best classifier there can be serves, for tools and tests.
  public void awaitLearnt() throws InterruptedException {
    thread.join();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
