// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import edu.stanford.nlp.ling.CoreAnnotations;
import edu.stanford.nlp.ling.CoreLabel;
import edu.stanford.nlp.pipeline.Annotation;
import edu.stanford.nlp.pipeline.StanfordCoreNLP;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/// Chinese by CoreNLP: the pku segmenter and the part-of-speech tagger.
///
/// The catalogue is the user dictionary, but not as a dictionary file, which the segmenter could
/// only read by loading its 120 MB anew: names are cut out at their known borders and only what
/// lies between them is segmented. CoreNLP has no Chinese dates; those are found on the raw text
/// before.
public final class ChineseAnalyser implements Analyser {
  private final StanfordCoreNLP segmenter;

  public ChineseAnalyser(ModelCache models) {
    Properties settings = new Properties();
    settings.setProperty("annotators", "tokenize,pos");
    settings.setProperty("tokenize.language", "zh");
    settings.setProperty(
        "segment.model", models.file(Language.CHINESE, "segmenter/chinese/pku.gz").toString());
    settings.setProperty(
        "segment.sighanCorporaDict", models.file(Language.CHINESE, "segmenter/chinese").toString());
    settings.setProperty(
        "segment.serDictionary",
        models.file(Language.CHINESE, "segmenter/chinese/dict-chris6.ser.gz").toString());
    settings.setProperty("segment.sighanPostProcessing", "true");
    settings.setProperty("ssplit.boundaryTokenRegex", "[.。]|[!?！？]+");
    settings.setProperty(
        "pos.model", models.file(Language.CHINESE, "pos-tagger/chinese-distsim.tagger").toString());
    settings.setProperty("pos.maxlen", "150");
    this.segmenter = new StanfordCoreNLP(settings, false);
    // The dictionaries are read at the first sentence.
    tokens(NormalText.of("今天有什么优惠"), new BitSet());
  }

  @Override
  public List<Token> tokens(NormalText text, BitSet boundaries) {
    List<Token> tokens = new ArrayList<>();
    int start = 0;
    while (start < text.text().length()) {
      int next = boundaries.nextSetBit(start + 1);
      int end = next < 0 ? text.text().length() : Math.min(next, text.text().length());
      addTokens(text.text(), start, end, tokens);
      start = end;
    }
    return tokens;
  }

  private void addTokens(String text, int start, int end, List<Token> tokens) {
    String part = text.substring(start, end);
    if (part.isBlank()) {
      return;
    }
    Annotation document = new Annotation(part);
    segmenter.annotate(document);
    for (CoreLabel label : document.get(CoreAnnotations.TokensAnnotation.class)) {
      String word = label.word().toLowerCase(Locale.ROOT);
      tokens.add(
          new Token(
              word,
              word,
              label.tag() == null ? "" : label.tag(),
              start + label.beginPosition(),
              start + label.endPosition()));
    }
  }

  @Override
  public List<DateFound> dates(NormalText text, LocalDate today) {
    return List.of();
  }
}
