// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import edu.stanford.nlp.ling.CoreAnnotations;
import edu.stanford.nlp.ling.CoreLabel;
import edu.stanford.nlp.pipeline.Annotation;
import edu.stanford.nlp.pipeline.StanfordCoreNLP;
import edu.stanford.nlp.time.TimeAnnotations;
import edu.stanford.nlp.time.TimeAnnotator;
import edu.stanford.nlp.time.Timex;
import edu.stanford.nlp.util.CoreMap;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;

/// English by CoreNLP: tokens, parts of speech and lemmas for every turn, and SUTime only for turns
/// with a word that can belong to a date, because it costs several times the rest together.
///
/// Holidays are left to the retail calendar: SUTime's need an XML binding stack and know no Black
/// Friday.
public final class EnglishAnalyser implements Analyser {
  private static final Pattern DATE_LIKELY =
      Pattern.compile(
          "\\b(today|tonight|tomorrow|yesterday|now|morning|afternoon|evening|night|noon|midnight|weekend|week|month|year|day|days|weeks|months|hour|hours|minutes"
              + "|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays"
              + "|jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december"
              + "|\\d{1,2}\\s?(am|pm|:\\d\\d)|\\d{1,4}[/-]\\d{1,2}([/-]\\d{1,4})?|\\d+(st|nd|rd|th) of|o'clock)\\b",
          Pattern.CASE_INSENSITIVE);

  private final StanfordCoreNLP pipeline;
  private final TimeAnnotator times;

  public EnglishAnalyser(ModelCache models) {
    Properties pipelineSettings = new Properties();
    pipelineSettings.setProperty("annotators", "tokenize,pos,lemma");
    pipelineSettings.setProperty(
        "pos.model",
        models.file(Language.ENGLISH, "pos-tagger/english-left3words-distsim.tagger").toString());
    pipelineSettings.setProperty("pos.maxlen", "150");
    this.pipeline = new StanfordCoreNLP(pipelineSettings, false);
    Properties timeSettings = new Properties();
    timeSettings.setProperty(
        "sutime.rules",
        models.file(Language.ENGLISH, "sutime/defs.sutime.txt")
            + ","
            + models.file(Language.ENGLISH, "sutime/english.sutime.txt"));
    timeSettings.setProperty("sutime.binders", "0");
    timeSettings.setProperty("sutime.includeRange", "true");
    this.times = new TimeAnnotator("sutime", timeSettings);
  }

  @Override
  public List<Token> tokens(NormalText text, BitSet boundaries) {
    Annotation document = new Annotation(text.text());
    pipeline.annotate(document);
    List<Token> tokens = new ArrayList<>();
    for (CoreLabel label : document.get(CoreAnnotations.TokensAnnotation.class)) {
      tokens.add(
          new Token(
              label.word().toLowerCase(Locale.ROOT),
              label.lemma() == null ? label.word() : label.lemma().toLowerCase(Locale.ROOT),
              label.tag() == null ? "" : label.tag(),
              label.beginPosition(),
              label.endPosition()));
    }
    return tokens;
  }

  @Override
  public List<DateFound> dates(NormalText text, LocalDate today) {
    if (!DATE_LIKELY.matcher(text.text()).find()) {
      return List.of();
    }
    Annotation document = new Annotation(text.text());
    document.set(CoreAnnotations.DocDateAnnotation.class, today.toString());
    pipeline.annotate(document);
    times.annotate(document);
    List<CoreMap> found = document.get(TimeAnnotations.TimexAnnotations.class);
    if (found == null) {
      return List.of();
    }
    List<DateFound> dates = new ArrayList<>();
    for (CoreMap mention : found) {
      Timex timex = mention.get(TimeAnnotations.TimexAnnotation.class);
      if (timex != null && timex.value() != null && !timex.value().isEmpty()) {
        dates.add(
            new DateFound(
                timex.value(),
                mention.get(CoreAnnotations.CharacterOffsetBeginAnnotation.class),
                mention.get(CoreAnnotations.CharacterOffsetEndAnnotation.class)));
      }
    }
    return dates;
  }
}
