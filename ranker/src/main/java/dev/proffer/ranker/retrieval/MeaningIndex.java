// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Finds items by what a text means, and by vectors in the space of those that items bring.
///
/// Titles of a language are vectors of its encoder, less their mean; a text is looked for among the
/// titles of its own language, Chinese when it holds an ideograph. Immutable.
public final class MeaningIndex {
  private static final int SCAN_MAX = 200_000;

  private final @Nullable Titles english;
  private final @Nullable Titles chinese;
  private final @Nullable VectorIndex own;
  private final int ownLength;

  /// The titles of one language.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Titles(TextVectors encoder, float[] mean, VectorIndex index) {}

  /// @param english titles in English, or none when its length is 0
  /// @param englishQueries encodes texts that are looked for
  MeaningIndex(
      CatalogueSnapshot snapshot,
      EncodedTexts english,
      TextVectors englishQueries,
      EncodedTexts chinese,
      TextVectors chineseQueries) {
    List<CatalogueItem> items = snapshot.sortedById();
    this.english = titles(items, english, englishQueries, "en");
    this.chinese = titles(items, chinese, chineseQueries, "zh");
    this.ownLength = snapshot.vectorLength();
    VectorTable table =
        table(
            items,
            ownLength,
            item -> item.item().getVectorCount(),
            (item, into) -> {
              for (int d = 0; d < into.length; d++) {
                into[d] = item.item().getVector(d);
              }
            });
    this.own = table == null ? null : index(table);
  }

  /// An index that is built once and for all.
  public static MeaningIndex of(
      CatalogueSnapshot snapshot, TextVectors english, TextVectors chinese) {
    return new MeaningIndex(
        snapshot, new EncodedTexts(english), english, new EncodedTexts(chinese), chinese);
  }

  private static @Nullable Titles titles(
      List<CatalogueItem> items, EncodedTexts texts, TextVectors queries, String language) {
    int dimension = texts.dimension();
    if (dimension == 0) {
      return null;
    }
    float[] mean = texts.mean(items.stream().map(item -> title(item, language)).toList());
    VectorTable table =
        table(
            items,
            dimension,
            item -> title(item, language).isEmpty() ? 0 : dimension,
            (item, into) -> {
              float[] encoded = texts.of(title(item, language));
              for (int d = 0; d < into.length; d++) {
                into[d] = encoded[d] - mean[d];
              }
            });
    return table == null ? null : new Titles(queries, mean, index(table));
  }

  /// A scan of many takes as long as encoding a text, and nothing has to be built for it when the
  /// catalogue changes.
  private static VectorIndex index(VectorTable table) {
    return table.size() <= SCAN_MAX ? new ExactIndex(table) : VectorIndex.of(table);
  }

  private static String title(CatalogueItem item, String language) {
    return item.item().getTitlesOrDefault(language, "");
  }

  /// Writes the vector of an item.
  @FunctionalInterface
  private interface Writer {
    void write(CatalogueItem item, float[] into);
  }

  /// Vectors of length 1 of the items that have one of the dimension; null when none has.
  private static @Nullable VectorTable table(
      List<CatalogueItem> items,
      int dimension,
      ToIntFunction<CatalogueItem> lengthOf,
      Writer writer) {
    int rows = 0;
    int[] numbers = new int[items.size()];
    float[] values = new float[dimension * items.size()];
    float[] vector = new float[dimension];
    for (CatalogueItem item : items) {
      if (dimension > 0 && lengthOf.applyAsInt(item) == dimension) {
        writer.write(item, vector);
        if (Vectors.normalize(vector, 0, dimension) > 0) {
          System.arraycopy(vector, 0, values, rows * dimension, dimension);
          numbers[rows++] = item.number();
        }
      }
    }
    return rows == 0
        ? null
        : new VectorTable(
            dimension, Arrays.copyOf(numbers, rows), Arrays.copyOf(values, rows * dimension));
  }

  /// Whether texts of this language can be looked for.
  public boolean knows(String text) {
    return titles(text) != null;
  }

  private @Nullable Titles titles(String text) {
    return text.codePoints().anyMatch(Character::isIdeographic) ? chinese : english;
  }

  /// Items whose titles mean something like the text, best first, with cosines above 0; none when
  /// the language is not known or the text has no word in it.
  public Hits search(String text, int max, IntPredicate eligible) {
    Titles titles = titles(text);
    if (titles == null || text.codePoints().noneMatch(Character::isLetterOrDigit)) {
      return Hits.NONE;
    }
    float[] vector = titles.encoder().of(text).clone();
    for (int d = 0; d < vector.length; d++) {
      vector[d] -= titles.mean()[d];
    }
    return Vectors.normalize(vector, 0, vector.length) > 0
        ? titles.index().search(vector, max, eligible).positive()
        : Hits.NONE;
  }

  /// The length of the items' own vectors; 0 when they have none.
  public int vectorLength() {
    return ownLength;
  }

  /// Items whose own vectors point the same way, best first, with cosines above 0.
  ///
  /// @param vector of [#vectorLength], not all zeros
  public Hits near(float[] vector, int max, IntPredicate eligible) {
    float[] unit = vector.clone();
    return own != null && Vectors.normalize(unit, 0, unit.length) > 0
        ? own.search(unit, max, eligible).positive()
        : Hits.NONE;
  }
}
