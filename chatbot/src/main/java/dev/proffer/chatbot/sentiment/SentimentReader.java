// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import dev.proffer.chatbot.language.NormalText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Reads how texts feel: with the lexicon alone, or with a trained model beside it.
///
/// The lexicon gives the words and, with a model of the shop's own reviews, the neutral class,
/// which reviews do not teach; the model moves the rest between good and bad. Without a model of
/// the shop, the one that comes with the plugin weighs against the lexicon in all three classes.
/// Safe for use by many threads.
public final class SentimentReader {
  private static final double STRENGTH = 1.1;
  private static final double NEUTRAL = 1.0;
  private static final double CAP = 4;
  private static final int WORDS = 5;

  /// How much the lexicon weighs beside the shipped model.
  private static final double LEXICON_WEIGHT = 0.5;

  private static final Pattern URGENT =
      Pattern.compile(
          "\\b(?:urgent(?:ly)?|asap|immediately|right (?:now|away)|at once|emergency|hurry|quickly|as soon as possible|still waiting|today|tonight)\\b|赶紧|马上|立刻|立即|紧急|急用|着急|很急|急[!！]|尽快|快点|今天就要|等着用|火急");
  private static final Pattern SHOUTED =
      Pattern.compile("[!！]{2,}|[?？]{3,}|\\b[A-Z]{4,}\\b(?:\\W+\\b[A-Z]{2,}\\b)+");

  private final SentimentLexicon lexicon;
  private final Aspects aspects;
  private final Optional<NgramSentiment> model;
  private final Supplier<Optional<VectorSentiment>> shipped;

  private SentimentReader(
      SentimentLexicon lexicon,
      Aspects aspects,
      Optional<NgramSentiment> model,
      Supplier<Optional<VectorSentiment>> shipped) {
    this.lexicon = lexicon;
    this.aspects = aspects;
    this.model = model;
    this.shipped = shipped;
  }

  public static SentimentReader of(Optional<NgramSentiment> model) {
    return of(model, Optional::empty);
  }

  /// Reads with two models.
  ///
  /// @param model learnt from the reviews of a shop; goes before what is shipped
  /// @param shipped the model that comes with the plugin, once it is there
  public static SentimentReader of(
      Optional<NgramSentiment> model, Supplier<Optional<VectorSentiment>> shipped) {
    return new SentimentReader(SentimentLexicon.load(), Aspects.load(), model, shipped);
  }

  /// The same as [#read], with the model that comes with the plugin beside the lexicon: better, but
  /// some milliseconds a text, which is for reviews and not for the turns of a conversation.
  public Sentiment readClosely(String original) {
    Sentiment quick = read(original);
    Optional<VectorSentiment> vectors = model.isPresent() ? Optional.empty() : shipped.get();
    String lower = NormalText.of(original).lower();
    if (vectors.isEmpty() || lower.isBlank()) {
      return quick;
    }
    double[] p = vectors.get().probabilities(lower);
    double negative = p[VectorSentiment.NEGATIVE] * Math.pow(quick.negative(), LEXICON_WEIGHT);
    double neutral = p[VectorSentiment.NEUTRAL] * Math.pow(quick.neutral(), LEXICON_WEIGHT);
    double positive = p[VectorSentiment.POSITIVE] * Math.pow(quick.positive(), LEXICON_WEIGHT);
    double sum = negative + neutral + positive;
    negative /= sum;
    positive /= sum;
    boolean isGood = positive >= negative;
    List<String> words = isGood == quick.positive() >= quick.negative() ? quick.words() : List.of();
    if (words.isEmpty() && Math.max(negative, positive) > neutral / sum) {
      words =
          vectors
              .get()
              .deciding(lower, isGood ? VectorSentiment.POSITIVE : VectorSentiment.NEGATIVE, WORDS);
    }
    return new Sentiment(
        negative,
        Math.max(0, 1 - negative - positive),
        positive,
        words,
        negative > positive ? quick.anger() : 0,
        quick.urgency(),
        quick.aspects());
  }

  /// The sentiment of a text of any length; only the first [NormalText#MAX_CHARS] characters of
  /// each kind of evidence are read.
  public Sentiment read(String original) {
    NormalText text = NormalText.of(original);
    List<SentimentLexicon.Hit> hits = lexicon.find(text);
    double good = 0;
    double bad = 0;
    double worst = 0;
    for (SentimentLexicon.Hit hit : hits) {
      if (hit.weight() > 0) {
        good += hit.weight();
      } else {
        bad -= hit.weight();
        worst = Math.min(worst, hit.weight());
      }
    }
    double x = STRENGTH * Math.min(CAP, good);
    double y = STRENGTH * Math.min(CAP, bad);
    // What speaks for both sides speaks for neither.
    double up = Math.exp(x - 0.5 * y);
    double down = Math.exp(y - 0.5 * x);
    double middle = Math.exp(NEUTRAL);
    double sum = up + down + middle;
    double positive = up / sum;
    double negative = down / sum;
    String lower = text.lower();
    double odds = model.map(m -> m.logOdds(lower)).orElse(0.0);
    if (model.isPresent() && Math.abs(odds) > 1e-9) {
      // The model knows two classes: it divides what is not neutral, and a sure one shrinks that.
      double polar = 1 - middle / sum * Math.exp(-0.5 * Math.abs(odds));
      double lexical = Math.log((positive + 1e-3) / (negative + 1e-3));
      double share = 1 / (1 + Math.exp(-(odds + 0.35 * lexical)));
      positive = polar * share;
      negative = polar * (1 - share);
    }
    boolean isGood = positive >= negative;
    double shout = SHOUTED.matcher(text.text()).find() ? 0.2 : 0;
    double anger =
        worst > -2.1 && bad < 4 ? 0 : Math.min(1, -worst / 5 + Math.min(bad, 10) / 20 + shout);
    double urgency =
        Math.min(1, (URGENT.matcher(lower).find() ? 0.7 : 0) + shout + (anger > 0.7 ? 0.2 : 0));
    return new Sentiment(
        negative,
        Math.max(0, 1 - positive - negative),
        positive,
        words(lower, hits, isGood),
        negative > positive ? anger : 0,
        urgency,
        aspects.read(lower, hits));
  }

  private List<String> words(String lower, List<SentimentLexicon.Hit> hits, boolean isGood) {
    List<String> words = new ArrayList<>();
    hits.stream()
        .filter(hit -> isGood == hit.weight() > 0)
        .sorted(Comparator.comparingDouble(hit -> -Math.abs(hit.weight())))
        .map(SentimentLexicon.Hit::word)
        .distinct()
        .limit(WORDS)
        .forEach(words::add);
    if (words.size() < WORDS) {
      model.map(m -> m.deciding(lower, isGood, WORDS)).orElse(List.of()).stream()
          .filter(word -> words.stream().noneMatch(w -> w.contains(word) || word.contains(w)))
          .limit(WORDS - words.size())
          .forEach(words::add);
    }
    return words;
  }
}
