// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The analysers of all languages, loaded one after the other in the background, the first of the
/// setting first. A language that is not ready is analysed without models meanwhile.
public final class Languages implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Languages.class);

  /// How far a language is.
  public enum State {
    OFF,
    LOADING,
    READY,
    FAILED
  }

  /// How far a language is, with a sentence for an operator.
  public record Status(State state, String detail, long loadMillis) {}

  private final Analyser plain = new PlainAnalyser();
  private final Map<Language, Status> statuses = new ConcurrentHashMap<>();
  private final Map<Language, Analyser> ready = new EnumMap<>(Language.class);
  private final List<Language> wanted;
  private final Thread loader;

  /// Starts to load the wanted languages.
  ///
  /// @param wanted the languages that are on, in the order of loading
  /// @param models where the models are
  /// @param load makes the analyser of a language, which may take long and may fail
  public Languages(List<Language> wanted, ModelCache models, Function<Language, Analyser> load) {
    this.wanted = List.copyOf(wanted);
    for (Language language : Language.values()) {
      statuses.put(
          language,
          wanted.contains(language)
              ? new Status(State.LOADING, "the models are loading", 0)
              : new Status(State.OFF, "switched off by chatbot.languages", 0));
    }
    this.loader =
        Thread.ofPlatform()
            .name("chatbot-models")
            .daemon(true)
            // CoreNLP reads resources through the loader of the thread.
            .unstarted(() -> loadAll(models, load));
    loader.setContextClassLoader(Languages.class.getClassLoader());
    loader.start();
  }

  /// Makes the CoreNLP analyser of a language.
  public static Analyser load(Language language, ModelCache models) {
    return switch (language) {
      case ENGLISH -> new EnglishAnalyser(models);
      case CHINESE -> new ChineseAnalyser(models);
    };
  }

  private void loadAll(ModelCache models, Function<Language, Analyser> load) {
    for (Language language : wanted) {
      String missing = models.missing(language);
      if (!missing.isEmpty()) {
        log.warn("language {} answers without its models: {}", language.code(), missing);
        statuses.put(language, new Status(State.FAILED, missing, 0));
        continue;
      }
      long start = System.nanoTime();
      try {
        Analyser analyser = load.apply(language);
        synchronized (ready) {
          ready.put(language, analyser);
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        statuses.put(language, new Status(State.READY, "ready", millis));
        log.info("language {} is ready after {} ms", language.code(), millis);
      } catch (RuntimeException | OutOfMemoryError | ExceptionInInitializerError e) {
        log.error("language {} could not be loaded", language.code(), e);
        statuses.put(
            language,
            new Status(
                State.FAILED,
                "the models could not be loaded: " + e.getMessage(),
                (System.nanoTime() - start) / 1_000_000));
      }
    }
  }

  public Status status(Language language) {
    Status status = statuses.get(language);
    return status == null ? new Status(State.OFF, "not known", 0) : status;
  }

  public boolean isOn(Language language) {
    return wanted.contains(language);
  }

  /// The best analyser there is at this moment.
  public Analyser analyser(Language language) {
    synchronized (ready) {
      return ready.getOrDefault(language, plain);
    }
  }

  /// The languages that are on, in the order of the setting.
  public List<Language> wanted() {
    return wanted;
  }

  /// Waits until nothing loads any more, for tests and tools.
  public void awaitLoaded() throws InterruptedException {
    loader.join();
  }

  @Override
  public void close() {
    loader.interrupt();
  }

  /// The languages of a setting such as `en,zh`.
  public static List<Language> parse(List<String> codes) {
    return codes.stream()
        .map(code ->
            Language.of(code)
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "chatbot.languages: '"
                            + code
                            + "' (expected: "
                            + Arrays.stream(Language.values()).map(Language::code).toList()
                            + ")")))
        .distinct()
        .toList();
  }
}
