// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import dev.proffer.chatbot.intent.IntentClassifier;
import dev.proffer.chatbot.language.Analyser;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.LanguageDetector;
import dev.proffer.chatbot.language.Languages;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.Token;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.Mention;
import dev.proffer.chatbot.mention.MentionFinder;
import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.chatbot.sentiment.SentimentReader;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Understands a turn: language, names, words and intent.
public final class Understander {
  private static final int INTENTS = 5;

  private final Languages languages;
  private final Supplier<Gazetteer> names;
  private final Supplier<IntentClassifier> classifier;
  private final SentimentReader sentiments;
  private final Clock clock;
  private final ZoneId zone;

  public Understander(
      Languages languages,
      Supplier<Gazetteer> names,
      Supplier<IntentClassifier> classifier,
      SentimentReader sentiments,
      Clock clock,
      ZoneId zone) {
    this.languages = languages;
    this.names = names;
    this.classifier = classifier;
    this.sentiments = sentiments;
    this.clock = clock;
    this.zone = zone;
  }

  /// Understands a text.
  ///
  /// @param original the text as written
  /// @param hint the language to assume for a text without words of either language
  public Understanding understand(String original, Optional<Language> hint) {
    NormalText text = NormalText.of(original);
    LanguageDetector.Detected detected = LanguageDetector.detect(text);
    Language language =
        detected.language().or(() -> hint).orElseGet(() -> languages.wanted().getFirst());
    Analyser analyser = languages.analyser(language);
    LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
    List<Mention> mentions = MentionFinder.find(text, names.get(), analyser, today);
    String masked = MentionFinder.masked(text, mentions);
    return new Understanding(
        text,
        language,
        detected.foreign(),
        mentions,
        tokens(text, analyser, mentions),
        masked,
        classifier.get().classify(masked, INTENTS),
        sentiments.read(original),
        languages.isOn(language) && languages.status(language).state() != Languages.State.READY);
  }

  private static List<Token> tokens(NormalText text, Analyser analyser, List<Mention> mentions) {
    BitSet boundaries = new BitSet();
    for (Mention mention : mentions) {
      if (mention.type() == MentionType.BRAND
          || mention.type() == MentionType.CATEGORY
          || mention.type() == MentionType.ITEM
          || mention.type() == MentionType.PROMOTION) {
        boundaries.set(mention.start());
        boundaries.set(mention.end());
      }
    }
    return analyser.tokens(text, boundaries);
  }
}
