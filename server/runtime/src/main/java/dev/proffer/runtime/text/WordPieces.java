// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Splits a text into the word pieces of an uncased BERT vocabulary: lower case without accents,
/// words at white space and punctuation, each Han character a word, then the longest pieces from
/// the left. Immutable.
public final class WordPieces {
  private static final int MAX_WORD = 100;

  private final Map<String, Integer> vocabulary;
  private final int unknown;
  private final int begin;
  private final int end;

  private WordPieces(Map<String, Integer> vocabulary) {
    this.vocabulary = Map.copyOf(vocabulary);
    this.unknown = special("[UNK]");
    this.begin = special("[CLS]");
    this.end = special("[SEP]");
  }

  /// Splits with a vocabulary.
  ///
  /// @param vocabulary the number of each piece, as under `model`, `vocab` of a `tokenizer.json`
  public static WordPieces of(Map<String, Integer> vocabulary) {
    return new WordPieces(vocabulary);
  }

  private int special(String piece) {
    Integer id = vocabulary.get(piece);
    if (id == null) {
      throw new IllegalArgumentException("the vocabulary has no " + piece);
    }
    return id;
  }

  /// The ids of a text with those of its begin and end, at most `limit`.
  public long[] ids(String text, int limit) {
    long[] ids = new long[limit];
    int n = 0;
    ids[n++] = begin;
    for (String word : words(text)) {
      int start = 0;
      int before = n;
      while (start < word.length() && n < limit - 1) {
        int stop = word.length();
        Integer id = null;
        while (stop > start && word.length() <= MAX_WORD) {
          String piece = word.substring(start, stop);
          id = vocabulary.get(start == 0 ? piece : "##" + piece);
          if (id != null) {
            break;
          }
          stop--;
        }
        if (id == null) {
          n = before;
          ids[n++] = unknown;
          break;
        }
        ids[n++] = id;
        start = stop;
      }
      if (n >= limit - 1) {
        break;
      }
    }
    ids[n++] = end;
    return Arrays.copyOf(ids, n);
  }

  private static List<String> words(String text) {
    String plain = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD);
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < plain.length(); ) {
      int c = plain.codePointAt(i);
      i += Character.charCount(c);
      int type = Character.getType(c);
      if (type == Character.NON_SPACING_MARK
          || (type == Character.CONTROL && !Character.isWhitespace(c))
          || type == Character.FORMAT) {
        continue;
      }
      boolean alone =
          isPunctuation(c, type) || Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
      if (Character.isWhitespace(c) || Character.isSpaceChar(c) || alone) {
        if (!word.isEmpty()) {
          words.add(word.toString());
          word.setLength(0);
        }
        if (alone) {
          words.add(Character.toString(c));
        }
      } else {
        word.appendCodePoint(c);
      }
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  private static boolean isPunctuation(int c, int type) {
    return (c >= 33 && c <= 47)
        || (c >= 58 && c <= 64)
        || (c >= 91 && c <= 96)
        || (c >= 123 && c <= 126)
        || switch (type) {
          case Character.CONNECTOR_PUNCTUATION,
              Character.DASH_PUNCTUATION,
              Character.START_PUNCTUATION,
              Character.END_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION,
              Character.OTHER_PUNCTUATION ->
              true;
          default -> false;
        };
  }
}
