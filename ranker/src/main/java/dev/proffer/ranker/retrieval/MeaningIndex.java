// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Finds items by what a text means, and by vectors in the space of those that items bring.
///
/// Titles of a language are vectors of its encoder, less their mean; a text is looked for among the
/// titles of its own language, Chinese when it holds an ideograph. A changed catalogue gets a new
/// one from [#updated]. Safe for use by many threads.
public final class MeaningIndex {
  private static final String ENGLISH = "en";
  private static final String CHINESE = "zh";

  /// A scan of so many takes as long as encoding a text, and nothing has to be built for it when
  /// the catalogue changes.
  private static final int SCAN_MAX = 200_000;

  private final Encoders encoders;
  private final @Nullable Titles english;
  private final @Nullable Titles chinese;
  private final @Nullable ItemVectors own;
  private final int ownLength;

  /// What encodes titles, for the thread that builds, and texts that are looked for.
  record Encoders(
      EncodedTexts english,
      TextVectors englishQueries,
      EncodedTexts chinese,
      TextVectors chineseQueries) {}

  /// The titles of one language.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Titles(float[] mean, ItemVectors vectors) {
    Titles graphed(int scanMax) {
      return new Titles(mean, MeaningIndex.graphed(vectors, scanMax));
    }
  }

  MeaningIndex(CatalogueSnapshot snapshot, Encoders encoders) {
    this(
        encoders,
        titles(snapshot, encoders.english(), ENGLISH),
        chinese(snapshot, encoders.chinese()),
        own(snapshot),
        snapshot.vectorLength());
  }

  private MeaningIndex(
      Encoders encoders,
      @Nullable Titles english,
      @Nullable Titles chinese,
      @Nullable ItemVectors own,
      int ownLength) {
    this.encoders = encoders;
    this.english = english;
    this.chinese = chinese;
    this.own = own;
    this.ownLength = ownLength;
  }

  /// An index that is built once and for all.
  public static MeaningIndex of(
      CatalogueSnapshot snapshot, TextVectors english, TextVectors chinese) {
    return new MeaningIndex(
            snapshot,
            new Encoders(new EncodedTexts(english), english, new EncodedTexts(chinese), chinese))
        .graphed();
  }

  /// Whether there are so many titles or vectors that it is faster [#graphed].
  boolean wantsGraph() {
    return (english != null && english.vectors().scansMoreThan(SCAN_MAX))
        || (chinese != null && chinese.vectors().scansMoreThan(SCAN_MAX))
        || (own != null && own.scansMoreThan(SCAN_MAX));
  }

  /// The same index, with graphs where they pay. Building them takes minutes; meanwhile this one
  /// answers, and then the catalogue of that moment is caught up with by [#updated].
  MeaningIndex graphed() {
    return graphed(SCAN_MAX);
  }

  MeaningIndex graphed(int scanMax) {
    return new MeaningIndex(
        encoders,
        english == null ? null : english.graphed(scanMax),
        chinese == null ? null : chinese.graphed(scanMax),
        own == null ? null : graphed(own, scanMax),
        ownLength);
  }

  private static ItemVectors graphed(ItemVectors vectors, int scanMax) {
    return vectors.scansMoreThan(scanMax) ? vectors.graphed() : vectors;
  }

  /// The index of a newer catalogue, of whose items some have changed: what is scanned is made
  /// anew, graphs take in the changes.
  MeaningIndex updated(CatalogueSnapshot newer, int[] changed) {
    if (changed.length == 0 && newer.vectorLength() == ownLength) {
      return this;
    }
    Titles nextEnglish = updated(english, newer, changed, encoders.english(), ENGLISH);
    Titles nextChinese = updated(chinese, newer, changed, encoders.chinese(), CHINESE);
    ItemVectors nextOwn =
        own == null || newer.vectorLength() != ownLength
            ? null
            : own.updated(newer.capacity(), changed, number -> unit(newer, number, ownLength, OWN));
    return new MeaningIndex(
        encoders,
        nextEnglish == null ? titles(newer, encoders.english(), ENGLISH) : nextEnglish,
        nextChinese == null ? chinese(newer, encoders.chinese()) : nextChinese,
        nextOwn == null ? own(newer) : nextOwn,
        newer.vectorLength());
  }

  /// The titles with changes taken in; null when they are better made anew.
  private static @Nullable Titles updated(
      @Nullable Titles titles,
      CatalogueSnapshot newer,
      int[] changed,
      EncodedTexts texts,
      String language) {
    if (titles == null) {
      return null;
    }
    Vector vector = title(texts, language, titles.mean());
    ItemVectors next =
        titles
            .vectors()
            .updated(
                newer.capacity(),
                changed,
                number -> unit(newer, number, titles.mean().length, vector));
    return next == null ? null : new Titles(titles.mean(), next);
  }

  private static @Nullable Titles chinese(CatalogueSnapshot snapshot, EncodedTexts texts) {
    Titles titles = titles(snapshot, texts, CHINESE);
    // Nobody else asks for these. The English ones belong to the content source.
    texts.forgetOthers();
    return titles;
  }

  private static @Nullable Titles titles(
      CatalogueSnapshot snapshot, EncodedTexts texts, String language) {
    int dimension = texts.dimension();
    if (dimension == 0) {
      return null;
    }
    float[] mean =
        texts.mean(snapshot.sortedById().stream().map(item -> title(item, language)).toList());
    ItemVectors vectors = vectors(snapshot, dimension, title(texts, language, mean));
    return vectors == null ? null : new Titles(mean, vectors);
  }

  private static @Nullable ItemVectors own(CatalogueSnapshot snapshot) {
    return vectors(snapshot, snapshot.vectorLength(), OWN);
  }

  /// Writes the vector of an item; says whether it has one of this length.
  @FunctionalInterface
  private interface Vector {
    boolean write(CatalogueItem item, float[] into);
  }

  private static final Vector OWN =
      (item, into) -> {
        for (int d = 0; item.item().getVectorCount() == into.length && d < into.length; d++) {
          into[d] = item.item().getVector(d);
        }
        return item.item().getVectorCount() == into.length;
      };

  private static Vector title(EncodedTexts texts, String language, float[] mean) {
    return (item, into) -> {
      String title = title(item, language);
      if (title.isEmpty()) {
        return false;
      }
      float[] encoded = texts.of(title);
      for (int d = 0; d < into.length; d++) {
        into[d] = encoded[d] - mean[d];
      }
      return true;
    };
  }

  private static String title(CatalogueItem item, String language) {
    return item.item().getTitlesOrDefault(language, "");
  }

  /// Vectors of length 1 of the items that have one of the dimension; null when none has.
  private static @Nullable ItemVectors vectors(
      CatalogueSnapshot snapshot, int dimension, Vector vector) {
    List<CatalogueItem> items = snapshot.sortedById();
    if (dimension == 0) {
      return null;
    }
    int rows = 0;
    int[] numbers = new int[items.size()];
    float[] values = new float[Math.multiplyExact(dimension, items.size())];
    float[] one = new float[dimension];
    for (CatalogueItem item : items) {
      if (vector.write(item, one) && Vectors.normalize(one, 0, dimension) > 0) {
        System.arraycopy(one, 0, values, rows * dimension, dimension);
        numbers[rows++] = item.number();
      }
    }
    return rows == 0
        ? null
        : new ItemVectors(
            new VectorTable(
                dimension, Arrays.copyOf(numbers, rows), Arrays.copyOf(values, rows * dimension)),
            snapshot.capacity());
  }

  /// The vector of one item, of length 1; null when it has none.
  private static float @Nullable [] unit(
      CatalogueSnapshot snapshot, int number, int dimension, Vector vector) {
    CatalogueItem item = snapshot.item(number);
    float[] one = new float[dimension];
    return item != null && vector.write(item, one) && Vectors.normalize(one, 0, dimension) > 0
        ? one
        : null;
  }

  /// Whether texts of this language can be looked for.
  public boolean knows(String text) {
    return titles(text) != null;
  }

  private @Nullable Titles titles(String text) {
    return isChinese(text) ? chinese : english;
  }

  private static boolean isChinese(String text) {
    return text.codePoints().anyMatch(Character::isIdeographic);
  }

  /// Items whose titles mean something like the text, best first, with cosines above 0; none when
  /// the language is not known or the text has no word in it.
  public Hits search(String text, int max, IntPredicate eligible) {
    Titles titles = titles(text);
    if (titles == null || text.codePoints().noneMatch(Character::isLetterOrDigit)) {
      return Hits.NONE;
    }
    TextVectors queries = isChinese(text) ? encoders.chineseQueries() : encoders.englishQueries();
    float[] vector = queries.of(text).clone();
    for (int d = 0; d < vector.length; d++) {
      vector[d] -= titles.mean()[d];
    }
    return Vectors.normalize(vector, 0, vector.length) > 0
        ? titles.vectors().index().search(vector, max, eligible).positive()
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
        ? own.index().search(unit, max, eligible).positive()
        : Hits.NONE;
  }
}
