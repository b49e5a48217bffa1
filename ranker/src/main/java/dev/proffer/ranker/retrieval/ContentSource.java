// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;

/// Proposes items whose texts and vectors are like those of the history. It knows new items at
/// once.
///
/// Immutable: a changed catalogue gets a new one from [#updated].
public final class ContentSource implements CandidateSource {
  public static final String NAME = "content";

  private static final int HISTORY_MAX = 10;
  private static final float DECAY = 0.85f;

  private final CatalogueSnapshot snapshot;
  private final EncodedTexts texts;
  private final VectorTable table;
  private final VectorIndex index;
  private final int[] rowOf;

  public ContentSource(CatalogueSnapshot snapshot) {
    this(snapshot, TextVectors.none());
  }

  /// @param vectors what titles are compared by besides their words
  public ContentSource(CatalogueSnapshot snapshot, TextVectors vectors) {
    this(snapshot, new EncodedTexts(vectors));
  }

  private ContentSource(CatalogueSnapshot snapshot, EncodedTexts texts) {
    this.snapshot = snapshot;
    this.texts = texts;
    this.table = ContentVectors.of(snapshot.sortedById(), snapshot.vectorLength(), texts);
    texts.forgetOthers();
    this.index = VectorIndex.of(table);
    this.rowOf = new int[snapshot.capacity()];
    Arrays.fill(rowOf, -1);
    for (int row = 0; row < table.size(); row++) {
      rowOf[table.numbers()[row]] = row;
    }
  }

  /// The source for a newer snapshot; the same one when no content has changed.
  public ContentSource updated(CatalogueSnapshot newer) {
    if (newer == snapshot) {
      return this;
    }
    if (newer.count() == snapshot.count() && newer.vectorLength() == snapshot.vectorLength()) {
      boolean same = true;
      for (int i = 0; i < newer.capacity() && same; i++) {
        CatalogueItem now = newer.item(i);
        CatalogueItem before = snapshot.item(i);
        same =
            (now == null || before == null)
                ? now == before
                : ContentVectors.sameContent(now, before);
      }
      if (same) {
        return this;
      }
    }
    return new ContentSource(newer, texts);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    float[] wanted = wanted(query.history());
    if (wanted.length == 0) {
      return Hits.NONE;
    }
    Set<Integer> known = new HashSet<>();
    for (int item : query.history()) {
      known.add(item);
    }
    IntPredicate eligible = query.eligible();
    return index.search(wanted, max, i -> !known.contains(i) && eligible.test(i)).positive();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] wanted = wanted(query.history());
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length && wanted.length > 0; i++) {
      int row = row(items[i]);
      if (row >= 0) {
        scores[i] =
            Math.max(
                0,
                Vectors.dot(table.values(), row * table.dimension(), wanted, 0, table.dimension()));
      }
    }
    return scores;
  }

  @Override
  public int because(Query query, int item) {
    int row = row(item);
    int best = -1;
    float bestShare = 0.2f;
    float weight = 1;
    for (int p = 0; p < Math.min(HISTORY_MAX, query.history().length) && row >= 0; p++) {
      float share = weight * Math.max(0, similarity(query.history()[p], item));
      if (share > bestShare) {
        best = p;
        bestShare = share;
      }
      weight *= DECAY;
    }
    return best;
  }

  /// The cosine of the vectors of two items; 0 when one has none.
  public float similarity(int a, int b) {
    int rowA = row(a);
    int rowB = row(b);
    int d = table.dimension();
    return rowA < 0 || rowB < 0
        ? 0
        : Vectors.dot(table.values(), rowA * d, table.values(), rowB * d, d);
  }

  private float[] wanted(int[] history) {
    float[] sum = new float[table.dimension()];
    float weight = 1;
    boolean any = false;
    for (int p = 0; p < Math.min(HISTORY_MAX, history.length); p++) {
      int row = row(history[p]);
      if (row >= 0) {
        any = true;
        Vectors.addScaled(
            sum, 0, table.values(), row * table.dimension(), weight, table.dimension());
      }
      weight *= DECAY;
    }
    // Opposite vectors can cancel out: then there is nothing to look for.
    return any && Vectors.normalize(sum, 0, sum.length) > 0 ? sum : new float[0];
  }

  private int row(int item) {
    return item >= 0 && item < rowOf.length ? rowOf[item] : -1;
  }
}
