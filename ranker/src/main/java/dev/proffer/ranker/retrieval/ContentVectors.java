// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Turns what is written about items into vectors of length 1.
///
/// Words of all titles (English words, Chinese pairs of characters), the category with its
/// ancestors, the brand and the attributes are hashed with a sign into a fixed number of dimensions
/// (Weinberger et al. 2009), each weighing 1 + log of how rare it is. Where there is an encoder of
/// texts, its vector of the title is appended, less the mean of all, and where items bring vectors
/// of their own, those; all parts weigh the same.
///
/// How rare words are and what the mean is belongs to the catalogue that this was made for. Items
/// that come later are measured by it too, until so much has changed that it is made anew.
final class ContentVectors {
  static final int TEXT_DIMENSION = 256;
  private static final int TOKENS_MAX = 128;
  private static final int RARITIES = 1 << 16;

  private final EncodedTexts texts;
  private final int ownLength;
  private final int items;
  // Rarity is counted by 16 bits of the hash: collisions make a word look commoner, no worse.
  private final int[] seenIn;
  private final float[] mean;

  /// @param items the catalogue
  /// @param ownLength elements of the vectors that items bring
  ContentVectors(List<CatalogueItem> items, int ownLength, EncodedTexts texts) {
    this.texts = texts;
    this.ownLength = ownLength;
    this.items = items.size();
    this.seenIn = new int[RARITIES];
    for (CatalogueItem item : items) {
      for (long token : tokens(item)) {
        seenIn[(int) (token >>> 48)]++;
      }
    }
    this.mean = texts.mean(items.stream().map(ContentVectors::title).toList());
  }

  /// Without an encoder, and with rarities that were counted before.
  private ContentVectors(int items, int ownLength, int[] seenIn) {
    this.texts = new EncodedTexts(TextVectors.none());
    this.ownLength = ownLength;
    this.items = items;
    this.seenIn = seenIn;
    this.mean = new float[0];
  }

  /// Writes how rare words are, so that items get the same vectors later. Without an encoder only.
  void write(DataOutput out) throws IOException {
    if (mean.length > 0) {
      throw new IllegalStateException("vectors with an encoder cannot be written");
    }
    out.writeInt(items);
    out.writeInt(ownLength);
    ArrayFormat.write(out, seenIn);
  }

  /// Reads what [#write] wrote.
  static ContentVectors read(DataInput in) throws IOException {
    int items = ArrayFormat.length(in);
    int ownLength = ArrayFormat.length(in);
    int[] seenIn = ArrayFormat.ints(in);
    if (seenIn.length != RARITIES) {
      throw new IOException(seenIn.length + " rarities (expected: " + RARITIES + ")");
    }
    return new ContentVectors(items, ownLength, seenIn);
  }

  int dimension() {
    return TEXT_DIMENSION + mean.length + ownLength;
  }

  /// The vectors of items; an item without any text has no row.
  VectorTable table(List<CatalogueItem> of) {
    int dimension = dimension();
    int[] numbers = new int[of.size()];
    float[] values = new float[of.size() * dimension];
    int rows = 0;
    for (CatalogueItem item : of) {
      if (write(item, values, rows * dimension)) {
        numbers[rows++] = item.number();
      }
    }
    return new VectorTable(
        dimension, Arrays.copyOf(numbers, rows), Arrays.copyOf(values, rows * dimension));
  }

  /// The vector of one item; null when there is nothing written about it.
  float @Nullable [] of(CatalogueItem item) {
    float[] vector = new float[dimension()];
    return write(item, vector, 0) ? vector : null;
  }

  /// Writes the vector of an item. Where there is none, zeros stay and the answer is false.
  private boolean write(CatalogueItem item, float[] values, int from) {
    for (long token : tokens(item)) {
      double rarity = 1 + Math.log((items + 1.0) / Math.max(1, seenIn[(int) (token >>> 48)]));
      int slot = (int) (token & (TEXT_DIMENSION - 1));
      values[from + slot] += (float) ((token & (1 << 20)) == 0 ? rarity : -rarity);
    }
    float length = Vectors.normalize(values, from, TEXT_DIMENSION);
    String title = mean.length == 0 ? "" : title(item);
    if (!title.isEmpty()) {
      float[] encoded = texts.of(title);
      for (int d = 0; d < mean.length; d++) {
        values[from + TEXT_DIMENSION + d] = encoded[d] - mean[d];
      }
      length += Vectors.normalize(values, from + TEXT_DIMENSION, mean.length);
    }
    List<Float> own = item.item().getVectorList();
    if (own.size() == ownLength && ownLength > 0) {
      int ownFrom = from + TEXT_DIMENSION + mean.length;
      for (int d = 0; d < ownLength; d++) {
        values[ownFrom + d] = own.get(d);
      }
      length += Vectors.normalize(values, ownFrom, ownLength);
    }
    if (length > 0) {
      Vectors.normalize(values, from, dimension());
      return true;
    }
    Arrays.fill(values, from, from + dimension(), 0);
    return false;
  }

  /// The items whose content differs in two versions of a catalogue.
  static int[] changed(CatalogueSnapshot before, CatalogueSnapshot after) {
    return IntStream.range(0, after.capacity())
        .filter(number -> {
          CatalogueItem old = before.item(number);
          CatalogueItem now = after.item(number);
          return (old == null || now == null) ? old != now : !sameContent(old, now);
        })
        .toArray();
  }

  /// Whether two versions of an item have the same content.
  private static boolean sameContent(CatalogueItem a, CatalogueItem b) {
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
