// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Cuts texts into the pieces of words that a BERT-like encoder knows: words and punctuation marks
/// in lower case without accents, each the longest piece that fits, then the longest of the rest.
final class WordPieces {
  private static final int WORD_MAX = 100;

  private final Map<String, Integer> ids;
  private final int unknown;
  private final int first;
  private final int last;

  private WordPieces(Map<String, Integer> ids) throws IOException {
    this.ids = ids;
    this.unknown = id("[UNK]");
    this.first = id("[CLS]");
    this.last = id("[SEP]");
  }

  private int id(String piece) throws IOException {
    Integer id = ids.get(piece);
    if (id == null) {
      throw new IOException("the vocabulary has no " + piece);
    }
    return id;
  }

  /// Reads the `tokenizer.json` of a model.
  static WordPieces read(InputStream json) throws IOException {
    Map<String, Integer> ids = new HashMap<>();
    JsonNode vocabulary = new ObjectMapper().readTree(json).path("model").path("vocab");
    vocabulary.properties().forEach(piece -> ids.put(piece.getKey(), piece.getValue().asInt()));
    return new WordPieces(ids);
  }

  /// The numbers of the pieces, with those that begin and end a text; at most `max`.
  long[] ids(String text, int max) {
    List<Integer> found = new ArrayList<>();
    found.add(first);
    for (String word : words(text)) {
      add(found, word);
      if (found.size() >= max) {
        break;
      }
    }
    List<Integer> kept = found.subList(0, Math.min(found.size(), max - 1));
    long[] numbers = new long[kept.size() + 1];
    for (int i = 0; i < kept.size(); i++) {
      numbers[i] = kept.get(i);
    }
    numbers[kept.size()] = last;
    return numbers;
  }

  private void add(List<Integer> found, String word) {
    if (word.length() > WORD_MAX) {
      found.add(unknown);
      return;
    }
    int before = found.size();
    for (int start = 0; start < word.length(); ) {
      int end = word.length();
      Integer id = null;
      while (end > start && id == null) {
        id = ids.get((start == 0 ? "" : "##") + word.substring(start, end));
        end = id == null ? end - 1 : end;
      }
      if (id == null) {
        found.subList(before, found.size()).clear();
        found.add(unknown);
        return;
      }
      found.add(id);
      start = end;
    }
  }

  private static List<String> words(String text) {
    String plain =
        Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD)
            .replaceAll("\\p{Mn}+", "");
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    plain
        .codePoints()
        .forEach(c -> {
          boolean alone = Character.isIdeographic(c) || isMark(c);
          if (alone || Character.isWhitespace(c) || Character.isISOControl(c)) {
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
        });
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  private static boolean isMark(int c) {
    return c < 128
        ? c > ' ' && !Character.isLetterOrDigit(c)
        : switch (Character.getType(c)) {
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
