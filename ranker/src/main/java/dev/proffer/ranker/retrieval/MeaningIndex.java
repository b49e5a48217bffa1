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
  /// A scan of so many takes as long as encoding a text, and nothing has to be built for it when
  /// the catalogue changes.
  private static final int SCAN_MAX = 200_000;

  private final Encoder english;
  private final Encoder chinese;
  private final @Nullable Titles englishTitles;
  private final @Nullable Titles chineseTitles;
  private final @Nullable ItemVectors own;
  private final int ownLength;

  /// What encodes a language.
  ///
  /// @param titles for the thread that builds
  /// @param owned whether nobody else asks for these titles
  /// @param queries texts that are looked for
  record Encoder(String language, EncodedTexts titles, boolean owned, TextVectors queries) {
    /// @param titles those of the content source
    static Encoder english(EncodedTexts titles, TextVectors queries) {
      return new Encoder("en", titles, false, queries);
    }

    static Encoder chinese(TextVectors titles, TextVectors queries) {
      return new Encoder("zh", new EncodedTexts(titles), true, queries);
    }

    private String title(CatalogueItem item) {
      return item.item().getTitlesOrDefault(language, "");
    }

    /// The titles of a catalogue; null when there are none.
    private @Nullable Titles titles(CatalogueSnapshot snapshot) {
      int dimension = titles.dimension();
      if (dimension == 0) {
        return null;
      }
      float[] mean = titles.mean(snapshot.sortedById().stream().map(this::title).toList());
      ItemVectors vectors = vectors(snapshot, dimension, lessMean(mean));
      if (owned) {
        titles.forgetOthers();
      }
      return vectors == null ? null : new Titles(this, mean, vectors);
    }

    /// The titles of a newer catalogue, of whose items some have changed.
    private @Nullable Titles updated(
        @Nullable Titles before, CatalogueSnapshot newer, int[] changed) {
      if (before != null) {
        Vector vector = lessMean(before.mean);
        ItemVectors next =
            before.vectors.updated(
                newer.capacity(),
                changed,
                number -> unit(newer, number, before.mean.length, vector));
        if (next != null) {
          return new Titles(this, before.mean, next);
        }
      }
      return titles(newer);
    }

    private Vector lessMean(float[] mean) {
      return (item, into) -> {
        String title = title(item);
        if (title.isEmpty()) {
          return false;
        }
        float[] encoded = titles.of(title);
        for (int d = 0; d < into.length; d++) {
          into[d] = encoded[d] - mean[d];
        }
        return true;
      };
    }
  }

  /// The titles of one language.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Titles(Encoder encoder, float[] mean, ItemVectors vectors) {}

  MeaningIndex(CatalogueSnapshot snapshot, Encoder english, Encoder chinese) {
    this(
        english,
        chinese,
        english.titles(snapshot),
        chinese.titles(snapshot),
        own(snapshot),
        snapshot.vectorLength());
  }

  private MeaningIndex(
      Encoder english,
      Encoder chinese,
      @Nullable Titles englishTitles,
      @Nullable Titles chineseTitles,
      @Nullable ItemVectors own,
      int ownLength) {
    this.english = english;
    this.chinese = chinese;
    this.englishTitles = englishTitles;
    this.chineseTitles = chineseTitles;
    this.own = own;
    this.ownLength = ownLength;
  }

  /// An index that is built once and for all.
  public static MeaningIndex of(
      CatalogueSnapshot snapshot, TextVectors english, TextVectors chinese) {
    return new MeaningIndex(
            snapshot,
            Encoder.english(new EncodedTexts(english), english),
            Encoder.chinese(chinese, chinese))
        .graphed();
  }

  /// Whether there are so many titles or vectors that it is faster [#graphed].
  boolean wantsGraph() {
    return wantsGraph(englishTitles) || wantsGraph(chineseTitles) || wantsGraph(own);
  }

  private static boolean wantsGraph(@Nullable Titles titles) {
    return titles != null && wantsGraph(titles.vectors);
  }

  private static boolean wantsGraph(@Nullable ItemVectors vectors) {
    return vectors != null && vectors.scansMoreThan(SCAN_MAX);
  }

  /// The same index, with graphs where they pay. Building them takes minutes; meanwhile this one
  /// answers, and then the catalogue of that moment is caught up with by [#updated].
  MeaningIndex graphed() {
    return graphed(SCAN_MAX);
  }

  MeaningIndex graphed(int scanMax) {
    return new MeaningIndex(
        english,
        chinese,
        graphed(englishTitles, scanMax),
        graphed(chineseTitles, scanMax),
        graphed(own, scanMax),
        ownLength);
  }

  private static @Nullable Titles graphed(@Nullable Titles titles, int scanMax) {
    ItemVectors vectors = titles == null ? null : graphed(titles.vectors, scanMax);
    return titles == null || vectors == null
        ? null
        : new Titles(titles.encoder, titles.mean, vectors);
  }

  private static @Nullable ItemVectors graphed(@Nullable ItemVectors vectors, int scanMax) {
    return vectors != null && vectors.scansMoreThan(scanMax) ? vectors.graphed() : vectors;
  }

  /// The index of a newer catalogue, of whose items some have changed: what is scanned is made
  /// anew, graphs take in the changes.
  MeaningIndex updated(CatalogueSnapshot newer, int[] changed) {
    if (changed.length == 0 && newer.vectorLength() == ownLength) {
      return this;
    }
    ItemVectors nextOwn =
        own == null || newer.vectorLength() != ownLength
            ? null
            : own.updated(newer.capacity(), changed, number -> unit(newer, number, ownLength, OWN));
    return new MeaningIndex(
        english,
        chinese,
        english.updated(englishTitles, newer, changed),
        chinese.updated(chineseTitles, newer, changed),
        nextOwn == null ? own(newer) : nextOwn,
        newer.vectorLength());
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
        if (item.item().getVectorCount() != into.length) {
          return false;
        }
        for (int d = 0; d < into.length; d++) {
          into[d] = item.item().getVector(d);
        }
        return true;
      };

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
    return text.codePoints().anyMatch(Character::isIdeographic) ? chineseTitles : englishTitles;
  }

  /// Items whose titles mean something like the text, best first, with cosines above 0; none when
  /// the language is not known or the text has no word in it.
  public Hits search(String text, int max, IntPredicate eligible) {
    Titles titles = titles(text);
    if (titles == null || text.codePoints().noneMatch(Character::isLetterOrDigit)) {
      return Hits.NONE;
    }
    float[] vector = titles.encoder.queries().of(text).clone();
    for (int d = 0; d < vector.length; d++) {
      vector[d] -= titles.mean[d];
    }
    return Vectors.normalize(vector, 0, vector.length) > 0
        ? titles.vectors.index().search(vector, max, eligible).positive()
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
