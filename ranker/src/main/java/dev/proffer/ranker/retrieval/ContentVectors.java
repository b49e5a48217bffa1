// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// Turns what is written about items into vectors of length 1.
///
/// Words of all titles (English words, Chinese pairs of characters), the category with its
/// ancestors, the brand and the attributes are hashed with a sign into a fixed number of dimensions
/// (Weinberger et al. 2009), each weighing 1 + log of how rare it is. Where there is an encoder of
/// texts, its vector of the title is appended, less the mean of all, and where items bring vectors
/// of their own, those; all parts weigh the same.
final class ContentVectors {
  static final int TEXT_DIMENSION = 256;
  private static final int TOKENS_MAX = 128;

  private ContentVectors() {}

  /// The vectors of items; an item without any text has no row.
  static VectorTable of(List<CatalogueItem> items, int ownLength, EncodedTexts texts) {
    long[][] tokens = new long[items.size()][];
    int[] seenIn = new int[1 << 16];
    for (int i = 0; i < items.size(); i++) {
      tokens[i] = tokens(items.get(i));
      for (long token : tokens[i]) {
        seenIn[(int) (token >>> 48)]++;
      }
    }
    int encodedLength = texts.dimension();
    float[] mean = texts.mean(items.stream().map(ContentVectors::title).toList());
    int ownFrom = TEXT_DIMENSION + encodedLength;
    int dimension = ownFrom + ownLength;
    int[] numbers = new int[items.size()];
    float[] values = new float[items.size() * dimension];
    int rows = 0;
    for (int i = 0; i < items.size(); i++) {
      int from = rows * dimension;
      for (long token : tokens[i]) {
        // Rarity is counted by 16 bits of the hash: collisions make a word look commoner, no worse.
        double rarity = 1 + Math.log((double) (items.size() + 1) / seenIn[(int) (token >>> 48)]);
        int slot = (int) (token & (TEXT_DIMENSION - 1));
        values[from + slot] += (float) ((token & (1 << 20)) == 0 ? rarity : -rarity);
      }
      float textLength = Vectors.normalize(values, from, TEXT_DIMENSION);
      float encodedNorm = 0;
      String title = encodedLength == 0 ? "" : title(items.get(i));
      if (!title.isEmpty()) {
        float[] encoded = texts.of(title);
        for (int d = 0; d < encodedLength; d++) {
          values[from + TEXT_DIMENSION + d] = encoded[d] - mean[d];
        }
        encodedNorm = Vectors.normalize(values, from + TEXT_DIMENSION, encodedLength);
      }
      float ownNorm = 0;
      List<Float> own = items.get(i).item().getVectorList();
      if (own.size() == ownLength && ownLength > 0) {
        for (int d = 0; d < ownLength; d++) {
          values[from + ownFrom + d] = own.get(d);
        }
        ownNorm = Vectors.normalize(values, from + ownFrom, ownLength);
      }
      if (textLength > 0 || encodedNorm > 0 || ownNorm > 0) {
        Vectors.normalize(values, from, dimension);
        numbers[rows++] = items.get(i).number();
      } else {
        Arrays.fill(values, from, from + dimension, 0);
      }
    }
    return new VectorTable(
        dimension, Arrays.copyOf(numbers, rows), Arrays.copyOf(values, rows * dimension));
  }

  /// Whether two versions of an item have the same content.
  static boolean sameContent(CatalogueItem a, CatalogueItem b) {
    return a == b
        || (a.item().getTitlesMap().equals(b.item().getTitlesMap())
            && a.category().equals(b.category())
            && a.brand().equals(b.brand())
            && a.attributes().equals(b.attributes())
            && a.item().getVectorList().equals(b.item().getVectorList()));
  }

  /// The English title, or the first in the order of languages.
  private static String title(CatalogueItem item) {
    String english = item.item().getTitlesMap().get("en");
    return english != null
        ? english
        : new TreeMap<>(item.item().getTitlesMap()).values().stream().findFirst().orElse("");
  }

  private static long[] tokens(CatalogueItem item) {
    List<Long> tokens = new ArrayList<>();
    item.item().getTitlesMap().values().forEach(title -> addWords(tokens, title));
    for (String category = item.category(); !category.isEmpty(); ) {
      tokens.add(hash("category:" + category));
      int slash = category.lastIndexOf('/');
      category = slash < 0 ? "" : category.substring(0, slash);
    }
    if (!item.brand().isEmpty()) {
      tokens.add(hash("brand:" + item.brand()));
    }
    item.attributes().forEach((name, value) -> tokens.add(hash(name + "=" + value)));
    return tokens.stream().distinct().limit(TOKENS_MAX).mapToLong(Long::longValue).toArray();
  }

  private static void addWords(List<Long> tokens, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int start = -1;
    int previous = -1;
    for (int i = 0; i < lower.length(); ) {
      int c = lower.codePointAt(i);
      boolean ideograph = Character.isIdeographic(c);
      if (!ideograph && Character.isLetterOrDigit(c)) {
        start = start < 0 ? i : start;
      } else if (start >= 0) {
        tokens.add(hash(stem(lower.substring(start, i))));
        start = -1;
      }
      if (ideograph && previous >= 0) {
        tokens.add(hash(Character.toString(previous) + Character.toString(c)));
      }
      previous = ideograph ? c : -1;
      i += Character.charCount(c);
    }
    if (start >= 0) {
      tokens.add(hash(stem(lower.substring(start))));
    }
  }

  /// Plurals are the only endings that matter for short titles.
  private static String stem(String word) {
    return word.length() > 3 && word.endsWith("s") && !word.endsWith("ss")
        ? word.substring(0, word.length() - 1)
        : word;
  }

  private static long hash(String text) {
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * 0x100000001b3L;
    }
    h ^= h >>> 33;
    h *= 0xff51afd7ed558ccdL;
    h ^= h >>> 33;
    h *= 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
