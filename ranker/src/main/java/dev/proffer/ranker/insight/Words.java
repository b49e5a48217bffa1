// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/// Cuts titles, descriptions, searches and reviews into terms of interest: words that say
/// something, and what two of them in a row say together. Chinese is cut into words by the hidden
/// Markov model of Lucene's Smart Chinese; its terms are one to three words in a row of two to six
/// characters.
final class Words {
  private static final int TEXT_MAX = 512;

  private static final Set<String> STOP =
      Set.of(
          "the",
          "and",
          "for",
          "with",
          "from",
          "that",
          "this",
          "set",
          "pack",
          "are",
          "was",
          "but",
          "not",
          "you",
          "your",
          "our",
          "has",
          "have",
          "its",
          "very",
          "all",
          "one",
          "two",
          "new",
          "size",
          "small",
          "large",
          "medium",
          "assorted",
          "per",
          "inch",
          "box",
          "use",
          "out",
          "get",
          "can",
          "than");

  /// What packages are measured in.
  private static final Set<String> CHINESE_STOP =
      Set.of("毫升", "公斤", "千克", "厘米", "毫米", "英寸", "升装", "片装", "件套", "盒装", "瓶装", "袋装");

  /// Characters at which a Chinese phrase breaks, because they carry grammar and no content.
  private static final String CHINESE_BREAKS = "的了和与是在有我你他她它这那个款为及或很都也就不吗呢吧";

  private Words() {}

  static void each(String text, Consumer<String> term) {
    int end = Math.min(text.length(), TEXT_MAX);
    int at = 0;
    String before = "";
    while (at < end) {
      char c = text.charAt(at);
      int start = at;
      if (isChinese(c)) {
        while (at < end && isChinese(text.charAt(at))) {
          at++;
        }
        before = "";
        chinese(text.substring(start, at), term);
      } else if (Character.isLetter(c) && isWordPart(c)) {
        while (at < end && isWordPart(text.charAt(at))) {
          at++;
        }
        String word = text.substring(start, at).toLowerCase(Locale.ROOT);
        if (word.length() >= 3 && word.length() <= 30 && !STOP.contains(word)) {
          term.accept(word);
          if (!before.isEmpty()) {
            term.accept(before + " " + word);
          }
          before = word;
        } else {
          before = "";
        }
      } else {
        // Words on two sides of a comma or a full stop are no phrase.
        before = Character.isWhitespace(c) ? before : "";
        at++;
      }
    }
  }

  private static void chinese(String run, Consumer<String> term) {
    List<String> words = new ArrayList<>();
    try (TokenStream tokens = CHINESE.tokenStream("", run)) {
      CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        words.add(word.toString());
      }
      tokens.end();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail to be read", e);
    }
    for (int from = 0; from < words.size(); from++) {
      StringBuilder joined = new StringBuilder();
      for (int to = from; to < Math.min(words.size(), from + 3); to++) {
        if (CHINESE_STOP.contains(words.get(to))) {
          break;
        }
        joined.append(words.get(to));
        if (joined.length() >= 2 && joined.length() <= CHINESE_TERM_MAX) {
          term.accept(joined.toString());
        }
      }
    }
  }

  private static final int CHINESE_TERM_MAX = 6;

  private static final Analyzer CHINESE =
      new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
          return new TokenStreamComponents(new HMMChineseTokenizer());
        }
      };

  static boolean isChinese(String term) {
    return !term.isEmpty() && isChinese(term.charAt(0));
  }

  private static boolean isChinese(char c) {
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN
        && CHINESE_BREAKS.indexOf(c) < 0;
  }

  private static boolean isWordPart(char c) {
    return (Character.isLetter(c)
            && !isChinese(c)
            && Character.UnicodeScript.of(c) != Character.UnicodeScript.HAN)
        || c == '-'
        || c == '\'';
  }
}
